import { createHash } from 'node:crypto'
import type { Determinism, FileRef } from '../model/block.ts'
import type { JobSpec } from '../model/job.ts'
import { ranOf } from '../model/task-spec.ts'
import type { Ran } from '../model/task-spec.ts'
import type { Signer } from '../model/signer.ts'
import type { BlobRef, Store } from '../model/store.ts'
import { resultHash } from '../model/result.ts'
import { LineSums } from '../verification/job-receipt.ts'
import type { BatchLine, ChunkLine, JobStatement, Way } from '../verification/job-receipt.ts'
import { MerkleTree } from '../verification/merkle.ts'
import { CERTAIN } from '../verification/risk.ts'
import { SEAL_END, sealHead, sealLine, textHash } from '../verification/sealed.ts'
import type { SealedLine } from '../verification/sealed.ts'
import { decodeBatch } from './draws.ts'
import { KEYS, after } from './keys.ts'
import { decodeChunk } from './records.ts'
import type { Attempt, Chunk, JobRecord } from './state.ts'
import { taskOf } from './task.ts'

/** The job as it was accepted, with its input files by number and hash only. */
export interface Recipe extends Omit<JobSpec, 'source'> {
  readonly source: { readonly files: number, readonly bytes: number, readonly sha256: string }
}

/** What a receipt is made of: an ended job, and where its chunks are kept. */
export interface EndedJob {
  readonly record: JobRecord
  readonly store: Pick<Store, 'get' | 'range'>
  readonly signer: Signer
}

/**
 * The receipt of an ended job, in pieces (verification/sealed.ts). Goes through
 * its batches and chunks twice, one at a time: first for what the statement says,
 * then for the lines. The same job gives the same bytes.
 */
export async function * jobReceipt (job: EndedJob): AsyncGenerator<string> {
  const recipe = JSON.stringify(recipeOf(job.record.spec))
  const numbers: Numbers = { workers: new Map(), batches: new Map() }
  const sums = new LineSums()
  const tree = new MerkleTree()
  for await (const { leaf } of lines(job, numbers, sums)) tree.add(leaf)
  const task = await job.store.get(KEYS.task + job.record.id)
  const specHash = task === undefined ? textHash('') : (JSON.parse(task) as BlobRef).sha256
  const sealed = { specHash, recipeHash: textHash(recipe), root: Buffer.from(tree.root()).toString('hex') }
  const statement = JSON.stringify(statementOf(job, sealed, sums, [...numbers.workers.keys()]))
  yield sealHead('job', statement, recipe, job.signer)
  let before = ''
  for await (const { text } of lines(job, numbers, new LineSums())) {
    yield before + text
    before = ',\n'
  }
  yield before === '' ? SEAL_END : `\n${SEAL_END}`
}

function recipeOf ({ source, ...rest }: JobSpec): Recipe {
  return { ...rest, source: { files: source.length, bytes: source.reduce((sum, { size }) => sum + size, 0), sha256: resultHash({ exitCode: 0, files: source }) } }
}

function statementOf ({ record, signer }: EndedJob, { specHash, recipeHash, root }: Pick<JobStatement, 'specHash' | 'recipeHash' | 'root'>, sums: LineSums, peers: readonly string[]): JobStatement {
  const { id, state, spec, seed } = record
  const achieved = sums.achieved()
  return {
    job: id, state: state as JobStatement['state'], coordinator: signer.self, createdAt: record.createdAt, endedAt: record.endedAt ?? 0,
    ...ranOf(taskOf(spec, record.chunkCount)), specHash, recipeHash,
    // with its seed a failed job that is retried could be cheated: its draws would be known beforehand
    ...state === 'FAILED' ? {} : { seed },
    seedHash: createHash('sha256').update(seed).digest('hex'),
    confidence: { asked: spec.config.confidence, ...achieved === undefined ? {} : { achieved } },
    ...sums.totals(),
    ...evidenceOf(record),
    workers: peers.map((peer, i) => ({ peer, chunks: sums.workers[i]?.chunks ?? 0, paid: (sums.workers[i]?.paid ?? 0n).toString() })),
    root
  }
}

