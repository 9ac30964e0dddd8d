import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { Block, FileRef } from './block.ts'
import type { Image } from './image.ts'
import { LIMITS } from './limits.ts'
import { BYC_PATTERN } from './money.ts'
import type { Reason } from './reasons.ts'
import type { BlobRef } from './store.ts'

const Params = Type.Record(Type.String({ maxLength: 256 }), Type.Unknown(), { default: {} })
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })

export const FileRefSchema = Type.Object({
  path: Type.String({ minLength: 1, maxLength: 1024 }),
  size: Type.Integer({ minimum: 0 }),
  sha256: Sha256
}, { additionalProperties: false })

/** Limits and wishes of a job. Times in seconds, amounts in ByteChips as decimal text. */
const JobConfigSchema = Type.Object({
  /** longest run of one task, seconds */
  taskTimeout: Type.Number({ exclusiveMinimum: 0, maximum: 86_400, default: 300 }),
  /** longest life of the job, seconds; 0 means none */
  jobTimeout: Type.Number({ minimum: 0, maximum: 31_536_000, default: 0 }),
  /** extra attempts a chunk may cost beyond its replicas */
  retries: Type.Integer({ minimum: 0, maximum: 100, default: 5 }),
  /** independent results that must agree before a chunk counts; unset, it follows from `confidence` and what is known of the workers */
  replicas: Type.Optional(Type.Integer({ minimum: 1, maximum: 7 })),
  /** least share of results that must be right, percent; more of it costs more executions */
  confidence: Type.Number({ minimum: 50, maximum: 99.999, default: 99 }),
  /** who may get chunks: anyone; established or named workers; named workers; this coordinator alone */
  trust: Type.Union([Type.Literal('open'), Type.Literal('verified'), Type.Literal('private'), Type.Literal('local')], { default: 'open' }),
  /** blocks on a stock python image may run in python-wasm */
  allowWasm: Type.Boolean({ default: false }),
  /** deliver what succeeded when some chunks failed */
  allowPartial: Type.Boolean({ default: false }),
  /** most the whole job may cost, ByteChips; what is not spent comes back */
  budget: Type.Optional(Type.String({ pattern: BYC_PATTERN.source })),
  /** most one chunk may cost, ByteChips */
  maxPrice: Type.Optional(Type.String({ pattern: BYC_PATTERN.source })),
  /** estimated run time of one chunk, seconds; the price of the first round follows from it */
  estimate: Type.Number({ exclusiveMinimum: 0, maximum: 86_400, default: 1 }),
  /** weakest isolation a worker may run this job's app with */
  isolation: Type.Union([Type.Literal('container'), Type.Literal('namespaces'), Type.Literal('process')], { default: 'process' }),
  isTestJob: Type.Boolean({ default: false })
}, { additionalProperties: false })
export type JobConfig = Static<typeof JobConfigSchema>

/** Where chunks come from and go to, by name of a built-in engine, tag, or `sha256:<hash>` of a pushed block. */
const BlockName = Type.String({ minLength: 1, maxLength: 160 })

/** What a submitter sends. */
export const JobRequestSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  description: Type.String({ maxLength: 4096, default: '' }),
  app: BlockName,
  partitioner: Type.String({ minLength: 1, maxLength: 160, default: 'passthrough' }),
  assembler: Type.String({ minLength: 1, maxLength: 160, default: 'passthrough' }),
  params: Type.Object({ partitioner: Params, app: Params, assembler: Params }, { additionalProperties: false, default: {} }),
  /** input files already uploaded as blobs; none means one empty input */
  source: Type.Array(FileRefSchema, { maxItems: 100_000, default: [] }),
  config: JobConfigSchema
}, { additionalProperties: false })
export type JobRequest = Static<typeof JobRequestSchema>

/** The same, to know what it would cost; `chunks`: how many its partitioner makes, where that is not run for a plan. */
export const PlanRequestSchema = Type.Object({ ...JobRequestSchema.properties, chunks: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.chunksPerJob })) }, { additionalProperties: false })

/** An engine of a job: built in, or a block. */
export type EngineChoice = { readonly builtin: string } | { readonly block: Block }

/** A job as accepted: every name resolved, every parameter validated and with its defaults. */
export interface JobSpec {
  readonly name: string
  readonly description: string
  readonly app: Block
  readonly partitioner: EngineChoice
  readonly assembler: EngineChoice
  readonly params: {
    readonly partitioner: Readonly<Record<string, unknown>>
    readonly app: Readonly<Record<string, unknown>>
    readonly assembler: Readonly<Record<string, unknown>>
  }
  readonly source: readonly FileRef[]
  readonly config: JobConfig
  /** images of the blocks that run in containers, by block hash; pinned when the job was accepted */
  readonly images?: Readonly<Record<string, Image>>
}

export interface JobError {
  readonly code: string
  readonly message: string
  readonly remedy?: string
}

/** What was done so far to make sure that results are right. */
export interface JobChecks {
  /** batches of single results that were closed, and results of them that were run again */
  readonly batches: number
  readonly audits: number
  /** results that were taken back because another of their worker was wrong */
  readonly backtracked: number
  /** chunks with more than one result, and of these those where a trusted run agreed with none of several workers */
  readonly comparisons: number
  readonly disagreements: number
}

export interface VerificationView {
  /** percent asked for */
  readonly confidence: number
  readonly trust: string
  readonly checks: JobChecks
  /** percent of the verified results that are right, at least, by what is known of who gave them; none yet, or not known of jobs of older versions */
  readonly achieved?: number
  /** executions per stored result so far */
  readonly overhead: number
  /** results differ from each other and from the trusted runs: the app itself is erratic, and nobody is struck for it */
  readonly suspect: boolean
}

/** A job as the API and the CLI show it. */
export interface JobView {
  readonly id: string
  readonly name: string
  readonly state: string
  /** why the job waits, when it does */
  readonly reason?: Reason
  readonly error?: JobError
  readonly createdAt: number
  readonly endedAt?: number
  readonly app: string
  readonly partitioner: string
  readonly assembler: string
  /** independent results that must agree, when that was fixed */
  readonly replicas?: number
  readonly verification: VerificationView
  /** what its owner should know of it, as sentences */
  readonly warnings: readonly string[]
  readonly chunks: { readonly total: number, readonly done: number, readonly failed: number, readonly active: number }
  /** chunks decided per second over the last moments */
  readonly rate: number
  readonly etaMs?: number
  /** ByteChips spent and reserved so far, and the ceiling */
  readonly cost: string
  readonly budget: string
  /** attempts started so far, all replicas and retries included */
  readonly executions: number
  readonly disputes: number
  /** runs of the coordinator itself, and strikes given for results of this job */
  readonly trustedRuns: number
  readonly strikes: number
  readonly outputs: number
  /** of an ended job, once it is made */
  readonly receipt?: BlobRef
}
