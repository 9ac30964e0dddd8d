import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2'
import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import { errorMessage } from '../../model/errors.ts'
import type { Clock } from '../../model/clock.ts'
import type { Logger } from '../../observe/logger.ts'
import { toError } from '../faults.ts'
import { isRelayed } from './addresses.ts'
import type { OwnAddresses } from './own-addresses.ts'
import type { RelayTransport } from './relay-transport.ts'

const LOOK_MS = 10_000

export interface RelayKeeperInit {
  readonly node: Libp2p
  readonly own: OwnAddresses
  readonly relays: RelayTransport
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Keeps a place at one relay while this node cannot be dialled, so that others
 * reach it there. libp2p makes a reservation once and not again when its relay
 * was away; this looks every ten seconds, and at once when a peer connects.
 */
export class RelayKeeper {
  readonly #init: RelayKeeperInit
  readonly #refused = new Map<string, number>()
  #wanted = false
  #stopped = false
  #working: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #onIdentify = (): void => { if (this.#wanted && this.view() === undefined) this.look() }

  constructor (init: RelayKeeperInit) {
    this.#init = init
  }

  start (): void {
    this.#init.node.addEventListener('peer:identify', this.#onIdentify)
    this.#timer = setInterval(() => { this.look() }, LOOK_MS)
    this.#timer.unref()
  }

  async stop (): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    this.#init.node.removeEventListener('peer:identify', this.#onIdentify)
    await this.#working
  }

  /** Says whether a relay is needed; without need its place is given back. */
  want (wanted: boolean): void {
    this.#wanted = wanted
    this.look()
  }

  /** the relay in use and when its reservation ends; undefined without one */
  view (): { readonly peer: string, readonly expires: number } | undefined {
    const [address] = this.#wanted ? this.#init.own.relayed() : []
    const peer = address === undefined ? undefined : relayOf(address.toString())
    const expires = peer === undefined ? undefined : this.#init.relays.reservationEnd(peer)
    return peer === undefined || expires === undefined ? undefined : { peer, expires }
  }

  /** Sees whether a relay is to be found, or let go. */
  look (): void {
    if (this.#stopped || this.#working !== undefined) return
    this.#working = this.#look()
      .catch((error: unknown) => { this.#init.log.debug({ why: errorMessage(toError(error)) }, 'no relay could be found') })
      .finally(() => { this.#working = undefined })
  }

  async #look (): Promise<void> {
    const { own, relays, log, clock } = this.#init
    if (this.#wanted && this.view() !== undefined) return
    // a listener that lost its relay would never listen again; one that nobody asked for was made by a stranger's call
    await relays.closeListeners()
    if (!this.#wanted) return
    for (const connection of await this.#candidates()) {
      const peer = connection.remotePeer.toString()
      if (this.#stopped) return
      try {
        await own.listen(`${connection.remoteAddr.toString().replace(/\/p2p\/[^/]+$/, '')}/p2p/${peer}/p2p-circuit`)
        if (this.view() === undefined) continue
        this.#refused.delete(peer)
        log.info({ relay: peer, addresses: own.relayed().map(String) }, 'others reach this node through a relay')
        return
      } catch (error) {
        this.#refused.set(peer, clock.now())
        for (const oldest of this.#refused.keys()) if (this.#refused.size > 256) this.#refused.delete(oldest)
        log.debug({ relay: peer, why: errorMessage(toError(error)) }, 'a relay gives no reservation')
        await relays.closeListeners()
      }
    }
  }

  /** Peers that serve as relays and are connected, the one that refused last at the end: a full one must not keep others away. */
  async #candidates (): Promise<Connection[]> {
    const { node } = this.#init
    const direct = node.getConnections().filter(connection => !isRelayed(connection.remoteAddr) && connection.limits === undefined)
    const serving = await Promise.all(direct.map(async connection => await serves(node, connection.remotePeer)))
    const refusedAt = (connection: Connection): number => this.#refused.get(connection.remotePeer.toString()) ?? 0
    return direct.filter((_, index) => serving[index] === true).sort((a, b) => refusedAt(a) - refusedAt(b))
  }
}

async function serves (node: Libp2p, peer: PeerId): Promise<boolean> {
  try {
    return (await node.peerStore.get(peer)).protocols.includes(RELAY_V2_HOP_CODEC)
  } catch {
    // it has gone, or has not said yet what it serves
    return false
  }
}

function relayOf (address: string): string | undefined {
  return /\/p2p\/([^/]+)\/p2p-circuit/.exec(address)?.[1]
}
