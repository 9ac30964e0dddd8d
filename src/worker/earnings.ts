import { countDay } from './day-ledger.ts'
import { KEYS } from './keys.ts'
import type { Earnings } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** Counts work a coordinator accepted or rejected; whether it was paid is what the receipts say. */
export function earn (turn: WorkerTurn, coordinator: string, more: Partial<Earnings>): void {
  const before = turn.state.earnings.get(coordinator) ?? { amount: 0n, accepted: 0, rejected: 0 }
  const after = {
    amount: before.amount + (more.amount ?? 0n),
    accepted: before.accepted + (more.accepted ?? 0),
    rejected: before.rejected + (more.rejected ?? 0)
  }
  turn.state.earnings.set(coordinator, after)
  const { amount: earned, ...counts } = more
  countDay(turn, { ...counts, ...earned === undefined ? {} : { earned } })
  turn.put(KEYS.earnings + coordinator, JSON.stringify({ ...after, amount: after.amount.toString() }))
}
