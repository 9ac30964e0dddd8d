import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { classOf, joins } from './classes.ts'
import { groupOf, plannedReplicas } from './tiers.ts'
import type { Attempt, Chunk, CoordinatorState, Job, WorkerView } from './state.ts'

/** How many more attempts a chunk needs out, beyond those open. One trusted attempt, or one to come, is enough. */
export function wants (chunk: Chunk): number {
  if ((chunk.state !== 'PENDING' && chunk.state !== 'ACTIVE') || chunk.audit === 'trusted') return 0
  const open = chunk.attempts.filter(attempt => attemptIsOpen(attempt.state))
  if (open.some(attempt => attempt.trusted)) return 0
  return Math.max(0, chunk.quorum - new Set(open.map(attempt => attempt.group)).size)
}

/** Attempts a chunk may cost before it is given up. */
export function maxAttempts (job: Job): number {
  const { retries } = job.record.spec.config
  const replicas = plannedReplicas(job)
  return replicas + 2 + retries * replicas
}

/**
 * True when this worker may be leased this chunk now: it did not have it before, no other of its group has it, its result
 * would compare with those there are, and neither has to wait after a failure.
 */
export function mayRun (job: Job, chunk: Chunk, worker: WorkerView, now: number): boolean {
  const { peer } = worker
  const group = groupOf(worker)
  return (chunk.notBefore ?? 0) <= now && !chunk.excluded.includes(peer) && joins(chunk, classOf(job, worker)) && !chunk.attempts.some(attempt => blocks(attempt, peer, group, now))
}

/** Workers that have an award of the job. */
export function awarded (state: CoordinatorState, job: Job): readonly WorkerView[] {
  return [...job.awards.keys()].map(peer => state.workers.get(peer)).filter(worker => worker !== undefined)
}

/** True when a connected one of them may take this chunk, now or later. */
export function canBeTaken (state: CoordinatorState, job: Job, chunk: Chunk): boolean {
  return awarded(state, job).some(worker => worker.connected && mayRun(job, chunk, worker, Infinity))
}

function blocks (attempt: Attempt, worker: string, group: string, now: number): boolean {
  if (attempt.retryAt !== undefined) return attempt.worker === worker && attempt.retryAt > now
  if (attempt.state === 'EXPIRED' || attempt.state === 'DECLINED' || attempt.state === 'RECALLED') return false
  return attempt.worker === worker || attempt.group === group
}
