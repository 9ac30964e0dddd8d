import { jobReceipt, readRecipe } from '../../src/coordinator/job-receipt.ts'
import type { Store } from '../../src/model/store.ts'
import { ReceiptCheck } from '../../src/verification/check-receipt.ts'
import type { ChunkLine, JobStatement } from '../../src/verification/job-receipt.ts'
import { namedSigner } from '../support/signer.ts'
import type { SimulatedNetwork } from './network.ts'

/** The receipt of an ended job of a simulated network. */
export async function receiptOf (network: SimulatedNetwork, jobId: string): Promise<string> {
  const record = network.coordinator.jobs.get(jobId)?.record
  if (record === undefined) throw new Error('the job is gone')
  let text = ''
  for await (const piece of jobReceipt({ record, store: storeOf(network), signer: namedSigner('coordinator') })) text += piece
  return text
}

function storeOf (network: SimulatedNetwork): Pick<Store, 'get' | 'range'> {
  const data = new Map(network.written().map(({ key, value = '' }) => [key, value]))
  return {
    get: key => Promise.resolve(data.get(key)),
    range: async function * ({ gte, lt }) {
      for (const key of [...data.keys()].sort()) if (key >= gte && key < lt) yield await Promise.resolve([key, data.get(key) ?? ''] as const)
    }
  }
}

/** What a receipt says, which must hold. */
export function readReceipt (text: string): { readonly statement: JobStatement, readonly chunks: readonly ChunkLine[] } {
  const chunks: ChunkLine[] = []
  const check = new ReceiptCheck({ signer: namedSigner('coordinator'), recipe: readRecipe, onChunk: line => chunks.push(line) })
  for (const line of text.split('\n').slice(0, -1)) check.line(line)
  const [problem] = check.end().named
  if (problem !== undefined) throw new Error(`${problem.where}: ${problem.what}`)
  if (check.job?.statement === undefined) throw new Error('it is no receipt of a job')
  return { statement: check.job.statement, chunks }
}
