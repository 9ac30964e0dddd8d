import { KEYS } from './keys.ts'
import type { WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** What came of the work of one day, by UTC. */
export interface Day {
  /** price of the results that were accepted, units */
  readonly earned: bigint
  readonly accepted: number
  readonly rejected: number
}

/** Days kept. */
const DAYS = 31
const NO_WORK: Day = { earned: 0n, accepted: 0, rejected: 0 }

function dayOf (now: number): string {
  return new Date(now).toISOString().slice(0, 10)
}

export function today (state: WorkerState, now: number): Day {
  return state.days.get(dayOf(now)) ?? NO_WORK
}

export function countDay (turn: WorkerTurn, more: Partial<Day>): void {
  const { days } = turn.state
  const name = dayOf(turn.now)
  const before = days.get(name) ?? NO_WORK
  const after = { earned: before.earned + (more.earned ?? 0n), accepted: before.accepted + (more.accepted ?? 0), rejected: before.rejected + (more.rejected ?? 0) }
  days.set(name, after)
  turn.put(KEYS.day + name, JSON.stringify({ ...after, earned: after.earned.toString() }))
  for (const old of [...days.keys()].sort().slice(0, -DAYS)) {
    days.delete(old)
    turn.put(KEYS.day + old, undefined)
  }
}

export function decodeDay (text: string): Day {
  const { earned, accepted, rejected } = JSON.parse(text) as { earned: string, accepted: number, rejected: number }
  return { earned: BigInt(earned), accepted, rejected }
}
