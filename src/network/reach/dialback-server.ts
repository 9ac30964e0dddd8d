import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Clock } from '../../model/clock.ts'
import { errorMessage } from '../../model/errors.ts'
import { DialBackOutcome, DialBackRefusal, DialBackRequest, DialBackResponse } from '../../model/messages/reach.ts'
import type { DialBackResult } from '../../model/messages/reach.ts'
import type { Logger } from '../../observe/logger.ts'
import { PeerFault, toError } from '../faults.ts'
import { framed, StreamReader, write } from '../stream-io.ts'
import { addressOf, endpointOf, isRelayed, parsedAddress, scopeOf } from './addresses.ts'
import type { Endpoint } from './addresses.ts'
import { DialBackRate } from './dialback-rate.ts'
import { probe } from './probe.ts'
import type { Protector } from './probe.ts'

export const DIALBACK_PROTOCOL = '/nightshift/dialback/1.0.0'
/** addresses in one request */
export const MAX_CLAIMS = 16
/** largest request and response, bytes */
export const DIALBACK_BYTES = 8 * 1024
/** ports that are dialled for one request */
export const MAX_PORTS = 4
const REQUEST_DEADLINE_MS = 5_000
const MAX_AT_ONCE = 4

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
  readonly #rate: DialBackRate
  #busy = 0

  constructor (init: DialBackServerInit) {
    this.#init = init
    this.#rate = new DialBackRate(init.clock.now())
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
    const { ip } = from
    // what comes from this machine may be anybody, by way of a proxy or a tunnel: its ports are no stranger's to try
    const { dials, refused } = planDials(claims, ip, this.#init.local || scopeOf(ip) !== 'loopback' ? MAX_PORTS : 0)
    if (this.#busy >= MAX_AT_ONCE || !this.#rate.admits(this.#init.local ? undefined : ip, this.#init.clock.now())) return { refusal: DialBackRefusal.BUSY, results: [] }
    this.#busy++
    try {
      const peer = connection.remotePeer.toString()
      const dialed = await Promise.all(dials.map(async address => ({ address, outcome: await probe(address, peer, this.#init.protector, this.#stop.signal) })))
      return { refusal: DialBackRefusal.SERVED, results: [...dialed, ...refused] }
    } finally {
      this.#busy--
    }
  }
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
 * does not tell the peer its own; `most` of them. Everything else is not its to name.
 */
export function planDials (claims: readonly string[], ip: string, most: number = MAX_PORTS): { readonly dials: readonly string[], readonly refused: readonly DialBackResult[] } {
  const endpoints = claims.map(claim => ({ claim, endpoint: claimed(claim) }))
  const ports = [...new Set(endpoints.flatMap(({ endpoint }) => endpoint === undefined ? [] : [endpoint.port]))].slice(0, most)
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
