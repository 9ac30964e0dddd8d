import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { jobEnded } from '../lifecycle/job.ts'
import { moveChunk } from '../lifecycle/chunk.ts'
import { reason } from '../model/reasons.ts'
import type { Evidence } from '../verification/evidence.ts'
import { endAttempt, requeue } from './attempts.ts'
import { emptyFilling, unaudited } from './batches.ts'
import { KEYS } from './keys.ts'
import { disown } from './settlement.ts'
import { isAdaptive } from './tiers.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import type { Turn } from './turn.ts'

/**
 * After a strike nothing counts any more that only the struck worker stands for:
 * what waits for an audit, and what was accepted on a single run and is not paid.
 * These chunks run again, and their holds are voided.
 * @param evidence what the worker was struck for
 */
export function backtrack (turn: Turn, worker: string, evidence?: Evidence): void {
  for (const job of turn.state.jobs.values()) {
    if (jobEnded(job.record.state)) continue
    distrust(turn, job, worker)
    if (!isAdaptive(job)) continue
    emptyFilling(turn, job, worker)
    for (const { chunk, attempt } of unaudited(job, worker)) takeBack(turn, job, chunk, attempt, evidence)
    for (const index of [...job.unpaid, ...job.active]) {
      const chunk = job.chunks[index]
      const winners = chunk?.attempts.filter(({ state }) => state === 'VERIFIED') ?? []
      const [single] = winners
      if (chunk?.state === 'VERIFIED' && winners.length === 1 && single?.worker === worker) {
        unstore(turn, job, chunk)
        takeBack(turn, job, chunk, single, evidence)
      }
    }
  }
}

/** What the worker was leased while it was trusted needs others to agree from now on. */
function distrust (turn: Turn, job: Job, worker: string): void {
  for (const index of [...job.active]) {
    const chunk = job.chunks[index]
    for (const attempt of chunk?.attempts ?? []) {
      if (chunk === undefined || !attempt.trusted || attempt.worker !== worker || attempt.state === 'VERIFIED' || !attemptIsOpen(attempt.state)) continue
      attempt.trusted = false
      if (isAdaptive(job)) chunk.quorum = Math.max(2, chunk.quorum)
      requeue(turn, job, chunk)
      turn.saveChunk(job, chunk)
    }
  }
}

/** What was agreed on a chunk does not hold any more: nobody is owed anything for it. */
export function unstore (turn: Turn, job: Job, chunk: Chunk): void {
  if (chunk.storedAt !== undefined) {
    disown(turn.state, job, chunk)
    job.late.delete(chunk.index)
    delete chunk.storedAt
    job.record.verified--
    if (job.record.risk !== undefined) job.record.risk -= chunk.risk ?? 0
    turn.put(KEYS.result(job.record.id, chunk.index), undefined)
  }
  delete chunk.value
  delete chunk.risk
  chunk.state = moveChunk(`${job.record.id}/${chunk.index}`, chunk.state, 'PENDING')
}

function takeBack (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt, evidence: Evidence | undefined): void {
  job.record.checks.backtracked++
  if (!chunk.excluded.includes(attempt.worker)) chunk.excluded.push(attempt.worker)
  chunk.quorum = 1
  delete chunk.audit
  endAttempt(turn, job, chunk, attempt, 'BACKTRACKED', reason('BACKTRACKED', 'another result of this worker was wrong, so that this one, which nobody checked, does not count'), evidence)
  requeue(turn, job, chunk)
}
