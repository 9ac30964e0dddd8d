import { signAck } from '../ledger/receipts.ts'
import type { Signer } from '../model/signer.ts'
import type { Store } from '../model/store.ts'
import { signAttestation } from '../verification/attestation.ts'
import type { Work } from '../verification/attestation.ts'
import { MerkleTree } from '../verification/merkle.ts'
import { SEAL_END, sealHead, sealLine } from '../verification/sealed.ts'
import type { SealedLine } from '../verification/sealed.ts'
import type { PaymentLine, WorkerStatement } from '../verification/worker-receipt.ts'
import { workKey } from './books.ts'
import type { CoordinatorBook } from './books.ts'
import type { Earnings, WorkerAttempt } from './state.ts'

/** A paid result, as it is kept as long as the receipt that pays for it. */
export type PaidWork = Work & { readonly jobId: string, readonly chunk: number, readonly epoch: number, readonly resultHash: string, readonly price: string }

/** What is kept of a paid attempt. Undefined for one of an older version, which did not keep what it ran. */
export function paidWork ({ id, input, spec, price, outcome }: WorkerAttempt): PaidWork | undefined {
  const { value, ran } = outcome ?? {}
  if (value === undefined || ran === undefined) return undefined
  return { jobId: id.jobId, chunk: id.chunk, epoch: id.epoch, inputHash: input.sha256, ...ran, specHash: spec.sha256, resultHash: value, price: price.toString() }
}

/** Everything a worker can show of its life. */
export interface Lifetime {
  readonly books: ReadonlyMap<string, CoordinatorBook>
  readonly earnings: ReadonlyMap<string, Earnings>
  readonly store: Pick<Store, 'get'>
  readonly signer: Signer
  /** milliseconds */
  readonly at: number
}

/** All receipts a worker keeps, with the results they pay for, as one file signed by it (verification/sealed.ts), in pieces. */
export async function * lifetimeReceipt (life: Lifetime): AsyncGenerator<string> {
  const tree = new MerkleTree()
  let works = 0
  for await (const { leaf, count } of lines(life)) {
    tree.add(leaf)
    works += count
  }
  const statement: WorkerStatement = {
    worker: life.signer.self, at: life.at,
    coordinators: [...new Set([...life.books.keys(), ...life.earnings.keys()])].sort().map(coordinator => {
      const channel = life.books.get(coordinator)?.channel
      const { amount = 0n, accepted = 0, rejected = 0 } = life.earnings.get(coordinator) ?? {}
      return { coordinator, seq: channel?.seq ?? 0, cumulative: (channel?.cumulative ?? 0n).toString(), earned: amount.toString(), accepted, rejected }
    }),
    receipts: tree.size, works, root: Buffer.from(tree.root()).toString('hex')
  }
  yield sealHead('worker', JSON.stringify(statement), '{}', life.signer)
  let before = ''
  for await (const { text } of lines(life)) {
    yield before + text
    before = ',\n'
  }
  yield before === '' ? SEAL_END : `\n${SEAL_END}`
}

async function * lines ({ books, store, signer }: Lifetime): AsyncGenerator<SealedLine & { readonly count: number }> {
  for (const [coordinator, { channel }] of [...books].sort(([a], [b]) => a < b ? -1 : 1)) {
    for (const { body, signature, hash, receipt } of channel.kept) {
      const kept = JSON.parse(await store.get(workKey(coordinator, receipt.seq)) ?? '[]') as readonly PaidWork[]
      const works = kept.map(({ price, ...work }) => {
        const attestation = signAttestation({ ...work, worker: signer.self, coordinator, exitCode: 0 }, signer)
        return { ...work, price, attestation: Buffer.from(attestation).toString('hex') }
      })
      const line: PaymentLine = { coordinator, body, signature, countersignature: signAck(hash, signer), works }
      yield { ...sealLine(line), count: works.length }
    }
  }
}
