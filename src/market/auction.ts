import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'

/** One sealed bid of a round. */
export interface BidView {
  readonly worker: string
  readonly price: bigint
  /** chunks at a time */
  readonly slots: number
  /** the bidder's own estimate of one chunk, milliseconds */
  readonly chunkMs: number
  readonly validUntil: number
}

/**
 * One round of a job's auction: all pending chunks are one lot of many units,
 * paid as bid. The round closes when everyone asked has answered, or at its end.
 */
export interface Round {
  readonly number: number
  readonly endsAt: number
  /** workers asked that have not answered */
  readonly waiting: ReadonlySet<string>
  readonly bids: ReadonlyMap<string, BidView>
  readonly refusals: ReadonlyMap<string, Reason>
}

export const ROUND_MS = 2000
/** A job is offered again this often while it lacks capacity, milliseconds. */
export const REOPEN_MS = 3000

export function openRound (number: number, now: number, asked: readonly string[]): Round {
  return { number, endsAt: now + ROUND_MS, waiting: new Set(asked), bids: new Map(), refusals: new Map() }
}

export function withBid (round: Round, bid: BidView, maxPrice: bigint): Round {
  if (!round.waiting.has(bid.worker)) return round
  const answered = without(round.waiting, bid.worker)
  if (bid.price > maxPrice) {
    const text = `asks ${bid.price} units a chunk, the job pays at most ${maxPrice}`
    return { ...round, waiting: answered, refusals: new Map(round.refusals).set(bid.worker, reason('PRICE_TOO_HIGH', text)) }
  }
  return { ...round, waiting: answered, bids: new Map(round.bids).set(bid.worker, bid) }
}

export function withRefusal (round: Round, worker: string, why: Reason): Round {
  if (!round.waiting.has(worker)) return round
  return { ...round, waiting: without(round.waiting, worker), refusals: new Map(round.refusals).set(worker, why) }
}

export function roundIsOver (round: Round, now: number): boolean {
  return round.waiting.size === 0 || now >= round.endsAt
}

/** The bids of a round from best to worst by `score` (lower is better), and everyone who got nothing with the reason. */
export function closeRound (round: Round, score: (bid: BidView) => number): { readonly winners: readonly BidView[], readonly refusals: ReadonlyMap<string, Reason> } {
  const winners = [...round.bids.values()]
    .map(bid => ({ bid, score: score(bid) }))
    .sort((a, b) => a.score - b.score || (a.bid.worker < b.bid.worker ? -1 : 1))
    .map(entry => entry.bid)
  const refusals = new Map(round.refusals)
  for (const worker of round.waiting) refusals.set(worker, reason('NO_ANSWER', `did not answer within ${ROUND_MS} ms`))
  return { winners, refusals }
}

function without (set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  const copy = new Set(set)
  copy.delete(value)
  return copy
}
