import type { Connection, PeerInfo } from '@libp2p/interface'
import type { Clock, Random } from '../../model/clock.ts'
import type { Reachability } from '../../model/reachability.ts'
import type { Logger } from '../../observe/logger.ts'
import type { NetworkNode } from '../node.ts'
import type { DialPolicy } from './dial-policy.ts'
import { DialBackServer } from './dialback-server.ts'
import { Directory } from './directory.ts'
import { PeerExchange } from './peer-exchange.ts'
import { ReachabilityCheck } from './reachability.ts'
import { RelayKeeper } from './relay-keeper.ts'

/** A coordinator that was lost is looked for this long, milliseconds: it may have moved. */
const MISSED_MS = 10 * 60_000
const MOST_MISSED = 64

export interface ReachInit {
  readonly node: NetworkNode
  readonly role: 'coordinator' | 'worker'
  /** many nodes on one machine */
  readonly local: boolean
  /** part of a private network when set */
  readonly protector: ConstructorParameters<typeof DialBackServer>[0]['protector']
  /** what is said of this node in the DHT */
  readonly provides: readonly string[]
  readonly policy: DialPolicy
  /** peers with a control stream, and those of them that are coordinators */
  readonly peers: () => readonly string[]
  readonly coordinators: () => string[]
  readonly onFound: (peer: PeerInfo) => void
  readonly clock: Clock
  readonly random: Pick<Random, 'fraction'>
  readonly log: Logger
}

/** How a node finds others and is found: whether it can be dialled, by way of a relay if not, the DHT, and what peers know of each other. */
export class Reach {
  readonly #init: ReachInit
  readonly #dialBack: DialBackServer
  readonly #check: ReachabilityCheck
  readonly #keeper: RelayKeeper
  readonly #exchange: PeerExchange
  readonly #directory: Directory | undefined
  /** coordinators that were connected and are not, and since when */
  readonly #missed = new Map<string, number>()
  // others learn of a new address, one by way of a relay too, when it is known to work
  readonly #onOwnAddresses = (): void => { this.#known(this.#check.view().dialable) }

  constructor (init: ReachInit) {
    this.#init = init
    const { node, role, local, protector, provides, policy, peers, coordinators, clock, random, log } = init
    const { own, relays, dht } = node.services
    const onFound = ({ id, multiaddrs }: PeerInfo): void => { init.onFound({ id, multiaddrs: policy.worthTrying(multiaddrs) }) }
    this.#dialBack = new DialBackServer({ node, clock, log, local, ...protector === undefined ? {} : { protector } })
    this.#check = new ReachabilityCheck({ clock, random, log, local, connections: () => node.getConnections(), own, onChange: dialable => { this.#known(dialable) } })
    this.#keeper = new RelayKeeper({ node, own, relays, clock, log })
    this.#exchange = new PeerExchange({ node, clock, log, policy, coordinators, onFound })
    this.#directory = dht === undefined ? undefined : new Directory({
      node, dht, random, log, provides, onFound,
      ...role === 'worker' ? { seeks: { name: 'coordinator', satisfied: () => peers().length > 0 && !this.#missesOne(), ask: () => { this.#askAll() } } } : {}
    })
  }

  view (): Reachability {
    const relay = this.#keeper.view()
    return { ...this.#check.view(), ...relay === undefined ? {} : { relay } }
  }

  /** A peer's control stream is up, over this connection. */
  up (peer: string, connection: Connection | undefined): void {
    this.#missed.delete(peer)
    this.#check.look()
    if (this.#directory !== undefined && this.#init.role === 'worker' && connection?.direction === 'outbound') void this.#exchange.ask(connection)
  }

  /** A peer's control stream is gone. */
  down (peer: string, isCoordinator: boolean): void {
    if (!isCoordinator || this.#init.role !== 'worker') return
    this.#missed.set(peer, this.#init.clock.now())
    for (const oldest of this.#missed.keys()) if (this.#missed.size > MOST_MISSED) this.#missed.delete(oldest)
    this.#directory?.seekNow()
  }

  /** Serves others; before the node starts. */
  async serve (): Promise<void> {
    await this.#dialBack.start()
    await this.#exchange.start()
  }

  /** Begins to look; once the node has started. */
  start (): void {
    this.#check.start()
    this.#keeper.start()
    this.#init.node.addEventListener('self:peer:update', this.#onOwnAddresses)
    this.#directory?.start()
  }

  async stop (): Promise<void> {
    this.#check.stop()
    this.#init.node.removeEventListener('self:peer:update', this.#onOwnAddresses)
    await this.#directory?.stop()
    await this.#keeper.stop()
    await this.#dialBack.stop()
    await this.#exchange.stop()
  }

  #missesOne (): boolean {
    const since = this.#init.clock.now() - MISSED_MS
    for (const [peer, at] of this.#missed) if (at < since) this.#missed.delete(peer)
    return this.#missed.size > 0
  }

  #askAll (): void {
    const { node, coordinators } = this.#init
    const known = new Set(coordinators())
    const missed = this.#missesOne()
    for (const connection of node.getConnections()) if (known.has(connection.remotePeer.toString())) void this.#exchange.ask(connection, { missed })
  }

  #known (dialable: boolean | 'unknown'): void {
    // workers dial: only a coordinator is of use to others when they can dial it
    if (this.#init.role === 'coordinator' && dialable !== 'unknown') this.#keeper.want(!dialable)
    this.#directory?.reach(dialable === true, dialable === true || this.#keeper.view() !== undefined)
  }
}
