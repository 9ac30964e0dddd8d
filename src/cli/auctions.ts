import type { AuctionView } from '../worker/auctions.ts'
import { connectWorker } from './connect.ts'
import { EXIT, printRows, shortPeer } from './output.ts'
import type { Format } from './output.ts'

/** `nightshift node auctions`: the jobs this machine was asked to bid for, and what came of it. */
export async function auctions (command: { readonly data?: string, readonly output: Format, readonly limit: number }): Promise<number> {
  const { auctions: all } = await (await connectWorker(command.data)).get<{ auctions: AuctionView[] }>('/v1/auctions')
  printRows(command.output, 'auctions', all.slice(0, command.limit), {
    when: auction => new Date(auction.at).toISOString().slice(0, 19).replace('T', ' '),
    job: auction => auction.job,
    app: auction => auction.app,
    coordinator: auction => shortPeer(auction.coordinator),
    asked: auction => `${auction.asked.chunks} chunk${auction.asked.chunks === 1 ? '' : 's'}, at most ${auction.asked.maxPrice} BYC each${auction.times > 1 ? `, ${auction.times} times` : ''}`,
    bid: auction => auction.bid === undefined ? 'none' : `${auction.bid.price} BYC, ${auction.bid.slots} at a time`,
    result: auction => auction.state === 'bid' ? 'not known yet' : auction.state,
    'lost on': auction => auction.lostOn === undefined ? '' : `${auction.lostOn.term}, by ${auction.lostOn.by} BYC (${auction.lostOn.perMille / 10} %)`,
    why: auction => auction.reason === undefined ? '' : `${auction.reason.text} (${auction.reason.code})`
  })
  return EXIT.done
}