/** What was done to make sure, and what came of it. */
export function evidenceOf ({ disputes, trustedRuns = 0, strikes = 0, checks }: JobRecord) {
  const { batches, audits, backtracked, comparisons, disagreements } = checks
  return { disputes, trustedRuns, strikes, checks: { batches, audits, backtracked, comparisons, disagreements } }
}

/** By what number workers, by peer, and batches, by id, are referred to: in the order they appear in. */
interface Numbers { readonly workers: Map<string, number>, readonly batches: Map<string, number> }

function numberOf (name: string, numbers: Map<string, number>): number {
  const number = numbers.get(name) ?? numbers.size
  numbers.set(name, number)
  return number
}

/** Every batch, then every chunk, then every output. */
async function * lines ({ record, store }: EndedJob, numbers: Numbers, sums: LineSums): AsyncGenerator<SealedLine> {
  const batches = KEYS.batches(record.id)
  for await (const [key, text] of store.range({ gte: batches, lt: after(batches) })) {
    const { worker, draw: { results, drawn, passes } } = decodeBatch(text)
    const line: BatchLine = { batch: numberOf(key.slice(batches.length), numbers.batches), worker, passes, drawn: [...drawn], results: results.map(([...result]) => result) }
    sums.addBatch()
    yield sealLine(line)
  }
  const chunks = KEYS.chunks(record.id)
  for await (const [, text] of store.range({ gte: chunks, lt: after(chunks) })) {
    const line = lineOf(decodeChunk(text), numbers, record.spec.app.manifest.determinism === 'self-checked')
    sums.addChunk(line)
    yield sealLine(line)
  }
  for (const { path, size, sha256 } of JSON.parse(await store.get(KEYS.outputs + record.id) ?? '[]') as FileRef[]) {
    sums.outputs.push({ path, size, sha256 })
    yield sealLine({ output: path, size, sha256 })
  }
}

function lineOf (chunk: Chunk, { workers, batches }: Numbers, isChecked: boolean): ChunkLine {
  const winners = chunk.state === 'DECIDED' ? chunk.attempts.filter(({ state }) => state === 'SETTLED') : []
  return {
    chunk: chunk.index,
    state: chunk.state === 'DECIDED' ? 'decided' : chunk.state === 'FAILED' ? 'failed' : 'open',
    inputHash: chunk.input.sha256,
    ...chunk.state === 'DECIDED' && chunk.value !== undefined ? { resultHash: chunk.value, verified: verifiedBy(chunk, winners, batches, isChecked) } : {},
    by: winners.map(({ worker, epoch, price, value, attestation = '' }) => ({
      worker: numberOf(worker, workers), epoch, paid: price.toString(), ...value === undefined || value === chunk.value ? {} : { resultHash: value }, attestation
    })),
    executions: chunk.epoch
  }
}

function verifiedBy (chunk: Chunk, winners: readonly Attempt[], batches: ReadonlyMap<string, number>, isChecked: boolean): NonNullable<ChunkLine['verified']> {
  const groups = new Set(winners.map(({ group }) => group)).size
  // batches of older versions are not known
  const [batch] = winners.flatMap(({ batch: id = '', place }) => {
    const line = batches.get(id)
    return line === undefined || place === undefined ? [] : [{ line, place }]
  })
  return {
    how: wayOf(chunk, winners, groups, batch !== undefined, isChecked), groups, risk: chunk.risk ?? CERTAIN,
    ...chunk.disputed ? { disputed: true } : {},
    ...batch === undefined ? {} : { batch }
  }
}

function wayOf (chunk: Chunk, winners: readonly Attempt[], groups: number, inBatch: boolean, isChecked: boolean): Way {
  if (winners.some(({ trusted }) => trusted)) return 'trusted'
  if (isChecked) return 'checked'
  if (groups > 1) return inBatch && chunk.audit !== undefined ? 'audited' : 'agreed'
  return inBatch && !chunk.disputed ? 'batch' : 'single'
}

/** What a recipe's text says every task of its job ran. Throws when it is no recipe. */
export function readRecipe (text: string, chunks: number): Ran & { readonly specHash: string, readonly determinism: Determinism } {
  const recipe = JSON.parse(text) as Recipe
  const task = taskOf(recipe, chunks)
  return { ...ranOf(task), determinism: recipe.app.manifest.determinism, specHash: textHash(JSON.stringify(task)) }
}
