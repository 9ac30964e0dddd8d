import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Clock, Random } from '../../model/clock.ts'
import { errorMessage } from '../../model/errors.ts'
import { DialBackOutcome, DialBackRefusal, DialBackRequest, DialBackResponse } from '../../model/messages/reach.ts'
import type { DialBackResult } from '../../model/messages/reach.ts'
import type { AddressReach, Reachability } from '../../model/reachability.ts'
import type { Logger } from '../../observe/logger.ts'
import { PeerFault, toError } from '../faults.ts'
import { framed, StreamReader, write } from '../stream-io.ts'
import { addressOf, endpointOf, isRelayed, parsedAddress, scopeOf } from './addresses.ts'
import type { OwnAddresses } from './own-addresses.ts'
import { DIALBACK_BYTES, DIALBACK_PROTOCOL, MAX_CLAIMS, MAX_PORTS } from './dialback-server.ts'

const LOOK_MS = 2_000
/** A peer's word counts this long; then it is asked again. */
const FRESH_MS = 10 * 60_000
/** One that was busy, or could not be asked, is asked again after this long, less up to a half at random. */
const RETRY_MS = 30_000
/** more peers than these are not asked */
const WITNESSES = 3
/** probes run side by side and take 5 s */
const ANSWER_DEADLINE_MS = 15_000

interface Testimony {
  readonly at: number
  readonly results: readonly DialBackResult[]
}

export interface ReachabilityInit {
  readonly clock: Clock
  readonly random: Pick<Random, 'fraction'>
  readonly log: Logger
  /** loopback counts as reachable */
  readonly local: boolean
  /** the connections in use, one per peer */
  readonly connections: () => readonly Connection[]
  readonly own: OwnAddresses
  /** Told when the answer to "can I be dialled" changes. */
  readonly onChange: (dialable: boolean | 'unknown') => void
}

/** Asks up to three peers to dial this node back, again every ten minutes and when its addresses change. */
export class ReachabilityCheck {
  readonly #init: ReachabilityInit
  readonly #stop = new AbortController()
  readonly #testimonies = new Map<string, Testimony>()
  readonly #notBefore = new Map<string, number>()
  #claims: readonly string[] | undefined
  #last: boolean | 'unknown' = 'unknown'
  #asking = false
  #timer: NodeJS.Timeout | undefined

  constructor (init: ReachabilityInit) {
    this.#init = init
  }

  start (): void {
    this.#timer = setInterval(() => { this.look() }, LOOK_MS)
    this.#timer.unref()
  }

