import type { FileRef } from '../model/block.ts'
import type { FailureClass, FailureCode, Usage } from '../model/executor.ts'
import type { Message } from '../model/messages/control.ts'
import type { Reason } from '../model/reasons.ts'
import type { BlobRef } from '../model/store.ts'
import type { Ran } from '../model/task-spec.ts'
import type { Machine } from './machine.ts'
import type { Allowance } from './owner/allowance.ts'
import type { OwnerNews } from './owner/apply.ts'
import type { PriceAnswer, PriceQuestion } from './price.ts'
import type { Offered, WorkerAttempt } from './state.ts'

/** Everything that can happen to a worker. */
export type WorkerEvent =
  | { readonly kind: 'tick' }
  | { readonly kind: 'peer-up', readonly peer: string, readonly role: string, readonly incarnation: number }
  | { readonly kind: 'peer-down', readonly peer: string }
  | { readonly kind: 'message', readonly peer: string, readonly message: Message }
  /** `content`: hashes of everything the task had fetched or made */
  | { readonly kind: 'task-done', readonly key: string, readonly result: TaskResult, readonly content: readonly string[] }
  | { readonly kind: 'offered', readonly offered: Offered }
  | { readonly kind: 'machine', readonly machine: Partial<Machine> }
  | { readonly kind: 'drain' }
  /** the owner's program was asked for a price */
  | { readonly kind: 'priced', readonly key: string, readonly answer: PriceAnswer }
  | { readonly kind: 'owner', readonly news: OwnerNews }

/** `givenBack`: it did not fail, its machine's owner wanted it to end. */
export type TaskResult =
  | { readonly ok: true, readonly value: string, readonly files: readonly FileRef[], readonly ran: Ran, readonly manifest?: BlobRef, readonly usage: Usage, readonly nonce: string }
  | { readonly ok: false, readonly failureClass: FailureClass, readonly code: FailureCode | 'SPEC_INVALID', readonly message: string, readonly exitCode: number, readonly stderrTail: string, readonly usage: Usage, readonly image?: string, readonly givenBack?: Reason }

/** What a turn asks the world to do, after its writes are on disk. */
export type WorkerEffect =
  | { readonly kind: 'run', readonly key: string, readonly attempt: WorkerAttempt }
  | { readonly kind: 'cancel', readonly key: string }
  /** content no attempt needs any longer */
  | { readonly kind: 'forget', readonly hashes: readonly string[] }
  /** what came of this task is known to the core: the task's own hold on its content ends */
  | { readonly kind: 'release', readonly key: string }
  /** what may run from now on */
  | { readonly kind: 'allow', readonly allowance: Allowance }
  /** asks the owner's program for a price; answered by a `priced` */
  | { readonly kind: 'price', readonly question: PriceQuestion }
  /** ends the connection to a coordinator */
  | { readonly kind: 'disconnect', readonly peer: string, readonly why: string }
  | { readonly kind: 'note', readonly level: 'info' | 'warn', readonly text: string, readonly about: Readonly<Record<string, unknown>> }
