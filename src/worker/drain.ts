import { remove } from './forget.ts'
import type { WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

const WHY = { code: 'DRAINING', text: 'the worker is shutting down' } as const

/** Takes no new work from now on, and gives back at once what has not been started, so that others may have it. */
export function drain (turn: WorkerTurn): void {
  const { state } = turn
  state.draining = true
  for (const peer of state.coordinators.keys()) turn.send(peer, { drain: { reason: WHY } })
  for (const [key, attempt] of state.attempts) {
    if (attempt.state !== 'QUEUED') continue
    remove(turn, key, attempt)
    turn.send(attempt.coordinator, { decline: { attempt: attempt.id, reason: WHY } })
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
