import { UNITS_PER_BYC } from '../model/money.ts'

/**
 * What a worker lets a coordinator owe it before there is any trust: an hour of
 * one core. Enough to keep a small machine busy between two settlements, little
 * enough to lose to a stranger.
 */
export const BASE_CREDIT = UNITS_PER_BYC

/** However much was settled, nobody is given more credit than this many times the base: a long con must not pay. */
const MOST_BASES = 50n

/**
 * The limit grows by half of what was settled: a coordinator that runs away has
 * always paid at least twice what it takes along beyond the base.
 * `lost`: units of results that were shown and then recalled without a judgement;
 * they shrink the limit, so that recalling is no way around paying.
 */
export function creditLimit (base: bigint, settled: bigint, lost: bigint): bigint {
  const grown = base + settled / 2n
  const most = base * MOST_BASES
  const limit = (grown < most ? grown : most) - lost
  return limit > 0n ? limit : 0n
}

/** At half of the limit the worker asks to be settled with. */
export function asksToSettle (exposure: bigint, limit: bigint): boolean {
  return exposure > 0n && exposure * 2n >= limit
}

/**
 * True when one more chunk at this price would go beyond the limit. With nothing
 * outstanding one chunk is always taken, however dear, unless the limit is used
 * up by losses: a price cannot be paid in parts.
 */
export function beyondCredit (outstanding: bigint, price: bigint, limit: bigint): boolean {
  if (limit === 0n) return true
  return outstanding > 0n && outstanding + price > limit
}

/** At five quarters of the limit the worker ends the connection. One chunk alone, taken on trust, is no reason. */
export function mustDisconnect (exposure: bigint, unpaid: number, limit: bigint): boolean {
  return unpaid > 1 && exposure * 4n >= limit * 5n
}

/** A coordinator that was disconnected for its debts is refused for this long, milliseconds; its receipts are taken meanwhile. */
export const REFUSE_MS = 600_000
