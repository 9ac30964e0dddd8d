import type { Reason } from '../model/reasons.ts'
import { reason } from '../model/reasons.ts'
import { remove } from './forget.ts'
import type { WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

const WHY = reason('DRAINING', 'the worker is shutting down')

/** Takes no new work from now on. */
export function drain (turn: WorkerTurn): void {
  const { state } = turn
  state.draining = true
  for (const peer of state.coordinators.keys()) turn.send(peer, { drain: { reason: WHY } })
  giveBackQueued(turn, WHY)
}

/** What has not been started goes back at once, all of it or that of one coordinator, so that others may have it. */
export function giveBackQueued (turn: WorkerTurn, why: Reason, coordinator?: string): void {
  for (const [key, attempt] of turn.state.attempts) {
    if (attempt.state !== 'QUEUED' || attempt.coordinator !== (coordinator ?? attempt.coordinator)) continue
    remove(turn, key, attempt)
    turn.send(attempt.coordinator, { decline: { attempt: attempt.id, reason: why } })
  }
}

/** True while a connected coordinator has yet to confirm a commitment or to judge a result it was shown. */
export function owesResults (state: WorkerState): boolean {
  for (const attempt of state.attempts.values()) {
    if (!state.coordinators.has(attempt.coordinator)) continue
    if (attempt.state === 'REVEALED' || (attempt.state === 'COMMITTED' && !attempt.acknowledged)) return true
  }
  return false
}
