import type { FileRef } from '../model/block.ts'
import type { Redemption } from '../ledger/bank.ts'
import type { Place } from '../ledger/ledger.ts'
import type { SignedNetting } from '../ledger/netting.ts'
import type { SignedReceipt } from '../ledger/receipts.ts'
import type { Verdict } from '../model/examiner.ts'
import type { FailureClass } from '../model/executor.ts'
import type { JobError } from '../model/job.ts'
import type { AttemptId } from '../model/ids.ts'
import type { Message } from '../model/messages/control.ts'
import type { Reason } from '../model/reasons.ts'
import type { BlobRef } from '../model/store.ts'
import type { OwnClaim } from './netting.ts'
import type { JobRecord } from './state.ts'

/** Everything that can happen to a coordinator. */
export type CoordinatorEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'tick' }
  | { readonly kind: 'peer-up', readonly peer: string, readonly role: string }
  | { readonly kind: 'peer-down', readonly peer: string }
  | { readonly kind: 'message', readonly peer: string, readonly message: Message }
  /** a result was shown, and what it points to is on its way; one of `message` and `reveal-lost` follows */
  | { readonly kind: 'reveal-coming', readonly peer: string, readonly attempt: AttemptId }
  /** what it points to could not be had, through no fault of its worker's that could be shown */
  | { readonly kind: 'reveal-lost', readonly peer: string, readonly attempt: AttemptId }
  | { readonly kind: 'submit', readonly record: JobRecord }
  | { readonly kind: 'chunks', readonly jobId: string, readonly run: number, readonly first: number, readonly inputs: readonly BlobRef[] }
  | { readonly kind: 'partitioned', readonly jobId: string, readonly run: number, readonly task: BlobRef }
  | { readonly kind: 'step-failed', readonly jobId: string, readonly error: JobError }
  | { readonly kind: 'trusted-done', readonly attempt: AttemptId, readonly outcome: TrustedOutcome }
  | { readonly kind: 'results-stored', readonly jobId: string, readonly chunk: number, readonly stored: boolean, readonly unavailableAt: readonly string[] }
  | Examined
  | { readonly kind: 'assembled', readonly jobId: string, readonly outputs: readonly FileRef[] }
  /** the receipt of a job that ended then is stored */
  | { readonly kind: 'receipt-made', readonly jobId: string, readonly endedAt: number, readonly receipt: BlobRef }
  | { readonly kind: 'abort', readonly jobId: string }
  | { readonly kind: 'retry', readonly jobId: string }
  | { readonly kind: 'adopt-receipts' }
  | { readonly kind: 'deposit', readonly peer: string, readonly amount: bigint }
  | { readonly kind: 'redeem', readonly receipt: SignedReceipt }
  | { readonly kind: 'checkpoint' }
  /** the archive has the journal up to this entry */
  | { readonly kind: 'archived', readonly upTo: Place }
  | { readonly kind: 'note-redemption', readonly redemption: Redemption, readonly receipt: SignedReceipt }
  | { readonly kind: 'net-propose', readonly peer: string, readonly claims: readonly OwnClaim[], readonly most?: bigint }
  | { readonly kind: 'net-answer', readonly signed: SignedNetting, readonly accepted: boolean }
  | { readonly kind: 'net-finish', readonly signed: SignedNetting }

/** What came of an examination; without a verdict when it could not be held, through no fault of the app's. */
export interface Examined {
  readonly kind: 'examined'
  readonly jobId: string
  readonly chunk: number
  readonly values: readonly string[]
  readonly verdict?: Verdict
  /** why there is no verdict, or none but `failed` */
  readonly text?: string
  /** workers that did not give the files of their result */
  readonly unavailableAt: readonly string[]
}

/** A result that is to be examined, and who has it. */
export interface Exhibit {
  readonly value: string
  readonly files: readonly FileRef[]
  readonly from: readonly string[]
}

export type TrustedOutcome =
  | { readonly ok: true, readonly value: string, readonly files: readonly FileRef[] }
  | { readonly ok: false, readonly failureClass: FailureClass, readonly reason: Reason, readonly exitCode: number, readonly stderrTail: string }

/** What a turn asks the world to do, after its writes are on disk. */
export type CoordinatorEffect =
  | { readonly kind: 'partition', readonly jobId: string, readonly run: number }
  | { readonly kind: 'run-trusted', readonly attempt: AttemptId }
  | { readonly kind: 'fetch-results', readonly jobId: string, readonly chunk: number, readonly from: readonly string[], readonly files: readonly FileRef[] }
  /** has the app's examiner look at one result, or at two */
  | { readonly kind: 'examine', readonly jobId: string, readonly chunk: number, readonly exhibits: readonly Exhibit[] }
  | { readonly kind: 'assemble', readonly jobId: string }
  /** stops every effect of the job that is still running */
  | { readonly kind: 'stop', readonly jobId: string }
  /** makes the receipt of an ended job; `receipt-made` follows */
  | { readonly kind: 'make-receipt', readonly jobId: string }
  /** a receipt that does not count any more */
  | { readonly kind: 'drop-receipt', readonly sha256: string }
  | { readonly kind: 'log', readonly attempt: AttemptId, readonly stream: string, readonly text: string }
  | { readonly kind: 'changed', readonly jobId: string }
  /** a later start of this coordinator was proven: this one must end */
  | { readonly kind: 'superseded', readonly incarnation: number, readonly worker: string }
  /** older entries may be archived */
  | { readonly kind: 'checkpointed', readonly seq: number }
  | { readonly kind: 'note', readonly level: 'info' | 'warn', readonly text: string, readonly about: Readonly<Record<string, unknown>> }
