import type { FairQueue } from '../market/fair-share.ts'
import type { FileRef } from '../model/block.ts'
import type { Isolation, Usage } from '../model/executor.ts'
import type { Hardware } from '../model/hardware.ts'
import type { AttemptId } from '../model/ids.ts'
import type { ImageRules } from '../model/image-rules.ts'
import type { Unhurried } from '../model/messages/unhurried.ts'
import type { PriceRules } from '../model/price-rules.ts'
import type { Reason } from '../model/reasons.ts'
import type { Signer } from '../model/signer.ts'
import type { BlobRef } from '../model/store.ts'
import type { Ran } from '../model/task-spec.ts'
import type { Heard } from '../verification/evidence.ts'
import type { AuctionRecord } from './auctions.ts'
import type { CoordinatorBook } from './books.ts'
import type { Day } from './day-ledger.ts'
import type { OwnerState } from './owner/state.ts'
import type { DueDraw } from './draws.ts'
import type { Machine } from './machine.ts'
import type { PriceLines } from './price-lines.ts'

/** QUEUED and RUNNING are lost with the process; the others survive it. ACCEPTED waits for its receipt. */
export type WorkerAttemptState = 'QUEUED' | 'RUNNING' | 'COMMITTED' | 'REVEALED' | 'ACCEPTED'

/** What a finished task is bound to, kept until it is refused or paid. */
export interface Outcome {
  /** hex hash of the result manifest */
  readonly value: string
  /** hex, 32 bytes */
  readonly nonce: string
  readonly files: readonly FileRef[]
  readonly ran: Ran
  /** the files as a list in a blob, when they are too many for one message */
  readonly manifest?: BlobRef
  readonly usage: Usage
}

export interface WorkerAttempt {
  readonly coordinator: string
  readonly id: AttemptId
  readonly spec: BlobRef
  readonly input: BlobRef
  readonly chunkSeed: string
  /** hex, from its lease; attempts of older versions have none */
  readonly lotHash?: string
  readonly price: bigint
  state: WorkerAttemptState
  acknowledged: boolean
  /** when its commit was last sent, milliseconds */
  saidAt?: number
  outcome?: Outcome
  /** when it was handed to the sandbox, milliseconds */
  begunAt?: number
  /** machine time its coordinator was charged for it, as long as it runs, milliseconds */
  charged?: number
  /** when it was finished, milliseconds */
  doneAt?: number
  /** since when the coordinator, which accepted it, says that it knows it no more, milliseconds */
  closedAt?: number
}

export interface CoordinatorView {
  readonly peer: string
  incarnation: number
  nextHeartbeat: number
  nextOffer: number
  nextSettleAsk: number
  /** both sides agree on who it is and on what it has paid; until then nothing is taken from it but receipts */
  admitted: boolean
  /** why it is not admitted */
  refusal?: Reason
  /** when the oldest heartbeat was sent that it has not answered, milliseconds */
  unansweredSince?: number
  /** it said itself that leases hold until then, milliseconds */
  renewedUntil?: number
  /** what it has told of others lately */
  heard?: Heard
  /** the connection is ended at the next tick */
  hangUp?: boolean
  /** when it asked for bids last, milliseconds */
  announcedAt?: number
  /** slots it was offered last, and when, milliseconds */
  offered?: { readonly slots: number, readonly at: number }
}

export interface WorkerConfig {
  /** what the last bits of results depend on here; unset: unknown, and no app that needs to know runs here */
  readonly numericClass?: string
  /** tasks at a time */
  readonly slots: number
  /** price relative to the suggested tariff, per mille */
  readonly priceLevel: number
  /** what else of its prices differs from the usual (model/price-rules.ts); the owner's settings come first */
  readonly price?: Partial<PriceRules>
  readonly images: Pick<ImageRules, 'allow' | 'deny'>
  readonly isolation: Isolation
  readonly operator: string
  /** the machine at the start; what it is now is `WorkerState.machine` */
  readonly hardware: Hardware
  readonly memoryMiB: number
  readonly cores: number
  /** what a new coordinator may owe, units */
  readonly creditLimit: bigint
  /** the coordinator that may net what this worker is owed */
  readonly belongsTo?: string
}

/** What the machine can run at the moment: an engine may go away and come back. */
export interface Offered {
  readonly platforms: readonly string[]
  readonly runtimes: readonly string[]
  readonly egress: boolean
}

export interface Earnings {
  readonly amount: bigint
  readonly accepted: number
  readonly rejected: number
}

export interface WorkerState {
  readonly self: string
  readonly config: WorkerConfig
  /** coordinators connected now */
  readonly coordinators: Map<string, CoordinatorView>
  readonly signer: Signer
  /** what is kept of every coordinator ever worked for */
  readonly books: Map<string, CoordinatorBook>
  /** attempts by coordinator and attempt key, in the order of their leases */
  readonly attempts: Map<string, WorkerAttempt>
  /** keys of the last attempts that ended here, oldest first; not kept over a restart */
  readonly ended: Set<string>
  readonly earnings: Map<string, Earnings>
  /** by date, the last month */
  readonly days: Map<string, Day>
  readonly owner: OwnerState
  /** batches shown whose draw is outstanding, oldest first */
  readonly draws: Map<string, DueDraw>
  /** jobs whose end was held against their coordinator; not kept over a restart */
  readonly noted: Set<string>
  /** evidence that was passed on; not kept over a restart */
  readonly told: Set<string>
  /** by coordinator and job, in the order they were last heard of */
  readonly auctions: Map<string, AuctionRecord>
  /** divides the machine's time among coordinators; not kept over a restart */
  readonly queue: FairQueue
  /** what may wait for the next frame to a coordinator */
  readonly unhurried: Unhurried
  /** when the last tasks ended, as many as there are slots, milliseconds */
  readonly ends: number[]
  /** announcements that wait for the owner's program; not kept over a restart */
  readonly awaitedPrices: PriceLines
  /** why the owner's program gave no price the last time it was asked */
  priceTrouble?: { readonly at: number, readonly reason: Reason }
  offered: Offered
  machine: Machine
  /** images that could not be had, and until when nobody need ask for them */
  readonly failedImages: Map<string, { readonly until: number, readonly reason: Reason }>
  offerSeq: number
  draining: boolean
}
