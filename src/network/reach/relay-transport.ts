import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import type { CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Listener, PeerId, Transport } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'

/** What a relay gives: places, how long one lasts, and how long and how many bytes in both directions one relayed connection may last. */
const RELAY_LIMITS = {
  places: 64,
  placeMs: 30 * 60_000,
  connectionMs: 2 * 60 * 60_000,
  /** what a relay must hold for a reader that is slow is less than this */
  connectionBytes: 64 * 1024 * 1024,
  /** relayed connections of one peer at a time, and to one peer */
  connectionsFrom: 4,
  connectionsTo: 64
} as const

/** Serves as a relay for nodes that cannot be dialled, within `RELAY_LIMITS`. */
export const relayServer = circuitRelayServer({
  maxInboundHopStreams: RELAY_LIMITS.connectionsFrom,
  maxOutboundStopStreams: RELAY_LIMITS.connectionsTo,
  reservations: {
    maxReservations: RELAY_LIMITS.places,
    reservationTtl: RELAY_LIMITS.placeMs,
    defaultDurationLimit: RELAY_LIMITS.connectionMs,
    defaultDataLimit: BigInt(RELAY_LIMITS.connectionBytes)
  }
})

/** libp2p's class has it and its type does not */
interface WithReservations { readonly reservationStore: { getReservation: (peer: PeerId) => { readonly expire: bigint } | undefined } }

/** Dials through relays, and knows which listeners are theirs. */
export class RelayTransport {
  readonly #listeners = new Set<Listener>()
  #transport: (Transport & WithReservations) | undefined

  readonly create = (components: CircuitRelayTransportComponents): Transport => {
    const transport = circuitRelayTransport({ maxInboundStopStreams: RELAY_LIMITS.connectionsTo })(components) as Transport & WithReservations
    const createListener = transport.createListener.bind(transport)
    transport.createListener = options => {
      const listener = createListener(options)
      this.#listeners.add(listener)
      listener.addEventListener('close', () => { this.#listeners.delete(listener) })
      return listener
    }
    this.#transport = transport
    return transport
  }

  /** Stops to listen on relays, and gives back what they have reserved. */
  async closeListeners (): Promise<void> {
    await Promise.all([...this.#listeners].map(async listener => { await listener.close() }))
  }

  /** When the reservation at a relay ends, milliseconds since the epoch; undefined without one. */
  reservationEnd (relay: string): number | undefined {
    const reservation = this.#transport?.reservationStore.getReservation(peerIdFromString(relay))
    return reservation === undefined ? undefined : Number(reservation.expire) * 1000
  }
}
