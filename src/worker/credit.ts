import { REFUSE_MS, asksToSettle, beyondCredit, creditLimit, mustDisconnect } from '../ledger/credit.ts'
import { formatByc } from '../model/money.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import { bookOf, saveBook } from './books.ts'
import { refuse } from './handshake.ts'
import type { WorkerAttempt, WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** A coordinator that does not settle is asked again after this long, milliseconds. */
const ASK_AGAIN_MS = 10_000
/** A finished result nobody pays or judges is kept this long, milliseconds. */
export const KEEP_RESULT_MS = 24 * 3600 * 1000

export interface Outstanding {
  /** price of finished work that is neither receipted nor refused, units */
  readonly exposure: bigint
  /** how many chunks that is */
  readonly unpaid: number
  /** price of leases taken and not finished */
  readonly promised: bigint
}

export function outstandingOf (state: WorkerState, coordinator: string): Outstanding {
  let [exposure, unpaid, promised] = [0n, 0, 0n]
  for (const attempt of state.attempts.values()) {
    if (attempt.coordinator !== coordinator) continue
    if (attempt.outcome === undefined) promised += attempt.price
    else {
      exposure += attempt.price
      unpaid++
    }
  }
  return { exposure, unpaid, promised }
}

export function limitOf (state: WorkerState, coordinator: string): bigint {
  const { channel, lost } = bookOf(state, coordinator)
  return creditLimit(state.config.creditLimit, channel.cumulative, lost)
}

/** Why no further chunk at this price is taken from a coordinator; undefined when it is. */
export function creditRefusal (state: WorkerState, coordinator: string, price: bigint): Reason | undefined {
  const { exposure, promised } = outstandingOf(state, coordinator)
  const limit = limitOf(state, coordinator)
  if (!beyondCredit(exposure + promised, price, limit)) return undefined
  const { lost } = bookOf(state, coordinator)
  const losses = lost === 0n ? '' : `, less for ${formatByc(lost)} BYC of results shown and never paid`
  return reason('CREDIT_LIMIT', `finished and unpaid: ${formatByc(exposure)} BYC, leased: ${formatByc(promised)} BYC; a chunk for ${formatByc(price)} BYC more would be beyond this worker's limit of ${formatByc(limit)} BYC for this coordinator${losses}: settle what is owed`)
}

/** Asks coordinators to settle, and lets go of those that owe too much. */
export function watchCredit (turn: WorkerTurn): void {
  for (const view of turn.state.coordinators.values()) {
    if (!view.admitted) continue
    const { exposure, unpaid } = outstandingOf(turn.state, view.peer)
    const limit = limitOf(turn.state, view.peer)
    if (mustDisconnect(exposure, unpaid, limit)) {
      saveBook(turn, view.peer, { refusedUntil: turn.now + REFUSE_MS })
      refuse(turn, view, overdrawn(exposure, limit, REFUSE_MS))
      view.hangUp = true
    } else if (asksToSettle(exposure, limit) && turn.now >= view.nextSettleAsk) {
      view.nextSettleAsk = turn.now + ASK_AGAIN_MS
      turn.send(view.peer, { settleRequest: { exposure, limit } })
    }
  }
}

/** Why a coordinator that was let go is still refused; undefined once it has paid enough or its time is over. */
export function stillRefused (turn: WorkerTurn, coordinator: string): Reason | undefined {
  const { refusedUntil } = bookOf(turn.state, coordinator)
  const { exposure } = outstandingOf(turn.state, coordinator)
  const limit = limitOf(turn.state, coordinator)
  return refusedUntil > turn.now && exposure >= limit ? overdrawn(exposure, limit, refusedUntil - turn.now) : undefined
}

function overdrawn (exposure: bigint, limit: bigint, ms: number): Reason {
  return reason('CREDIT_LIMIT', `${formatByc(exposure)} BYC are unpaid, the limit is ${formatByc(limit)} BYC: refused for ${Math.ceil(ms / 60_000)} min, or until it has paid`)
}

/** A result that was shown, or accepted, and then given back unpaid shrinks the credit of its coordinator. */
export function countLoss (turn: WorkerTurn, attempt: WorkerAttempt): void {
  if (attempt.state !== 'REVEALED' && attempt.state !== 'ACCEPTED') return
  saveBook(turn, attempt.coordinator, { lost: bookOf(turn.state, attempt.coordinator).lost + attempt.price })
}
