import { formatByc } from '../model/money.ts'
import type { OwnerRules } from '../model/owner-rules.ts'
import type { PriceRules } from '../model/price-rules.ts'
import type { Reason } from '../model/reasons.ts'
import type { Machine } from './machine.ts'
import { freeFor } from './offer.ts'
import { outstandingOf } from './credit.ts'
import { today } from './day-ledger.ts'
import type { Allowance } from './owner/allowance.ts'
import type { Conditions } from './owner/conditions.ts'
import { notNow } from './owner/wishes.ts'
import { priceRules } from './price.ts'
import type { WorkerState } from './state.ts'

export interface RunningTask {
  readonly job: string
  readonly chunk: number
  readonly epoch: number
  readonly coordinator: string
  /** since it was handed to the sandbox, milliseconds */
  readonly runningMs: number
}

/** A worker as its owner sees it. Amounts are ByteChips in decimal text, times milliseconds since the epoch. */
export interface WorkerStatus {
  readonly peerId: string
  /** working, ready, reduced (works with less than all), suspended (what runs is held), finishing (takes nothing more), draining */
  readonly state: 'working' | 'ready' | 'reduced' | 'suspended' | 'finishing' | 'draining'
  /** why it takes no work, or less of it */
  readonly reason?: Reason
  /** when that is known to change */
  readonly until?: number
  readonly scheduleChangesAt?: number
  readonly allowance: Pick<Allowance, 'tasks' | 'cores' | 'memoryMiB' | 'gpus' | 'inUse'>
  readonly capacity: { readonly tasks: number, readonly cores: number, readonly memoryMiB: number }
  readonly seen: Conditions
  readonly rules?: OwnerRules
  readonly platforms: readonly string[]
  /** what coordinators are told of it, beside what may be used at the moment */
  readonly machine: Machine
  /** before the owner's schedule ends all work, milliseconds; 0 where it does not */
  readonly freeFor: number
  readonly running: readonly RunningTask[]
  /** leases taken and not begun */
  readonly queued: number
  readonly coordinators: readonly { readonly peer: string, readonly admitted: boolean, readonly refusal?: Reason }[]
  readonly today: { readonly earned: string, readonly accepted: number, readonly rejected: number }
  /** how prices are made, and why the owner's program gave none the last time */
  readonly price: { readonly strategy: PriceRules['strategy'], readonly trouble?: { readonly at: number, readonly reason: Reason } }
  /** finished work that nobody has paid or refused yet */
  readonly pending: string
}

export function workerStatus (state: WorkerState, now: number): WorkerStatus {
  const { owner, coordinators } = state
  const { allowance } = owner
  const running = [...state.attempts.values()].filter(attempt => attempt.state === 'RUNNING')
  const why = notNow(state) ?? allowance.reason
  const day = today(state, now)
  const pending = [...new Set([...state.attempts.values()].map(({ coordinator }) => coordinator))].reduce((sum, peer) => sum + outstandingOf(state, peer).exposure, 0n)
  return {
    peerId: state.self,
    state: stateOf(state, running.length),
    ...why === undefined ? {} : { reason: why },
    ...allowance.until === undefined ? {} : { until: allowance.until },
    ...allowance.scheduleChangesAt === undefined ? {} : { scheduleChangesAt: allowance.scheduleChangesAt },
    allowance: { tasks: allowance.tasks, cores: allowance.cores, memoryMiB: allowance.memoryMiB, gpus: allowance.gpus, inUse: allowance.inUse },
    capacity: owner.capacity,
    seen: owner.seen,
    ...owner.rules === undefined ? {} : { rules: owner.rules },
    platforms: state.offered.platforms,
    machine: state.machine,
    freeFor: freeFor(state, now),
    running: running.map(attempt => ({ job: attempt.id.jobId, chunk: attempt.id.chunk, epoch: attempt.id.epoch, coordinator: attempt.coordinator, runningMs: now - (attempt.begunAt ?? now) })),
    queued: [...state.attempts.values()].filter(attempt => attempt.state === 'QUEUED').length,
    coordinators: [...coordinators.values()].map(({ peer, admitted, refusal }) => ({ peer, admitted, ...refusal === undefined ? {} : { refusal } })),
    today: { earned: formatByc(day.earned), accepted: day.accepted, rejected: day.rejected },
    price: { strategy: priceRules(state).strategy, ...state.priceTrouble === undefined ? {} : { trouble: state.priceTrouble } },
    pending: formatByc(pending)
  }
}

function stateOf ({ draining, owner: { allowance } }: WorkerState, running: number): WorkerStatus['state'] {
  if (draining) return 'draining'
  if (allowance.suspended) return 'suspended'
  if (!allowance.takesWork) return 'finishing'
  if (allowance.reason !== undefined) return 'reduced'
  return running > 0 ? 'working' : 'ready'
}
