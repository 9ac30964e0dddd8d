import type { Announce, Message, RoundResult } from '../model/messages/control.ts'
import { formatByc } from '../model/money.ts'
import { reason } from '../model/reasons.ts'
import type { Reason, ReasonCode } from '../model/reasons.ts'
import type { WorkerState } from './state.ts'

/** Auctions remembered; the one heard of longest ago goes first. Not kept over a restart. */
const MOST_AUCTIONS = 200

/** What came of a bid, by the coordinator's word. */
export interface AuctionOutcome {
  readonly kind: 'won' | 'lost' | 'unneeded'
  /** what it lost on: price, time, failure or executions */
  readonly term?: string
  readonly byUnits: bigint
  readonly byPerMille: number
  readonly reason?: Reason
}

/** The last round of a job's auction that this worker was asked in. */
export interface AuctionRecord {
  readonly coordinator: string
  readonly jobId: string
  readonly app: string
  readonly round: number
  /** when it was asked last, milliseconds */
  readonly at: number
  /** rounds of the job in which it was asked */
  readonly times: number
  readonly asked: { readonly chunks: number, readonly workMs: number, readonly maxPrice: bigint }
  readonly bid?: { readonly price: bigint, readonly slots: number }
  readonly noBid?: Reason
  readonly outcome?: AuctionOutcome
}

/** Remembers an announcement with what was answered, one record for each job. */
export function rememberAuction (state: WorkerState, coordinator: string, announce: Announce, answer: Message, now: number): void {
  const key = `${coordinator}/${announce.jobId}`
  const times = (state.auctions.get(key)?.times ?? 0) + 1
  // put anew, so that the map stays in the order of the last word
  state.auctions.delete(key)
  state.auctions.set(key, {
    coordinator,
    jobId: announce.jobId,
    app: announce.appName,
    round: announce.round,
    at: now,
    times,
    asked: { chunks: announce.chunksPending, workMs: announce.workMs, maxPrice: announce.maxPrice },
    ...answer.bid === undefined ? {} : { bid: { price: answer.bid.price, slots: answer.bid.slots } },
    ...answer.noBid === undefined ? {} : { noBid: fromWire(answer.noBid.reason) }
  })
  for (const oldest of state.auctions.keys()) {
    if (state.auctions.size <= MOST_AUCTIONS) break
    state.auctions.delete(oldest)
  }
}

const OUTCOMES = ['won', 'lost', 'unneeded'] as const

/** Only what was bid for can be won or lost. */
export function onRoundResult (state: WorkerState, coordinator: string, { jobId, round, outcome, term, byUnits, byPerMille, reason: why }: RoundResult): void {
  const key = `${coordinator}/${jobId}`
  const known = state.auctions.get(key)
  const kind = OUTCOMES.find(one => one === outcome)
  if (known?.bid === undefined || known.round !== round || kind === undefined) return
  state.auctions.set(key, {
    ...known,
    outcome: { kind, ...term === '' ? {} : { term }, byUnits, byPerMille, ...why === undefined ? {} : { reason: fromWire(why) } }
  })
}

function fromWire (wire: { code: string, text: string } | undefined): Reason {
  return reason((wire?.code ?? 'BUSY') as ReasonCode, wire?.text ?? 'gave no reason')
}

/** An auction as its worker's owner sees it; amounts are ByteChips in decimal text. */
export interface AuctionView {
  readonly coordinator: string
  readonly job: string
  readonly app: string
  readonly round: number
  readonly at: number
  readonly times: number
  readonly asked: { readonly chunks: number, readonly workMs: number, readonly maxPrice: string }
  /** `bid`: it has not heard what came of its bid */
  readonly state: 'bid' | 'no-bid' | 'won' | 'lost' | 'unneeded'
  readonly bid?: { readonly price: string, readonly slots: number }
  /** why it did not bid, lost or was not needed */
  readonly reason?: Reason
  readonly lostOn?: { readonly term: string, readonly by: string, readonly perMille: number }
}

/** The last auctions, newest first. */
export function viewAuctions (state: WorkerState): readonly AuctionView[] {
  return [...state.auctions.values()].reverse().map(({ coordinator, jobId, app, round, at, times, asked, bid, noBid, outcome }) => {
    const why = noBid ?? outcome?.reason
    return {
      coordinator,
      job: jobId,
      app,
      round,
      at,
      times,
      asked: { ...asked, maxPrice: formatByc(asked.maxPrice) },
      state: outcome?.kind ?? (bid === undefined ? 'no-bid' : 'bid'),
      ...bid === undefined ? {} : { bid: { price: formatByc(bid.price), slots: bid.slots } },
      ...why === undefined ? {} : { reason: why },
      ...outcome?.term === undefined ? {} : { lostOn: { term: outcome.term, by: formatByc(outcome.byUnits), perMille: outcome.byPerMille } }
    }
  })
}
