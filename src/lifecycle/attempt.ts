import { move } from './machine.ts'
import type { Transitions } from './machine.ts'

/** A hold is pending from LEASED on; SETTLED posted it, VOIDED voided it. */
export type AttemptState =
  | 'LEASED' | 'RUNNING' | 'COMMITTED' | 'REVEALED' | 'VERIFIED' | 'SETTLED'
  | 'DECLINED' | 'EXPIRED' | 'FAILED' | 'REJECTED' | 'RECALLED' | 'BACKTRACKED'

const LOST = ['DECLINED', 'EXPIRED', 'FAILED', 'REJECTED', 'RECALLED', 'BACKTRACKED'] as const

const TRANSITIONS: Transitions<AttemptState> = {
  LEASED: ['RUNNING', 'COMMITTED', ...LOST],
  RUNNING: ['COMMITTED', ...LOST],
  COMMITTED: ['REVEALED', ...LOST],
  REVEALED: ['VERIFIED', ...LOST],
  // back in dispute when a late result contradicts it
  VERIFIED: ['SETTLED', 'REVEALED', ...LOST],
  SETTLED: [],
  DECLINED: [],
  EXPIRED: [],
  FAILED: [],
  REJECTED: [],
  RECALLED: [],
  BACKTRACKED: []
}

export function moveAttempt (id: string, from: AttemptState, to: AttemptState): AttemptState {
  return move(`attempt ${id}`, TRANSITIONS, from, to)
}

/** True while the worker is expected to work or to answer: its lease must be renewed. */
export function attemptIsLive (state: AttemptState): boolean {
  return state === 'LEASED' || state === 'RUNNING' || state === 'COMMITTED'
}

/** True while the attempt's hold is pending. */
export function attemptIsOpen (state: AttemptState): boolean {
  return attemptIsLive(state) || state === 'REVEALED' || state === 'VERIFIED'
}
