import { formatByc } from '../model/money.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import { lossAgainst, total } from './scoring.ts'
import type { Loss, ScoreTerms } from './scoring.ts'

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
  /** bids above what the job pays, by how much */
  readonly tooDear: ReadonlyMap<string, { readonly byUnits: bigint, readonly byPerMille: number }>
}

export const ROUND_MS = 2000
/** A job is offered again this often while it lacks capacity, milliseconds. */
export const REOPEN_MS = 3000

export function openRound (number: number, now: number, asked: readonly string[]): Round {
  return { number, endsAt: now + ROUND_MS, waiting: new Set(asked), bids: new Map(), refusals: new Map(), tooDear: new Map() }
}

/** A bid above what the job pays for a chunk; told by whoever sees it first, the worker or the coordinator. Units. */
export function priceTooHigh (price: bigint, most: bigint): Reason {
  return reason('PRICE_TOO_HIGH', `asks ${formatByc(price)} BYC a chunk, the job pays at most ${formatByc(most)} BYC`)
}

export function withBid (round: Round, bid: BidView, maxPrice: bigint): Round {
  if (!round.waiting.has(bid.worker)) return round
  const answered = without(round.waiting, bid.worker)
  if (bid.price > maxPrice) {
    const byUnits = bid.price - maxPrice
    const over = { byUnits, byPerMille: maxPrice === 0n ? 0 : Number((byUnits * 1000n + maxPrice - 1n) / maxPrice) }
    return { ...round, waiting: answered, refusals: new Map(round.refusals).set(bid.worker, priceTooHigh(bid.price, maxPrice)), tooDear: new Map(round.tooDear).set(bid.worker, over) }
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

/** What came of one bid. */
export type Outcome =
  | { readonly kind: 'won' }
  /** nothing was left for it; by how much, against the last bid that was needed */
  | { readonly kind: 'lost', readonly loss: Loss }
  /** above what the job pays, by so much */
  | { readonly kind: 'too-dear', readonly byUnits: bigint, readonly byPerMille: number }
  /** by the time the round closed there was nothing to run */
  | { readonly kind: 'unneeded' }

export interface Closed {
  /** from best to worst; those that got nothing are behind the winners, and stand by */
  readonly ranking: readonly BidView[]
  /** everyone who did not bid, or above the limit */
  readonly refusals: ReadonlyMap<string, Reason>
  /** of everyone who bid */
  readonly outcomes: ReadonlyMap<string, Outcome>
}

/**
 * Ranks the bids of a round by their expected cost and tells each bidder what came of its bid: from the best on, bids
 * are needed until their slots cover the executions that wait.
 * @param wanted executions that wait to be leased
 */
export function closeRound (round: Round, scoreOf: (bid: BidView) => ScoreTerms, wanted: number): Closed {
  const scored = [...round.bids.values()]
    .map(bid => ({ bid, terms: scoreOf(bid) }))
    .sort((a, b) => total(a.terms) - total(b.terms) || (a.bid.worker < b.bid.worker ? -1 : 1))
  const refusals = new Map(round.refusals)
  for (const worker of round.waiting) refusals.set(worker, reason('NO_ANSWER', `did not answer within ${ROUND_MS} ms`))
  const outcomes = new Map<string, Outcome>()
  let covered = 0
  let last: typeof scored[number] | undefined
  for (const entry of scored) {
    if (covered < wanted) {
      outcomes.set(entry.bid.worker, { kind: 'won' })
      last = entry
    } else if (last === undefined) outcomes.set(entry.bid.worker, { kind: 'unneeded' })
    else outcomes.set(entry.bid.worker, { kind: 'lost', loss: lossAgainst(entry.terms, last.terms) })
    covered += entry.bid.slots
  }
  for (const [worker, byUnits] of round.tooDear) outcomes.set(worker, { kind: 'too-dear', ...byUnits })
  return { ranking: scored.map(({ bid }) => bid), refusals, outcomes }
}

function without (set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  const copy = new Set(set)
  copy.delete(value)
  return copy
}