  stop (): void {
    this.#stop.abort(new Error('the node is closing'))
    clearInterval(this.#timer)
  }

  /** Sees whether somebody is to be asked now. */
  look (): void {
    if (this.#stop.signal.aborted || this.#asking) return
    const { clock, connections } = this.#init
    const own = this.#ownAddresses()
    if (own.join() !== this.#claims?.join()) {
      this.#claims = own
      this.#testimonies.clear()
      this.#notBefore.clear()
      this.#tell()
    }
    // the same array as long as the addresses are the same: an answer about others is not kept
    const claims = this.#claims ?? own
    const now = clock.now()
    const fresh = [...this.#testimonies.values()].filter(({ at }) => now - at < FRESH_MS)
    if (claims.length === 0 || fresh.length >= WITNESSES) return
    const next = connections().find(connection => !isRelayed(connection.remoteAddr) && (this.#notBefore.get(connection.remotePeer.toString()) ?? 0) <= now)
    if (next !== undefined) void this.#ask(next, claims)
  }

  view (): Omit<Reachability, 'relay'> {
    const addresses = this.#addresses()
    const times = [...this.#testimonies.values()].map(({ at }) => at)
    return { dialable: this.#dialable(addresses), ...times.length === 0 ? {} : { checkedAt: Math.max(...times) }, addresses }
  }

  #ownAddresses (): string[] {
    const endpoints = this.#init.own.listening().flatMap(address => endpointOf(address) ?? [])
    const counted = endpoints.filter(({ ip }) => this.#init.local || scopeOf(ip) !== 'loopback')
    return [...new Set(counted.map(addressOf))].sort().slice(0, MAX_CLAIMS)
  }

  async #ask (connection: Connection, claims: readonly string[]): Promise<void> {
    const { clock, random, log } = this.#init
    const peer = connection.remotePeer.toString()
    this.#asking = true
    let wait = RETRY_MS * (1 - random.fraction() / 2)
    try {
      const { refusal, results } = await request(connection, claims, AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ANSWER_DEADLINE_MS)]))
      if (refusal === DialBackRefusal.SERVED && claims === this.#claims) {
        this.#testimonies.delete(peer)
        this.#testimonies.set(peer, { at: clock.now(), results: credible(results, claims, this.#init.local) })
        wait = FRESH_MS
        for (const oldest of this.#testimonies.keys()) if (this.#testimonies.size > WITNESSES) this.#testimonies.delete(oldest)
        this.#tell()
      }
    } catch (error) {
      log.debug({ peer, why: errorMessage(toError(error)) }, 'a peer could not be asked to dial back')
    } finally {
      this.#asking = false
    }
    this.#notBefore.set(peer, clock.now() + wait)
    for (const oldest of this.#notBefore.keys()) if (this.#notBefore.size > MAX_REMEMBERED) this.#notBefore.delete(oldest)
  }

  #addresses (): AddressReach[] {
    const found = new Map<string, AddressReach>()
    for (const [by, { results }] of this.#testimonies) {
      for (const { address, outcome } of results) {
        const before = found.get(address)?.dialable
        const dialable = outcome === DialBackOutcome.DIALED ? true : outcome === DialBackOutcome.NOT_YOURS ? 'unknown' : false
        // one peer that gets through says more than one that does not, and that more than one that did not try
        if (before === undefined || dialable === true || (before === 'unknown' && dialable === false)) found.set(address, { address, dialable, by, reason: REASONS[outcome] })
      }
    }
    return [...found.values()]
  }

  #dialable (addresses: readonly AddressReach[]): boolean | 'unknown' {
    if (addresses.some(({ dialable }) => dialable === true)) return true
    // one that listens nowhere needs nobody to say so
    return addresses.some(({ dialable }) => dialable === false) || this.#claims?.length === 0 ? false : 'unknown'
  }

  #tell (): void {
    const addresses = this.#addresses()
    const dialable = this.#dialable(addresses)
    for (const { address } of addresses.filter(known => known.dialable === true)) this.#init.own.confirm(address)
    this.#init.own.withdraw(addresses.filter(known => known.dialable === false).map(({ address }) => address))
    if (dialable === this.#last) return
    this.#last = dialable
    if (dialable !== 'unknown') this.#init.log.info({ addresses }, dialable ? 'this node can be dialled' : 'this node cannot be dialled: it works by the connections it opens')
    this.#init.onChange(dialable)
  }
}

const MAX_REMEMBERED = 1024

const REASONS: Readonly<Record<DialBackOutcome, string>> = {
  [DialBackOutcome.DIALED]: 'a new connection to it was answered by this node',
  [DialBackOutcome.CONNECTION_REFUSED]: 'the connection was refused: nothing listens there, or a router does not forward the port to this node',
  [DialBackOutcome.TIMED_OUT]: 'nothing answered within 5 s: a firewall or a router drops new connections',
  [DialBackOutcome.NO_ROUTE]: 'the peer has no route to it',
  [DialBackOutcome.WRONG_PEER]: 'somebody else answers there: a router forwards the port to another machine or program',
  [DialBackOutcome.NOT_YOURS]: 'not tried: the peer sees this node at another IP address, behind a router or on another network',
  [DialBackOutcome.FAILED]: 'the connection was opened, and ended before this node had shown who it is'
}

async function request (connection: Connection, claims: readonly string[], signal: AbortSignal): Promise<DialBackResponse> {
  const stream = await connection.newStream(DIALBACK_PROTOCOL, { signal, maxOutboundStreams: 2 })
  try {
    const reader = new StreamReader(stream, DIALBACK_BYTES)
    await write(stream, framed(DialBackRequest.encode({ addresses: [...claims] })), signal)
    const bytes = await reader.readMessage(DIALBACK_BYTES, signal)
    if (bytes === undefined) throw new Error('the peer did not answer')
    await stream.close({ signal })
    return parseResponse(bytes)
  } catch (error) {
    stream.abort(toError(error))
    throw error
  }
}

/** Reads what a peer says of its attempts. Throws a PeerFault when it cannot be read. */
export function parseResponse (bytes: Uint8Array): DialBackResponse {
  try {
    return DialBackResponse.decode(bytes, { limits: { results: MAX_CLAIMS + MAX_PORTS } })
  } catch (error) {
    throw new PeerFault('FRAME_MALFORMED', `an answer to a request to dial back cannot be read: ${errorMessage(error)}`, error)
  }
}

/**
 * What a peer can know: of addresses of ours, and of one IP address it sees us at instead, as behind a router that
 * forwards a port of ours.
 * @param local loopback counts
 */
export function credible (results: readonly DialBackResult[], claims: readonly string[], local: boolean): readonly DialBackResult[] {
  const ports = claims.map(claim => endpointOf(multiaddr(claim))?.port)
  let seenAt: string | undefined
  return results.filter(({ address }) => {
    if (claims.includes(address)) return true
    const parsed = parsedAddress(address)
    const found = parsed === undefined ? undefined : endpointOf(parsed)
    if (found === undefined || addressOf(found) !== address || !ports.includes(found.port) || (!local && scopeOf(found.ip) === 'loopback')) return false
    seenAt ??= found.ip
    return found.ip === seenAt
  })
}
