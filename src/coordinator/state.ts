import type { DoubleUse, Redemption } from '../ledger/bank.ts'
import type { EquivocationProof } from '../ledger/equivocation.ts'
import type { Belonging } from '../ledger/belonging.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { NettingChain } from '../ledger/netting-chain.ts'
import type { SignedNetting } from '../ledger/netting.ts'
import type { PayerChannel } from '../ledger/payer.ts'
import type { SignedReceipt } from '../ledger/receipts.ts'
import type { AttemptState } from '../lifecycle/attempt.ts'
import type { BootClaim } from '../lifecycle/boot.ts'
import type { ChunkState } from '../lifecycle/chunk.ts'
import type { JobState } from '../lifecycle/job.ts'
import type { Outcome, Round } from '../market/auction.ts'
import type { FileRef } from '../model/block.ts'
import type { Verdict } from '../model/examiner.ts'
import type { Usage } from '../model/executor.ts'
import type { JobChecks, JobError, JobSpec } from '../model/job.ts'
import type { Unhurried } from '../model/messages/unhurried.ts'
import type { OfferView, RequirementsView } from '../model/offer.ts'
import type { Reason } from '../model/reasons.ts'
import type { Signer } from '../model/signer.ts'
import type { BlobRef } from '../model/store.ts'
import type { Ran } from '../model/task-spec.ts'
import type { Draw } from '../verification/audit.ts'
import type { Evidence, Heard } from '../verification/evidence.ts'
import type { Policy } from '../verification/policy.ts'
import type { Standing } from '../verification/reputation.ts'
import type { Median } from './median.ts'

/** One lease of a chunk, as the coordinator knows it. Times are the coordinator's milliseconds. */
export interface Attempt {
  readonly epoch: number
  readonly worker: string
  readonly group: string
  /** the numeric class it runs in, where results compare only within one */
  readonly numericClass?: string
  /** its result alone decides: its worker was trusted when it was leased, and was not struck since */
  trusted: boolean
  readonly price: bigint
  /** empty for the coordinator's own runs, which cost nothing */
  readonly holdId: string
  readonly leasedAt: number
  /** leases the worker had before this one */
  readonly ahead: number
  /** from lease to commit, before κ, milliseconds (market/estimate.ts); attempts of older versions and the coordinator's own have none */
  readonly expectedMs?: number
  state: AttemptState
  expiresAt: number
  /** hex, once committed */
  commitment?: string
  committedAt?: number
  /** when the slot it ran in became free, as far as commits tell; 0: before any */
  slotFreeAt?: number
  /** when its reveal was asked for last, and how often so far */
  revealAskedAt?: number
  revealAsks?: number
  /** shown, and its content on its way here */
  revealComing?: boolean
  /** times its content could not be had after it was shown */
  revealsLost?: number
  /** hex hash of the result manifest, once revealed */
  value?: string
  /** value of another result of the chunk that the app's examiner holds it equal to */
  sameAs?: string
  /** the result manifest's files, once revealed */
  files?: readonly FileRef[]
  /** hex: its worker's signature over what it ran and what came of it, once revealed */
  attestation?: string
  reason?: Reason
  /** content did not get through, which is nobody's fault: from then on its worker may have the chunk again, milliseconds */
  retryAt?: number
  /** as the worker reports it */
  usage?: Usage
  /** the batch it is audited with, and by whom when it was drawn */
  batch?: string
  drawn?: 'any' | 'trusted'
  /** where it is in that batch */
  place?: number
}

export interface Chunk {
  readonly index: number
  readonly input: BlobRef
  state: ChunkState
  /** fencing number of the last attempt */
  epoch: number
  /** attempts whose hold is pending, and ended ones until the chunk is decided */
  attempts: Attempt[]
  /** hash of the decided manifest */
  value?: string
  /** chance that this value is wrong, millionths */
  risk?: number
  /** since when the agreed result is stored here, milliseconds; from then on its workers are owed their price */
  storedAt?: number
  /** votes needed before the values are compared */
  quorum: number
  /** workers that do not get this chunk again */
  excluded: string[]
  /** it just failed: not leased again before then, milliseconds */
  notBefore?: number
  /** distinct workers on which the app itself failed here, and groups whose node failed here */
  appFailures: string[]
  nodeFailures: string[]
  disputed: boolean
  /** its single result is being checked: by another proven worker, or by a trusted run */
  audit?: 'any' | 'trusted'
  /** what the app's examiner said, by the value it was shown, or the two in order */
  verdicts?: Readonly<Record<string, Verdict>>
  error?: JobError
}

