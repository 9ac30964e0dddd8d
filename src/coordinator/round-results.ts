import type { Outcome } from '../market/auction.ts'
import type { ScoreTerm } from '../market/scoring.ts'
import type { RoundResult } from '../model/messages/control.ts'
import { formatByc } from '../model/money.ts'
import { reason } from '../model/reasons.ts'
import type { Job } from './state.ts'

const WHAT: Readonly<Record<ScoreTerm, string>> = {
  price: 'its price is higher',
  time: 'a chunk is expected to take longer here',
  failure: 'more attempts are expected to fail here',
  executions: 'its results need more runs of others to be believed'
}

/** What a bidder is told when the round closes: what it lost on and by how much, of others only the figures compared. */
export function resultOf (job: Job, outcome: Outcome): RoundResult {
  const told = { jobId: job.record.id, round: job.roundNumber, outcome: 'won', term: '', byUnits: 0n, byPerMille: 0 }
  switch (outcome.kind) {
    case 'won': return told
    case 'unneeded': return { ...told, outcome: 'unneeded', reason: reason('NOT_NEEDED', 'nothing of the job was left to run when the round closed; the bid stands by for late chunks') }
    case 'too-dear': {
      const text = `its price is ${formatByc(outcome.byUnits)} BYC (${percent(outcome.byPerMille)}) above what the job pays for a chunk`
      return { ...told, outcome: 'lost', term: 'price', byUnits: outcome.byUnits, byPerMille: Math.min(outcome.byPerMille, MOST_PER_MILLE), reason: reason('PRICE_TOO_HIGH', text) }
    }
    case 'lost': {
      const { term, byUnits, byPerMille } = outcome.loss
      const text = `better bids cover what waits: ${WHAT[term]} than with the last one needed, by ${formatByc(BigInt(byUnits))} BYC, of ${percent(byPerMille)} more expected cost in all; the bid stands by`
      return { ...told, outcome: 'lost', term, byUnits: BigInt(byUnits), byPerMille, reason: reason('OUTSCORED', text) }
    }
  }
}

/** The answer to a bid of a round that is not open. */
export function tooLate (job: Job, round: number): RoundResult {
  return { jobId: job.record.id, round, outcome: 'unneeded', term: '', byUnits: 0n, byPerMille: 0, reason: reason('BID_LATE', 'the round had closed before the bid arrived; the next one asks again') }
}

/** What a message may say at most. */
const MOST_PER_MILLE = 1_000_000

function percent (perMille: number): string {
  return `${perMille / 10} %`
}
