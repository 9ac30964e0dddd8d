import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { FileRef } from '../model/block.ts'
import { resultHash } from '../model/result.ts'
import { confidenceOf } from './risk.ts'

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Units = Type.String({ pattern: '^(0|[1-9][0-9]{0,38})$' })
const Peer = Type.String({ minLength: 1, maxLength: 128 })
const strict = { additionalProperties: false }

/** A worker that is owed something in a receipt, or whose result counts: its number is its place in the list. */
const WorkerSumSchema = Type.Object({ peer: Peer, chunks: Count, paid: Units }, strict)

/** What the coordinator signs about a job that has ended. Amounts in units, times in milliseconds, risks in millionths. */
export const JobStatementSchema = Type.Object({
  job: Type.String({ pattern: '^j-[a-z2-7]{16}$' }),
  state: Type.Union([Type.Literal('COMPLETED'), Type.Literal('FAILED'), Type.Literal('CANCELLED')]),
  coordinator: Peer,
  createdAt: Count,
  endedAt: Count,
  /** what every task ran */
  appHash: Hash,
  imageDigest: Type.Optional(Hash),
  paramsHash: Hash,
  /** of the task specification the workers were given */
  specHash: Hash,
  /** of the recipe: the job as it was accepted */
  recipeHash: Hash,
  /** decides what was audited; its hash was announced before. Kept back while the job may be retried */
  seed: Type.Optional(Type.String({ maxLength: 128 })),
  seedHash: Hash,
  /** percent: what was asked for, and what the lines come to */
  confidence: Type.Object({ asked: Type.Number(), achieved: Type.Optional(Type.Number()) }, strict),
  /** lines of batches, of chunks, those decided among them, those that failed, and lines of outputs */
  batches: Count,
  chunks: Count,
  decided: Count,
  failed: Count,
  outputs: Count,
  /** of the list of outputs, as that of a result (model/result.ts) */
  outputsHash: Hash,
  executions: Count,
  paid: Units,
  risk: Count,
  /** chunks whose results differed, runs of the coordinator itself, and strikes given for results */
  disputes: Count,
  trustedRuns: Count,
  strikes: Count,
  checks: Type.Object({ batches: Count, audits: Count, backtracked: Count, comparisons: Count, disagreements: Count }, strict),
  workers: Type.Array(WorkerSumSchema, { maxItems: 1_000_000 }),
  /** hex: Merkle root over the lines */
  root: Hash
}, strict)
export type JobStatement = Static<typeof JobStatementSchema>

/**
 * How a chunk's value was found right. trusted: the coordinator, or a peer it
 * trusts, ran it too. audited: drawn from its worker's batch, and run again by
 * another. batch: in a batch whose drawn results agreed. agreed: by independent
 * workers, credible together. checked: by the app's own checker. single: one result was believed, as was asked for,
 * or, in a dispute, over others that were less credible.
 */
export const WAYS = ['trusted', 'audited', 'batch', 'agreed', 'checked', 'single'] as const
export type Way = typeof WAYS[number]

/** Most results of a batch; BATCH_SIZE is when one is closed. */
const MOST_IN_BATCH = 4096

/** Results of one worker of which some were drawn for an audit (verification/audit.ts): its draw can be done again. */
export const BatchLineSchema = Type.Object({
  batch: Count,
  worker: Peer,
  /** verified passes it had for the app when the batch was closed */
  passes: Count,
  /** places that were drawn */
  drawn: Type.Array(Count, { minItems: 1, maxItems: MOST_IN_BATCH }),
  /** chunk, epoch and commitment of each, counted or not */
  results: Type.Array(Type.Tuple([Count, Count, Hash]), { minItems: 1, maxItems: MOST_IN_BATCH }),
  check: Type.String()
}, strict)
export type BatchLine = Omit<Static<typeof BatchLineSchema>, 'check'>

export const ChunkLineSchema = Type.Object({
  chunk: Count,
  state: Type.Union([Type.Literal('decided'), Type.Literal('failed'), Type.Literal('open')]),
  inputHash: Hash,
  resultHash: Type.Optional(Hash),
  verified: Type.Optional(Type.Object({
    how: Type.Union(WAYS.map(way => Type.Literal(way))),
    /** independent groups that gave the value */
    groups: Count,
    /** chance that it is wrong, millionths */
    risk: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    disputed: Type.Optional(Type.Literal(true)),
    /** the batch a result of it was in, by the number of its line, and where in it */
    batch: Type.Optional(Type.Object({ line: Count, place: Count }, strict))
  }, strict)),
  /** everyone who gave the value; `worker` is a number of the statement's list, `resultHash` its own result where the app's script found it as good, `attestation` its signature in hex */
  by: Type.Array(Type.Object({ worker: Count, epoch: Count, paid: Units, resultHash: Type.Optional(Hash), attestation: Type.String({ pattern: '^([0-9a-f]{128})?$' }) }, strict), { maxItems: 1000 }),
  executions: Count,
  check: Type.String()
}, strict)
export type ChunkLine = Omit<Static<typeof ChunkLineSchema>, 'check'>

export const OutputLineSchema = Type.Object({ output: Type.String({ minLength: 1, maxLength: 1024 }), size: Count, sha256: Hash, check: Type.String() }, strict)

/** Adds up the lines of a receipt: what its maker states, and what its reader compares with that. */
export class LineSums {
  batches = 0
  chunks = 0
  decided = 0
  failed = 0
  executions = 0
  risk = 0
  paid = 0n
  readonly outputs: FileRef[] = []
  readonly workers: { chunks: number, paid: bigint }[] = []

  addBatch (): void {
    this.batches++
  }

  addChunk ({ state, by, executions, verified }: ChunkLine): void {
    this.chunks++
    this.executions += executions
    if (state === 'failed') this.failed++
    if (state !== 'decided') return
    this.decided++
    this.risk += verified?.risk ?? 0
    for (const { worker, paid } of by) {
      const sum = this.workers[worker] ?? { chunks: 0, paid: 0n }
      this.workers[worker] = { chunks: sum.chunks + 1, paid: sum.paid + BigInt(paid) }
      this.paid += BigInt(paid)
    }
  }

  /** What the statement says of the lines. */
  totals () {
    return {
      batches: this.batches, chunks: this.chunks, decided: this.decided, failed: this.failed, outputs: this.outputs.length, outputsHash: resultHash({ exitCode: 0, files: this.outputs }),
      executions: this.executions, paid: this.paid.toString(), risk: this.risk
    }
  }

  achieved (): number | undefined {
    return confidenceOf(this.risk, this.decided)
  }
}
