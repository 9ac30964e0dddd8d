import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Clock } from '../../model/clock.ts'
import { errorMessage } from '../../model/errors.ts'
import { DialBackOutcome, DialBackRefusal, DialBackRequest, DialBackResponse } from '../../model/messages/reach.ts'
import type { DialBackResult } from '../../model/messages/reach.ts'
import type { Logger } from '../../observe/logger.ts'
import { PeerFault, toError } from '../faults.ts'
import { framed, StreamReader, write } from '../stream-io.ts'
import { TokenBucket } from '../token-bucket.ts'
import { addressOf, endpointOf, isRelayed, parsedAddress } from './addresses.ts'
import type { Endpoint } from './addresses.ts'
import { probe } from './probe.ts'
import type { Protector } from './probe.ts'

export const DIALBACK_PROTOCOL = '/nightshift/dialback/1.0.0'
/** addresses in one request */
export const MAX_CLAIMS = 16
/** largest request and response, bytes */
export const DIALBACK_BYTES = 8 * 1024
const MAX_PORTS = 4
const REQUEST_DEADLINE_MS = 5_000
const MAX_AT_ONCE = 4
/** Dials for all peers together and for those of one IP address, per second and at once. */
const RATE = { all: [1, 8], perIp: [1 / 20, 4] } as const
const REMEMBERED_IPS = 1024

export interface DialBackServerInit {
  readonly node: Libp2p
  readonly clock: Clock
  readonly log: Logger
  /** many nodes share one address: no limit per address */
  readonly local: boolean
  readonly protector?: Protector
}

/**
 * Dials peers back that ask whether they can be dialled. It dials no IP address
 * but the one a request came from, so nobody can point it at somebody else; few
 * ports of it; and not often.
 */
export class DialBackServer {
  readonly #init: DialBackServerInit
  readonly #stop = new AbortController()
  readonly #all: TokenBucket
  readonly #perIp = new Map<string, TokenBucket>()
  #busy = 0

  constructor (init: DialBackServerInit) {
    this.#init = init
    this.#all = new TokenBucket(...RATE.all, init.clock.now())
  }

  async start (): Promise<void> {
    await this.#init.node.handle(DIALBACK_PROTOCOL, async (stream, connection) => { await this.#serve(stream, connection) }, { maxInboundStreams: 2, maxOutboundStreams: 2, runOnLimitedConnection: true })
  }

  async stop (): Promise<void> {
    this.#stop.abort(new Error('the node is closing'))
    await this.#init.node.unhandle(DIALBACK_PROTOCOL)
  }

  async #serve (stream: Stream, connection: Connection): Promise<void> {
    const deadline = (): AbortSignal => AbortSignal.any([this.#stop.signal, AbortSignal.timeout(REQUEST_DEADLINE_MS)])
    try {
      const bytes = await new StreamReader(stream, DIALBACK_BYTES).readMessage(DIALBACK_BYTES, deadline())
      if (bytes === undefined) throw new PeerFault('FRAME_TRUNCATED', 'the peer asked nothing')
      const response = await this.#answer(parseClaims(bytes), connection)
      await write(stream, framed(DialBackResponse.encode(response)), deadline())
      await stream.close({ signal: deadline() })
    } catch (error) {
      stream.abort(toError(error))
      this.#init.log.debug({ peer: connection.remotePeer.toString(), why: errorMessage(toError(error)) }, 'a request to dial back ended')
    }
  }

  async #answer (claims: readonly string[], connection: Connection): Promise<DialBackResponse> {
    const from = isRelayed(connection.remoteAddr) ? undefined : endpointOf(connection.remoteAddr)
    if (from === undefined) return { refusal: DialBackRefusal.RELAYED, results: [] }
    const { dials, refused } = planDials(claims, from.ip)
    const { ip } = from
    if (this.#busy >= MAX_AT_ONCE || !this.#admits(ip)) return { refusal: DialBackRefusal.BUSY, results: [] }
    this.#busy++
    try {
      const peer = connection.remotePeer.toString()
      const dialed = await Promise.all(dials.map(async address => ({ address, outcome: await probe(address, peer, this.#init.protector, this.#stop.signal) })))
      return { refusal: DialBackRefusal.SERVED, results: [...dialed, ...refused] }
    } finally {
      this.#busy--
    }
  }

  /** Whether one more may be served now; what is refused costs nothing of the rate. */
  #admits (ip: string): boolean {
    const now = this.#init.clock.now()
    if (!taken(this.#all, now)) return false
    if (this.#init.local) return true
    const bucket = this.#perIp.get(ip) ?? new TokenBucket(...RATE.perIp, now)
    this.#perIp.delete(ip)
    this.#perIp.set(ip, bucket)
    for (const oldest of this.#perIp.keys()) if (this.#perIp.size > REMEMBERED_IPS) this.#perIp.delete(oldest)
    return taken(bucket, now)
  }
}

function taken (bucket: TokenBucket, now: number): boolean {
  if (bucket.take(1, now) === 0) return true
  bucket.take(-1, now)
  return false
}

/** Reads the addresses a peer claims. Throws a PeerFault for anything else. */
export function parseClaims (bytes: Uint8Array): string[] {
  try {
    const { addresses } = DialBackRequest.decode(bytes, { limits: { addresses: MAX_CLAIMS } })
    return addresses
  } catch (error) {
    throw new PeerFault('FRAME_MALFORMED', `a request to dial back cannot be read: ${errorMessage(error)}`, error)
  }
}

/**
 * What to dial for a peer that calls from this IP address: each claimed port of it,
 * whatever the IP address it was claimed with, as a router that forwards the port
 * does not tell the peer its own. Everything else is not its to name.
 */
export function planDials (claims: readonly string[], ip: string): { readonly dials: readonly string[], readonly refused: readonly DialBackResult[] } {
  const endpoints = claims.map(claim => ({ claim, endpoint: claimed(claim) }))
  const ports = [...new Set(endpoints.flatMap(({ endpoint }) => endpoint === undefined ? [] : [endpoint.port]))].slice(0, MAX_PORTS)
  const dials = ports.map(port => addressOf({ ip, port }))
  return {
    dials,
    refused: endpoints.flatMap(({ claim, endpoint }) => endpoint !== undefined && dials.includes(addressOf(endpoint)) ? [] : [{ address: claim, outcome: DialBackOutcome.NOT_YOURS }])
  }
}

function claimed (claim: string): Endpoint | undefined {
  const address = parsedAddress(claim)
  return address === undefined || isRelayed(address) ? undefined : endpointOf(address)
}
