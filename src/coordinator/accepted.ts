import { reason } from '../model/reasons.ts'
import { newStanding, withPass } from '../verification/reputation.ts'
import { idOf } from './attempts.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** A worker gave the accepted value: it has a pass, and is told what it is owed. */
export function creditWinner (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  if (attempt.holdId === '') return
  turn.saveStanding(withPass(turn.state.standings.get(attempt.worker) ?? newStanding(attempt.worker), job.appClass, turn.now))
  tellAccepted(turn, job, chunk, attempt)
}

/** A chunk's result is stored and nothing can contradict it any more: its files are listed with it, and need not be with its attempts. */
export function forgetFiles (chunk: Chunk): void {
  for (const attempt of chunk.attempts) {
    // others are kept: only they name what was fetched of a result that counts as another
    if (attempt.state === 'VERIFIED' && attempt.value === chunk.value) delete attempt.files
  }
}

export function tellAccepted (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  turn.sendWithNext(attempt.worker, {
    verdict: { attempt: idOf(job, chunk, attempt), accepted: true, reason: reason('ACCEPTED', 'the result was verified'), amount: attempt.price }
  })
}