/** Results of one worker that are audited together: closed, its draw made. */
export interface Batch {
  readonly id: string
  readonly worker: string
  /** as it was closed; batches of older versions have none */
  readonly draw?: Draw
  /** epoch by chunk */
  readonly members: Map<number, number>
  /** audits that agreed */
  passed: number
  /** something happened to it in this turn */
  dirty: boolean
}

/** A worker's right to be leased chunks of a job at a fixed price. */
export interface Award {
  readonly worker: string
  readonly price: bigint
  readonly slots: number
  readonly chunkMs: number
  readonly validUntil: number
}

/** What of a job is stored under its own key; chunks have keys of their own. */
export interface JobRecord {
  readonly id: string
  readonly spec: JobSpec
  readonly createdAt: number
  /** since when the job's time limit counts: its submission or last retry; records of older versions have none */
  startedAt?: number
  /** units set aside for the job */
  readonly budget: bigint
  readonly maxPrice: bigint
  readonly seed: string
  state: JobState
  /** since when it is in its state, and how long it was in each before, milliseconds; jobs of older versions have neither */
  stateSince?: number
  times?: Partial<Record<JobState, number>>
  chunkCount: number
  reason?: Reason
  error?: JobError
  endedAt?: number
  /** it has ended, and its receipt is to be made */
  receiptDue?: boolean
  receipt?: BlobRef
  /** output files, listed under a key of their own */
  outputs: number
  spent: bigint
  executions: number
  disputes: number
  /** runs of the coordinator itself, and strikes given for results; not counted by older versions */
  trustedRuns?: number
  strikes?: number
  /** leases of fresh chunks to workers on probation */
  strangers: number
  readonly checks: { -readonly [key in keyof JobChecks]: JobChecks[key] }
  failed: number
  /** sum over the verified chunks of the chance that each is wrong, millionths; not known of jobs of older versions */
  risk?: number
  /** chunks whose agreed result is stored here, paid or not */
  verified: number
  /** of these, those that are paid */
  decided: number
}

/** Leases of one job that one worker let expire, since its last result. */
export interface Expiries {
  readonly inARow: number
  readonly lastAt: number
  /** it gets nothing of the job before, milliseconds */
  readonly until: number
}

export interface Job {
  readonly record: JobRecord
  readonly needs: RequirementsView
  readonly policy: Policy
  /** what its workers' passes count for (verification/app-class.ts) */
  readonly appClass: string
  /** by worker: single results that wait to become a batch, as epoch by chunk */
  readonly filling: Map<string, { readonly since: number, readonly members: Map<number, number> }>
  readonly batches: Map<string, Batch>
  chunks: Chunk[]
  /** how often its input was begun to be cut, since this start */
  partitions: number
  /** chunks no replica was ever leased of: indexes from `freshFrom` on */
  freshFrom: number
  /** chunks that need one more replica, oldest first */
  wanting: Set<number>
  /** chunks with an open attempt */
  active: Set<number>
  /** chunks whose results wait for the app's examiner, and from when on it is asked, milliseconds */
  readonly unexamined: Map<number, number>
  /** why the last examination could not be held */
  examinerTrouble?: Reason
  /** chunks with a stored result that is not paid yet, oldest first */
  readonly unpaid: Set<number>
  /** of these, those for which a committed result may still be shown */
  readonly late: Set<number>
  /** units the unpaid come to */
  owed: bigint
  /** task specification, once the chunks are counted */
  task?: { readonly ref: BlobRef }
  /** what every task of it runs, once somebody asked */
  ran?: Ran
  round?: Round
  roundNumber: number
  nextRoundAt: number
  readonly awards: Map<string, Award>
  /** who was drawn to run a chunk beside another worker, and until when it may be taken by nobody else */
  readonly checkers: Map<number, { readonly peer: string, readonly until: number }>
  /** by worker, leases that came to nothing since its last result; not kept over a restart */
  readonly expiries: Map<string, Expiries>
  /** latest reasons per worker, for explain */
  readonly explanations: Map<string, readonly Reason[]>
  /** what came of each worker's last bid, for explain */
  readonly outcomes: Map<string, Outcome>
  readonly durations: Median
  /** times of the last stored chunks, for the rate */
  readonly recentDone: number[]
  /** since when nothing of the job moves, milliseconds; undefined while something does */
  idleSince?: number
}

