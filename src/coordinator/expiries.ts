import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import { backoff } from './backoff.ts'
import type { Backoff } from './backoff.ts'
import type { Expiries, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** After so many expiries in a row a worker gets nothing of the job for a while. */
const MOST_IN_A_ROW = 3
/** For how long, from that one on, milliseconds. */
const PAUSE: Backoff = { firstMs: 60_000, mostMs: 3_600_000 }

/**
 * A lease ended without a word of its worker. What expires in one turn is one
 * expiry: all leases of a worker that loses its connection do. One that comes
 * back and says that it lost its leases is not meant.
 */
export function noteExpiry (turn: Turn, job: Job, worker: string): void {
  const before = job.expiries.get(worker)
  if (before?.lastAt === turn.now) return
  const inARow = (before?.inARow ?? 0) + 1
  const pause = inARow < MOST_IN_A_ROW ? 0 : backoff(PAUSE, inARow - MOST_IN_A_ROW + 1, 0.5)
  job.expiries.set(worker, { inARow, lastAt: turn.now, until: turn.now + pause })
  if (pause > 0) job.awards.delete(worker)
}

/** The worker came to a result. */
export function forgetExpiries (job: Job, worker: string): void {
  job.expiries.delete(worker)
}

/** Why a worker gets nothing of the job for now; undefined when it may. */
export function pausedBecause ({ expiries }: Job, worker: string, now: number): Reason | undefined {
  const is = expiries.get(worker)
  if (!isOnTrial(is) || is.until <= now) return undefined
  return reason('LEASES_EXPIRED', `it let ${is.inARow} leases of this job in a row expire: it may have one again in ${Math.ceil((is.until - now) / 1000)} s`)
}

/** Until it comes to a result, a worker that was paused gets one lease at a time. */
export function isOnTrial (is: Expiries | undefined): is is Expiries {
  return is !== undefined && is.inARow >= MOST_IN_A_ROW
}
