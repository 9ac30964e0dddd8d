import { peerAccount } from '../ledger/accounts.ts'
import { attemptIsLive } from '../lifecycle/attempt.ts'
import { reason } from '../model/reasons.ts'
import type { Evidence } from '../verification/evidence.ts'
import { isBanned, newStanding, withStrike } from '../verification/reputation.ts'
import { endAttempt, requeue } from './attempts.ts'
import { backtrack } from './backtrack.ts'
import { comparesBytes, isChecked, isExamined, verdictAbout } from './examination.ts'
import { evidenceAgainst, spread } from './evidence.ts'
import type { Attempt, Chunk, Incident, Job } from './state.ts'
import { isSuspect } from './suspicion.ts'
import type { Turn } from './turn.ts'

/** A result that differs from the decided one, which was checked by who is trusted or cannot be checked any more. */
export function rejectLate (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  if (attempt.worker === turn.state.self || !comparesBytes(job)) endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('SUPERSEDED', 'the chunk was decided by other results'))
  else refuse(turn, job, chunk, attempt, chunk.value ?? '', isSuspect(job.record))
}

/** A result differs from the accepted one: its worker is shown why, and struck unless it is the app, or its examiner, that is at fault. */
export function refuse (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt, value: string, erratic: boolean): void {
  const text = `its result ${short(attempt.value)} differs from the accepted ${short(value)}`
  if (isExamined(job) && verdictAbout(job, chunk, attempt, value) !== 'no') {
    endAttempt(turn, job, chunk, attempt, 'REJECTED', reason('EXAMINER_FAILED', `${text}; nobody is struck, because the app's examiner gave no answer about it`), evidenceAgainst(turn, job, chunk, attempt, value))
    return
  }
  if (job.record.spec.app.manifest.determinism === 'none') {
    endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('SUPERSEDED', 'the chunk was decided by another result'))
    return
  }
  const evidence = evidenceAgainst(turn, job, chunk, attempt, value)
  if (!erratic) reject(turn, job, chunk, attempt, 'WRONG_RESULT', text, evidence)
  else endAttempt(turn, job, chunk, attempt, 'REJECTED', reason('WRONG_RESULT', `${text}; nobody is struck, because the app itself seems to give different results each time`), evidence)
}

export function reject (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt, code: 'WRONG_RESULT' | 'BAD_REVEAL' | 'NO_REVEAL', text: string, evidence?: Evidence): void {
  const why = reason(code, text)
  chunk.excluded.push(attempt.worker)
  job.record.strikes = (job.record.strikes ?? 0) + 1
  // a checker looks at one result alone: there may be none beside it to show the worker
  endAttempt(turn, job, chunk, attempt, 'REJECTED', code === 'WRONG_RESULT' && isChecked(job) && evidence === undefined ? reason('CHECKER_REFUSES', text) : why, evidence)
  // only where equal bytes are right do two results that differ prove anything to others
  const proof = comparesBytes(job) ? evidence : undefined
  strike(turn, { at: turn.now, worker: attempt.worker, jobId: job.record.id, chunk: chunk.index, epoch: attempt.epoch, reason: why, ...proof === undefined ? {} : { evidence: proof } })
  if (proof !== undefined) spread(turn, proof)
}

/** A worker was wrong, here or, by the word of somebody trusted, elsewhere: what only it stands for counts no more, and the second time it is banned. */
export function strike (turn: Turn, incident: Incident): void {
  const { worker, jobId, chunk, reason: { text }, evidence } = incident
  const standing = withStrike(turn.state.standings.get(worker) ?? newStanding(worker), turn.now)
  turn.saveStanding(standing)
  turn.saveIncident(incident)
  turn.effect({ kind: 'note', level: 'warn', text: `worker struck: ${text}`, about: { worker, job: jobId, chunk, account: peerAccount(worker) } })
  backtrack(turn, worker, evidence)
  if (isBanned(standing, turn.now)) recallAll(turn, worker)
}

/** A banned worker's undecided results no longer count, and it keeps no lease. */
function recallAll (turn: Turn, worker: string): void {
  for (const job of turn.state.jobs.values()) {
    job.awards.delete(worker)
    for (const index of [...job.active, ...job.late]) {
      const chunk = job.chunks[index]
      for (const attempt of chunk?.attempts ?? []) {
        if (chunk === undefined || attempt.worker !== worker || !(attemptIsLive(attempt.state) || attempt.state === 'REVEALED')) continue
        endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('BANNED', 'this worker is banned here for wrong results'))
        requeue(turn, job, chunk)
      }
    }
  }
}

export function short (hash: string | undefined): string {
  return hash?.slice(0, 12) ?? 'none'
}
