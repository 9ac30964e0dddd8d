import { moveAttempt } from '../lifecycle/attempt.ts'
import { attemptKey } from '../model/ids.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import { creditWinner, forgetFiles } from './accepted.ts'
import { askAgain } from './asking.ts'
import { endAttempt, idOf, requeue } from './attempts.ts'
import { batchMoved, leaveBatch } from './batches.ts'
import { unstore } from './backtrack.ts'
import { confirm } from './chunk-risk.ts'
import { chunkClass } from './classes.ts'
import { comparesBytes, counted } from './examination.ts'
import { oweOneMore } from './settlement.ts'
import { RETURN_MS } from './start.ts'
import type { Attempt, Chunk, CoordinatorState, Job } from './state.ts'
import { hasReferee } from './tiers.ts'
import type { Turn } from './turn.ts'
import { rejectLate } from './verdict.ts'

/**
 * A result that was committed to before its chunk was decided has this long to
 * be shown, milliseconds from the decision; a decision of before a restart, as long as workers have to come back. The chunk does not wait for it; its
 * pay, and so the end of the job, does.
 */
const LATE_MS = 2000

/** Asks for the results of a stored chunk that are committed to: each is judged like any other, paid when it matches, and checks those before it. */
export function awaitLate (turn: Turn, job: Job, chunk: Chunk): void {
  for (const attempt of late(chunk)) {
    if (!comparesBytes(job)) {
      endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('SUPERSEDED', 'the chunk was decided by other results'))
      continue
    }
    leaveBatch(job, chunk, attempt)
    if (attempt.revealAskedAt === undefined) askAgain(turn, job, chunk, attempt)
    job.late.add(chunk.index)
  }
  if (!job.late.has(chunk.index)) forgetFiles(chunk)
}

/** True while a committed result may still come for a chunk that is decided without it. */
export function awaitsLate (job: Job): boolean {
  return job.late.size > 0
}

/** Gives up late results whose time is over. */
export function dropLate (turn: Turn, job: Job): void {
  for (const index of [...job.late]) {
    const chunk = job.chunks[index]
    if (chunk === undefined || turn.now >= dueBy(turn.state, chunk)) dismiss(turn, job, index, reason('RESULT_UNAVAILABLE', 'it was not here soon after its chunk was decided by other results'))
  }
}

/** Nobody could show anything while the coordinator was away: whoever had a result then has the time to come back with it. */
function dueBy ({ startedAt }: CoordinatorState, { storedAt = 0 }: Chunk): number {
  return storedAt < startedAt ? startedAt + RETURN_MS : storedAt + LATE_MS
}

/** The job ends: what has not come by now does not count. */
export function dismissLate (turn: Turn, job: Job, why: Reason): void {
  for (const index of [...job.late]) dismiss(turn, job, index, why)
}

function dismiss (turn: Turn, job: Job, index: number, why: Reason): void {
  const chunk = job.chunks[index]
  job.late.delete(index)
  if (chunk === undefined) return
  for (const attempt of late(chunk)) endAttempt(turn, job, chunk, attempt, 'RECALLED', why)
  forgetFiles(chunk)
}

/** A result was shown for a chunk that is stored already. */
export function judgeShownLate (turn: Turn, job: Job, chunk: Chunk): void {
  const before = new Set(chunk.attempts.filter(({ state }) => state === 'VERIFIED'))
  if (!judgeShown(turn, job, chunk)) return
  for (const attempt of chunk.attempts.filter(({ state }) => state === 'VERIFIED')) {
    if (before.has(attempt)) continue
    creditWinner(turn, job, chunk, attempt)
    oweOneMore(turn.state, job, attempt)
  }
  if (late(chunk).length > 0) return
  job.late.delete(chunk.index)
  forgetFiles(chunk)
}

/**
 * Compares what was shown after a value was agreed with that value. False when
 * they differ and a trusted run is to decide: then nothing is agreed any more.
 */
export function judgeShown (turn: Turn, job: Job, chunk: Chunk): boolean {
  const shown = chunk.attempts.filter(({ state }) => state === 'REVEALED')
  if (comparesBytes(job) && shown.some(attempt => attempt.value !== chunk.value && attempt.worker !== turn.state.self) && isDoubtful(turn, job, chunk)) {
    reopen(turn, job, chunk)
    return false
  }
  for (const attempt of shown) {
    if (counted(attempt) === chunk.value) accept(turn, job, chunk, attempt)
    else rejectLate(turn, job, chunk, attempt)
  }
  return true
}

function accept (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  attempt.state = moveAttempt(attemptKey(idOf(job, chunk, attempt)), attempt.state, 'VERIFIED')
  batchMoved(job, attempt, false)
  confirm(turn, job, chunk)
  turn.saveChunk(job, chunk)
}

/** The decided value stands on the word of workers alone, and the coordinator's own run can settle which of them is right. */
function isDoubtful ({ state }: Turn, job: Job, chunk: Chunk): boolean {
  return hasReferee(state, job, chunkClass(chunk)) && !chunk.attempts.some(attempt => attempt.worker === state.self && attempt.state === 'VERIFIED')
}

/** A late result contradicts the decided one: it is in dispute again, and nobody is owed anything for it. */
function reopen (turn: Turn, job: Job, chunk: Chunk): void {
  unstore(turn, job, chunk)
  job.record.disputes++
  for (const attempt of chunk.attempts) {
    if (attempt.state === 'VERIFIED') attempt.state = moveAttempt(attemptKey(idOf(job, chunk, attempt)), attempt.state, 'REVEALED')
  }
  chunk.disputed = true
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
  turn.effect({ kind: 'note', level: 'warn', text: 'a late result differs from the decided one', about: { job: job.record.id, chunk: chunk.index } })
}

function late (chunk: Chunk): readonly Attempt[] {
  return chunk.attempts.filter(attempt => attempt.state === 'COMMITTED')
}
