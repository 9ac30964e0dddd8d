import { moveAttempt } from '../lifecycle/attempt.ts'
import { withLease } from '../market/round-trip.ts'
import type { FileRef } from '../model/block.ts'
import { attemptKey } from '../model/ids.ts'
import type { Reveal } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import { resultHash } from '../model/result.ts'
import { attestationIsValid } from '../verification/attestation.ts'
import { opensCommitment } from '../verification/commitment.ts'
import { fileListProblem } from '../verification/file-list.ts'
import { appLimits } from './app-limits.ts'
import { askAgain } from './asking.ts'
import { endAttempt, findAttempt, idOf, rest } from './attempts.ts'
import { calibrate } from './estimates.ts'
import type { Found } from './attempts.ts'
import { awaitsReveals, judge } from './judge.ts'
import type { Job } from './state.ts'
import { attestationOf } from './task.ts'
import type { Turn } from './turn.ts'
import { reject } from './verdict.ts'

/** A reveal asked for is asked for again after this long, milliseconds. */
const REVEAL_DUE_MS = 10_000
/** None after so many requests is a strike: one that was lost, or a coordinator that slept, is nobody's fault. */
const REVEAL_ASKS = 3
/** Requests after which it is a strike even if the worker came back anew each time. */
const MOST_REVEAL_ASKS = 30
/** Times a result is shown in vain before it is given up. */
const REVEALS_LOST = 3

/** Asks again for what is due, and strikes a worker that owes a reveal for too long although it is there. */
export function chaseReveals (turn: Turn, job: Job): void {
  for (const index of [...job.active]) {
    const chunk = job.chunks[index]
    if (chunk === undefined) continue
    for (const attempt of chunk.attempts) {
      if (attempt.state !== 'COMMITTED' || attempt.revealAskedAt === undefined || attempt.revealComing === true) continue
      if (turn.state.workers.get(attempt.worker)?.connected !== true) continue
      const asks = attempt.revealAsks ?? 1
      if (turn.now - attempt.revealAskedAt < REVEAL_DUE_MS && asks < MOST_REVEAL_ASKS) continue
      if (asks < REVEAL_ASKS) askAgain(turn, job, chunk, attempt)
      else reject(turn, job, chunk, attempt, 'NO_REVEAL', `committed, but did not show its result although asked ${asks} times`)
    }
    // a vote that was waited for may have ended without a result, or its worker been banned
    if (chunk.disputed || awaitsReveals(turn, job, chunk)) judge(turn, job, chunk)
  }
}

/** The worker did its part: while the content is on its way, the reveal is not overdue. */
export function onRevealComing (found: Found | undefined): void {
  if (found?.attempt.state === 'COMMITTED') found.attempt.revealComing = true
}

/** Asked for again a few times; then the result counts as one whose files cannot be had. */
export function onRevealLost (turn: Turn, found: Found | undefined): void {
  if (found?.attempt.state !== 'COMMITTED') return
  const { job, chunk, attempt } = found
  delete attempt.revealComing
  attempt.revealsLost = (attempt.revealsLost ?? 0) + 1
  if (attempt.revealsLost >= REVEALS_LOST) {
    rest(turn, chunk, attempt)
    endAttempt(turn, job, chunk, attempt, 'EXPIRED', reason('RESULT_UNAVAILABLE', `the list of its result files could not be fetched ${REVEALS_LOST} times`))
    return
  }
  // it did show it: what was asked before does not count towards a strike
  attempt.revealAsks = 0
  askAgain(turn, job, chunk, attempt)
}

export function onReveal (turn: Turn, worker: string, reveal: Reveal): void {
  const found = findAttempt(turn.state, worker, reveal.attempt)
  if (found === undefined || found.attempt.state !== 'COMMITTED' || found.attempt.revealAskedAt === undefined) return
  const { job, chunk, attempt } = found
  const id = idOf(job, chunk, attempt)
  const files = reveal.files.map(file => ({
    path: file.path,
    size: file.content?.size ?? 0,
    sha256: Buffer.from(file.content?.sha256 ?? []).toString('hex')
  }))
  const problem = fileListProblem(files, appLimits(job.record.spec))
  if (problem !== undefined) {
    reject(turn, job, chunk, attempt, 'BAD_REVEAL', `its result ${problem}`)
    return
  }
  const value = resultHash({ exitCode: reveal.exitCode, files })
  if (reveal.exitCode !== 0) {
    reject(turn, job, chunk, attempt, 'BAD_REVEAL', `it showed the result of a run that ended with code ${reveal.exitCode}`)
    return
  }
  const bound = Buffer.from(attempt.commitment ?? '', 'hex')
  if (value !== Buffer.from(reveal.resultHash).toString('hex') || !opensCommitment(bound, id, worker, reveal.resultHash, reveal.nonce)) {
    reject(turn, job, chunk, attempt, 'BAD_REVEAL', 'what it showed is not what it had committed to')
    return
  }
  if (!attestationIsValid(attestationOf(turn.state.self, job, chunk, attempt, { value, exitCode: reveal.exitCode }), reveal.attestation, turn.state.signer)) {
    reject(turn, job, chunk, attempt, 'BAD_REVEAL', 'it did not sign for what it was given to run and what it showed')
    return
  }
  if (reveal.usage !== undefined) attempt.usage = reveal.usage
  record(turn, found, { value, files, attestation: reveal.attestation })
  measure(turn, found, reveal.usage?.wallMs ?? 0)
  judge(turn, job, chunk)
}

export interface Shown { readonly value: string, readonly files: readonly FileRef[], readonly attestation: Uint8Array }

export function record (turn: Turn, { job, chunk, attempt }: Found, { value, files, attestation }: Shown): void {
  attempt.state = moveAttempt(attemptKey(idOf(job, chunk, attempt)), attempt.state, 'REVEALED')
  attempt.value = value
  attempt.files = files
  attempt.attestation = Buffer.from(attestation).toString('hex')
  turn.saveChunk(job, chunk)
}

/** Durations are the coordinator's own, from lease to commit; what the worker says it ran only splits off the overhead. */
function measure (turn: Turn, { job, attempt }: Found, reportedMs: number): void {
  const took = (attempt.committedAt ?? turn.now) - attempt.leasedAt
  const ran = Math.min(took, reportedMs)
  job.durations.add(ran)
  calibrate(turn, job, attempt, took, ran)
  const worker = turn.state.workers.get(attempt.worker)
  if (worker === undefined) return
  const queued = ran * attempt.ahead / Math.max(1, worker.offer?.slotsTotal ?? 1)
  const overhead = Math.max(0, Math.min(took - ran - queued, 1000))
  worker.overheadMs = worker.overheadMs * 0.9 + overhead * 0.1
  const { leasedAt, slotFreeAt, committedAt } = attempt
  if (slotFreeAt !== undefined && committedAt !== undefined) worker.roundTripMs = withLease(worker.roundTripMs, { leasedAt, slotFreeAt, committedAt, ranMs: ran })
}
