import type { AuctionView } from '../../worker/auctions.ts'
import { note, ok, warning } from './finding.ts'
import type { Finding } from './finding.ts'

const HOUR_MS = 3_600_000
/** Fewer auctions than this say little about a price. */
const TELLING = 3

/** What a worker remembers of one round of one auction, as `GET /v1/auctions` tells it. */
export type SeenAuction = Pick<AuctionView, 'at' | 'state' | 'reason' | 'lostOn'>

const REMEDIES: Readonly<Record<string, string>> = {
  price: 'ask for less with "nightshift config set price.level", if it is worth it to you',
  time: 'others are expected to finish sooner: more --slots do not help, faster cores and a faster line do; a lower price makes up for it',
  failure: 'tasks that were begun here often did not end: keep the worker running while it has work, and see its log for what failed',
  executions: 'results of others need fewer checks: that improves with every result of this worker that is found right'
}

/** The last hour in one line, and a finding for each term on which auctions were lost and each reason for which none was entered. */
export function checkAuctions (all: readonly SeenAuction[], now: number): readonly Finding[] {
  const seen = all.filter(({ at }) => at > now - HOUR_MS)
  if (seen.length === 0) return [note('NO_AUCTIONS', 'saw no auction in the last hour', 'nobody this worker is connected to had work to sell, or none that fits what it offers at the moment; name more coordinators with --peer')]
  const of = (state: SeenAuction['state']): readonly SeenAuction[] => seen.filter(auction => auction.state === state)
  const won = of('won')
  const lost = [...groups(of('lost'), ({ lostOn, reason }) => lostOn?.term ?? codeOf(reason))]
  const refused = [...groups(of('no-bid'), ({ reason }) => codeOf(reason))]
  const parts = [
    `won ${won.length}`,
    ...lost.map(([term, auctions]) => `lost ${auctions.length} on ${term}${margin(auctions)}`),
    ...refused.map(([code, auctions]) => `did not bid in ${auctions.length} (${code})`),
    ...of('unneeded').length === 0 ? [] : [`was not needed in ${of('unneeded').length}`],
    ...of('bid').length === 0 ? [] : [`waits for the outcome of ${of('bid').length}`]
  ]
  return [
    ok('AUCTIONS', `saw ${seen.length} auction${seen.length === 1 ? '' : 's'} in the last hour: ${parts.join(', ')}`),
    ...lost.filter(([, auctions]) => auctions.length >= TELLING && auctions.length > won.length).map(([term, auctions]) => warning('AUCTIONS_LOST', `lost ${auctions.length} of ${seen.length} auctions on ${term}${margin(auctions)}`, REMEDIES[term] ?? `see "nightshift job explain" on the coordinator for what ${term} means there`)),
    ...refused.filter(([, auctions]) => auctions.length >= TELLING && auctions.length > won.length).map(([code, auctions]) => note('AUCTIONS_NOT_ENTERED', `did not bid in ${auctions.length} of ${seen.length} auctions: ${auctions.at(0)?.reason?.text ?? code} (${code})`))
  ]
}

function groups (auctions: readonly SeenAuction[], by: (auction: SeenAuction) => string): ReadonlyMap<string, readonly SeenAuction[]> {
  const found = new Map<string, SeenAuction[]>()
  for (const auction of auctions) {
    const key = by(auction)
    found.set(key, [...found.get(key) ?? [], auction])
  }
  return new Map([...found].sort(([, a], [, b]) => b.length - a.length))
}

/** The middle margin, where margins are known. */
function margin (auctions: readonly SeenAuction[]): string {
  const known = auctions.map(({ lostOn }) => lostOn?.perMille).filter(value => value !== undefined).sort((a, b) => a - b)
  const middle = known[Math.floor(known.length / 2)]
  return middle === undefined ? '' : ` by ${Math.round(middle / 10)} %${known.length > 1 ? ' (median)' : ''}`
}

function codeOf (reason: SeenAuction['reason']): string {
  return reason?.code ?? 'no reason given'
}
