import { unfairness, withDeed } from '../verification/conduct.ts'
import type { Deeds } from '../verification/conduct.ts'
import type { Reason } from '../model/reasons.ts'
import { bookOf, saveBook } from './books.ts'
import type { WorkerAttempt, WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** Jobs remembered whose end was held against their coordinator already; the oldest goes first. */
const MOST_NOTED = 1000

/** Remembers what a coordinator did to this worker, and says so when it is the last straw. */
export function note (turn: WorkerTurn, coordinator: string, deed: keyof Deeds, weight = 1): void {
  const before = unfairTo(turn.state, coordinator, turn.now)
  saveBook(turn, coordinator, { conduct: withDeed(bookOf(turn.state, coordinator).conduct, deed, turn.now, weight) })
  const why = unfairTo(turn.state, coordinator, turn.now)
  if (why !== undefined && before === undefined) turn.effect({ kind: 'note', level: 'warn', text: `no new work for this coordinator: ${why.text}`, about: { coordinator, code: why.code } })
}

/** The same, once for a job however many of its results it is about: its user ended it, or its worker was banned. */
export function noteOnce (turn: WorkerTurn, { coordinator, id }: WorkerAttempt, deed: keyof Deeds, weight = 1): void {
  const key = `${coordinator}/${id.jobId}/${deed}`
  const { noted } = turn.state
  if (noted.has(key)) return
  noted.add(key)
  for (const oldest of noted) {
    if (noted.size <= MOST_NOTED) break
    noted.delete(oldest)
  }
  note(turn, coordinator, deed, weight)
}

/** Why no new work is taken from a coordinator; what was begun for it is finished and shown. */
export function unfairTo (state: WorkerState, coordinator: string, now: number): Reason | undefined {
  return unfairness(bookOf(state, coordinator).conduct, now)
}

/** A finished result was kept for a day, and neither paid nor judged. */
export function noteNeverJudged (turn: WorkerTurn, { coordinator, state }: WorkerAttempt): void {
  if (state === 'ACCEPTED') note(turn, coordinator, 'unpaid')
  else if (state === 'REVEALED') note(turn, coordinator, 'late')
}

/**
 * The coordinator takes a result back without having judged it. It is late once
 * the result was shown, or is known to be there; an expired lease of a result
 * that nobody saw is the network's fault as likely as anybody's.
 * @param code its reason; undefined when it only says that it does not know the attempt: the judgement may have been lost
 */
export function noteTakenBack (turn: WorkerTurn, attempt: WorkerAttempt, code: string | undefined): void {
  const { coordinator, state } = attempt
  if (state === 'ACCEPTED') note(turn, coordinator, 'unpaid')
  else if (state !== 'REVEALED' && !(state === 'COMMITTED' && attempt.acknowledged)) return
  else if (code === 'JOB_ENDED' || code === 'BANNED') noteOnce(turn, attempt, 'late', state === 'REVEALED' ? 1 : 0.5)
  else if (state === 'REVEALED') note(turn, coordinator, 'late', code === undefined || code === 'RESULT_UNAVAILABLE' ? 0.25 : 1)
  else if (code === 'SUPERSEDED') note(turn, coordinator, 'late', 0.5)
}
