import { attemptIsOpen, moveAttempt } from '../lifecycle/attempt.ts'
import { attemptKey } from '../model/ids.ts'
import { signAttestation } from '../verification/attestation.ts'
import { askReveals } from './asking.ts'
import { idOf, onFailed, requeue } from './attempts.ts'
import type { Found } from './attempts.ts'
import { awarded, mayRun } from './chunks.ts'
import type { TrustedOutcome } from './events.ts'
import { judge } from './judge.ts'
import { record } from './showing.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import { comparesByClass, joins, ownClass } from './classes.ts'
import { hasReferee, isAdaptive, REFEREES, runsHere } from './tiers.ts'
import { attestationOf } from './task.ts'
import { dropTrustedAudit } from './trusted-audits.ts'
import type { Turn } from './turn.ts'

/** Chunks that wait for another worker looked at, to see whether any can come. */
const STUCK_LOOK_AHEAD = 16

/** Starts the trusted runs that disputes (or a chunk no worker may try) wait for, as many as run at a time. */
export function callReferee (turn: Turn, job: Job): void {
  if (!hasReferee(turn.state, job) || turn.state.refereeing.size >= REFEREES) return
  for (const index of job.active) {
    const chunk = job.chunks[index]
    if ((chunk?.disputed === true || chunk?.audit === 'trusted') && chunk.state === 'ACTIVE') runTrusted(turn, job, chunk)
  }
  if (runsHere(turn.state, job)) beginHere(turn, job)
  else if (isAdaptive(job)) standIn(turn, job)
}

/** Runs the next chunk that nobody has had, or that failed where it was. */
function beginHere (turn: Turn, job: Job): void {
  if (turn.state.refereeing.size >= REFEREES) return
  for (const index of job.wanting) {
    const chunk = job.chunks[index]
    if (chunk === undefined || (chunk.notBefore ?? 0) > turn.now) continue
    runTrusted(turn, job, chunk)
    return
  }
  const fresh = job.chunks[job.freshFrom]
  if (fresh === undefined) return
  job.freshFrom++
  runTrusted(turn, job, fresh)
}

/** Where no other worker is left to check a result the coordinator runs the chunk itself. */
function standIn (turn: Turn, job: Job): void {
  if (job.round !== undefined || job.awards.size === 0) return
  const takers = awarded(turn.state, job)
  let looked = 0
  for (const index of job.wanting) {
    const chunk = job.chunks[index]
    if (++looked > STUCK_LOOK_AHEAD) return
    // whoever runs it now is to be checked, not overtaken: what is decided before a result is bound to is not paid
    if (chunk === undefined || chunk.attempts.length === 0 || chunk.attempts.some(({ state }) => state === 'LEASED' || state === 'RUNNING') || takers.some(worker => mayRun(job, chunk, worker, Infinity))) continue
    runTrusted(turn, job, chunk)
  }
}

/**
 * Runs a chunk on the coordinator itself, unless what it gives would not compare with the results there are. Its attempt
 * is trusted and free, and takes an epoch like any other.
 */
export function runTrusted (turn: Turn, job: Job, chunk: Chunk): void {
  if (turn.state.refereeing.size >= REFEREES || !joins(chunk, ownClass(turn.state, job)) || chunk.attempts.some(attempt => attempt.worker === turn.state.self && attemptIsOpen(attempt.state))) return
  chunk.epoch++
  const attempt: Attempt = {
    epoch: chunk.epoch, worker: turn.state.self, group: turn.state.self, trusted: true, price: 0n, holdId: '',
    ...comparesByClass(job) ? { numericClass: ownClass(turn.state, job) } : {},
    leasedAt: turn.now, ahead: 0, state: 'RUNNING', expiresAt: Number.MAX_SAFE_INTEGER
  }
  chunk.attempts.push(attempt)
  const id = idOf(job, chunk, attempt)
  turn.state.refereeing.add(attemptKey(id))
  job.record.executions++
  job.record.trustedRuns = (job.record.trustedRuns ?? 0) + 1
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
  turn.effect({ kind: 'run-trusted', attempt: id })
}

export function onTrustedDone (turn: Turn, found: Found | undefined, key: string, outcome: TrustedOutcome): void {
  turn.state.refereeing.delete(key)
  if (found === undefined) return
  const { job, chunk, attempt } = found
  if (!outcome.ok) {
    if (dropTrustedAudit(turn, found, outcome)) judge(turn, job, chunk)
    else onFailed(turn, found, outcome)
    return
  }
  attempt.state = moveAttempt(key, attempt.state, 'COMMITTED')
  const { self, signer } = turn.state
  const { value, files } = outcome
  record(turn, found, { value, files, attestation: signAttestation(attestationOf(self, job, chunk, attempt, { value, exitCode: 0 }), signer) })
  askReveals(turn, job, chunk)
  judge(turn, job, chunk)
}