export interface WorkerView {
  readonly peer: string
  connected: boolean
  offer?: OfferView
  /** open attempts as `jobId/chunk/epoch` */
  readonly inFlight: Set<string>
  draining: boolean
  /** smoothed overhead of a lease beyond the work itself, milliseconds */
  overheadMs: number
  /** smoothed way of a lease there and its commit back, milliseconds (market/round-trip.ts); 0: not known */
  roundTripMs: number
  /** when its last commits came, as many as it has slots, milliseconds */
  readonly commits: number[]
  /** classes of apps it has run since it came: their images are there */
  readonly warm: Set<string>
  /** it takes nothing from this coordinator, and why */
  refusal?: Reason
  /** it asked to be settled with, and has not acknowledged a receipt since */
  settleAsked?: boolean
  /** what it has told of others lately; not kept over a restart */
  heard?: Heard
  /** when it was last sent receipts, milliseconds */
  receiptsSentAt?: number
}

/** A result that contradicted the accepted one, or another fault that a strike was given for. */
export interface Incident {
  readonly at: number
  readonly worker: string
  readonly jobId: string
  readonly chunk: number
  readonly epoch: number
  readonly reason: Reason
  /** what shows it to anybody; only for results that were compared */
  readonly evidence?: Evidence
}

export interface CoordinatorConfig {
  /** peers whose single result counts */
  readonly trusted: ReadonlySet<string>
  /** account jobs are charged to */
  readonly user: string
  /** set aside for a job that names no budget, units */
  readonly defaultBudget: bigint
  readonly leaseTtlMs: number
  /** platforms this coordinator can run itself, for disputes and engines */
  readonly platforms: readonly string[]
  /** what the last bits of its own results depend on; unset: unknown */
  readonly numericClass?: string
  /** the operator's word that receipts workers show are the truth, should the books know less; default false */
  readonly adoptReceipts?: boolean
  /** entries after which a checkpoint is taken; default 10,000 */
  readonly checkpointEvery?: number
}

export interface CoordinatorState {
  readonly self: string
  readonly signer: Signer
  /** counts the starts of this coordinator; grows otherwise only when it takes over from a later one */
  incarnation: number
  /** hex, random for each start */
  readonly bootId: string
  /** uniform in [0, 1): what is sampled is drawn with it */
  readonly chance: () => number
  /** channels by worker */
  readonly channels: Map<string, PayerChannel>
  /** receipts of this coordinator that its books do not know, by worker, until they are adopted */
  readonly ahead: Map<string, SignedReceipt>
  /** payers proven to have signed contradicting receipts, with the proof */
  readonly accused: Map<string, EquivocationProof>
  /** as a bank: the last redemption by channel */
  readonly redeemed: Map<string, Redemption>
  /** by worker: what was owed to it and taken twice */
  readonly doubleUses: Map<string, DoubleUse>
  /** as a bank: units netted of a channel between others */
  readonly nettedElsewhere: Map<string, bigint>
  /** agreements by coordinator */
  readonly nettings: Map<string, NettingChain>
  /** by worker: the last agreement by which it is owed less */
  readonly netted: Map<string, SignedNetting>
  /** workers that have yet to confirm it */
  readonly nettingUntold: Set<string>
  /** agreements this coordinator has signed and its books do not know, by the worker that has shown it, until they are adopted */
  readonly unbooked: Map<string, SignedNetting>
  /** whose workers are, by worker */
  readonly belongings: Map<string, Belonging>
  /** the highest other start of this identity a worker has shown */
  shown?: BootClaim
  readonly config: CoordinatorConfig
  readonly ledger: Ledger
  readonly jobs: Map<string, Job>
  readonly workers: Map<string, WorkerView>
  readonly standings: Map<string, Standing>
  /** median of the speeds that connected workers advertise, 0 where none does; undefined until it is asked for again */
  usualSpeed?: number
  readonly incidents: Incident[]
  /** what other coordinators have against workers, by evidenceId, oldest first */
  readonly evidence: Map<string, Evidence>
  /** what each worker is owed for verified results, units */
  readonly unpaid: Map<string, bigint>
  /** what may wait for the next frame to a worker; lost with a restart, as a frame would be */
  readonly unhurried: Unhurried
  batchId: number
  /** trusted runs in progress, as `jobId/chunk/epoch` */
  readonly refereeing: Set<string>
  /** chunks whose results are being examined, as `jobId/chunk` */
  readonly examining: Set<string>
  /** when this start could be heard, milliseconds; 0 before */
  startedAt: number
  /** rotates which job is served first */
  turnOfJob: number
}
