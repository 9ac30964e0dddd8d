import { unfairness, withDeed } from '../verification/conduct.ts'
import type { Deeds } from '../verification/conduct.ts'
import type { Reason } from '../model/reasons.ts'
import { bookOf, saveBook } from './books.ts'
import type { CoordinatorView, WorkerAttempt, WorkerState } from './state.ts'
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

/** The same, once for a job however many of its results it is about: its user ended it, its chunks failed, or its worker was banned. */
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

/** What a coordinator says when, as it says, it has not heard of an attempt for too long, or does not know it. */
const UNHEARD: readonly (string | undefined)[] = ['LEASE_EXPIRED', 'LEASE_LOST', 'STALE_EPOCH', 'RESULT_UNAVAILABLE', undefined]
/** Such may be true, or the judgement was lost on the way: it counts this little. */
export const EXCUSED = 0.05
/** What ends several results at once, and for one reason: it is held against the coordinator once a job. */
const ENDS_SEVERAL: readonly (string | undefined)[] = ['JOB_ENDED', 'CHUNK_FAILED', 'BANNED']

/**
 * The coordinator takes a result back without having judged it. It is late once
 * the result was shown, or is known to be there.
 * @param code its reason; undefined when it only says that it does not know the attempt
 */
export function noteTakenBack (turn: WorkerTurn, attempt: WorkerAttempt, code: string | undefined): void {
  const { coordinator, state } = attempt
  if (state === 'ACCEPTED') note(turn, coordinator, 'unpaid')
  else if (state !== 'REVEALED' && !(state === 'COMMITTED' && attempt.acknowledged)) return
  else if (ENDS_SEVERAL.includes(code)) noteOnce(turn, attempt, 'late', state === 'REVEALED' ? 1 : 0.5)
  else if (UNHEARD.includes(code) && !(code === 'LEASE_EXPIRED' && wasRenewed(turn, coordinator))) note(turn, coordinator, 'late', EXCUSED)
  else note(turn, coordinator, 'late', state === 'REVEALED' ? 1 : 0.5)
}

/** True while the coordinator's own answer to a heartbeat says that no lease can have ended. */
function wasRenewed ({ state, now }: WorkerTurn, coordinator: string): boolean {
  return (state.coordinators.get(coordinator)?.renewedUntil ?? 0) > now
}

/** A heartbeat leaves. */
export function noteHeartbeat (view: CoordinatorView, now: number): void {
  view.unansweredSince ??= now
}

/** Leases are renewed from when the coordinator heard of them, which was after the oldest heartbeat it has not answered before. */
export function noteRenewal (view: CoordinatorView, ttlMs: number): void {
  if (view.unansweredSince !== undefined) view.renewedUntil = view.unansweredSince + ttlMs
  delete view.unansweredSince
}
