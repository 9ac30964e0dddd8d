import './polyfill.ts'
import type { Clock } from '../model/clock.ts'
import { errorMessage, NightshiftError } from '../model/errors.ts'
import type { Hello } from '../model/messages/control.ts'
import { signingKey } from '../model/messages/signing.ts'
import type { BlobStore } from '../model/store.ts'
import type { Transport, TransportEvents } from '../model/transport.ts'
import type { Logger } from '../observe/logger.ts'
import { Bans } from './bans.ts'
import { BlobClient } from './blob-client.ts'
import { BlobServer } from './blob-server.ts'
import type { Authorize } from './blob-server.ts'
import { BlobStreams } from './blob-streams.ts'
import { Control } from './control.ts'
import { Dialer, parseAddresses } from './dialer.ts'
import { PeerFault } from './faults.ts'
import { loadIdentity } from './identity.ts'
import { Liveness } from './liveness.ts'
import { loadNetworkKey } from './network-key.ts'
import { Introductions } from './introductions.ts'
import { createNode } from './node.ts'
import type { NetworkNode, Profile } from './node.ts'
import { DialPolicy } from './reach/dial-policy.ts'
import { Reach } from './reach/reach.ts'
import { Traffic } from './traffic.ts'
import { RoundTrips } from './rtt.ts'

export { BandwidthMeter } from './bandwidth.ts'
export { loadIdentity } from './identity.ts'
export type { Identity } from './identity.ts'
export type { Authorize } from './blob-server.ts'
export type { Profile } from './node.ts'

/** How a node reaches others and is reached, beyond the addresses it is told to dial. */
export interface ReachOptions {
  /** further addresses to tell peers, such as a forwarded port */
  readonly announce?: readonly string[]
  /** serve as a relay for nodes that cannot be dialled; default false */
  readonly serveRelay?: boolean
  /** look for coordinators in the DHT and ask peers for them, and say in the DHT what this node is; default: not with the profile `local` */
  readonly dht?: boolean
  /** ask the router to forward the port, by UPnP; default false */
  readonly upnp?: boolean
  /** file with the key of the private network this node is part of; default: none */
  readonly networkKey?: string
}

export interface TransportOptions extends ReachOptions {
  /** folder of `identity.key` */
  readonly dataDir: string
  /** multiaddrs to listen on; none for a node that only dials */
  readonly listen: readonly string[]
  /** multiaddrs of peers to stay connected to, with or without `/p2p/<id>` */
  readonly peers: readonly string[]
  /** find peers on the local network; a worker also dials the coordinators it finds */
  readonly mdns: boolean
  /** `local` lifts the limits per address, for many nodes on one machine */
  readonly profile: Profile
  readonly role: 'coordinator' | 'worker'
  /** what to say of this node; asked for every control stream */
  readonly hello: () => Hello
  /** what is said of this node in the DHT, such as `coordinator` or `worker/wasm`; default nothing */
  readonly provides?: readonly string[]
  /** content served to peers */
  readonly blobs: BlobStore
  readonly events: TransportEvents
  readonly log: Logger
  /** the system's clock by default */
  readonly clock?: Clock
  /** who may fetch what; everybody everything by default */
  readonly authorize?: Authorize
}

/**
 * Joins the network. No event is delivered before the caller has had its turn
 * with the returned transport, and none after `close` was called.
 *
 * @throws NS_E_DATA_CORRUPT when the identity is damaged, NS_E_CONFIG when an address is wrong or taken
 */
export async function openTransport (options: TransportOptions): Promise<Transport> {
  const { log } = options
  const clock = options.clock ?? { now: () => Date.now() }
  const peers = parseAddresses(options.peers)
  parseAddresses([...options.listen, ...options.announce ?? []])
  const identity = await loadIdentity(options.dataDir)
  const bans = new Bans(clock)
  const traffic = new Traffic()
  const protector = options.networkKey === undefined ? undefined : await loadNetworkKey(options.networkKey)
  const local = options.profile === 'local'
  const discovers = options.dht ?? !local
  const policy = new DialPolicy(local)
  for (const address of peers) policy.allow(address)
  let frames = 0
  const node = await createNode({
    privateKey: identity.privateKey,
    listen: options.listen,
    announce: options.announce ?? [],
    profile: options.profile,
    bans,
    traffic,
    policy,
    protector,
    upnp: options.upnp === true,
    dht: discovers,
    serveRelay: options.serveRelay === true,
    onDiscovered: options.mdns ? peer => {
      if (options.role !== 'worker') return
      // the network a node is on names its own addresses
      for (const address of peer.multiaddrs.slice(0, 8)) policy.allowAnnounced(address)
      dialer.discovered(peer)
    } : undefined
  })
  const random = { fraction: Math.random }
  const dialer = new Dialer({ node, clock, random, log, inPrivate: protector !== undefined })
  const introductions = new Introductions()
  let open: () => void = () => undefined
  const ready = new Promise<void>(resolve => { open = resolve })
  const control: Control = new Control({
    node,
    context: { self: identity.peerId, key: signingKey(identity.privateKey.raw), hello: () => ({ ...options.hello(), sentAt: Date.now() }), clock, counted: () => { frames++ } },
    bans,
    log,
    ready,
    onFault: (peer, { message: why, remedy }) => { dialer.part(peer, { why, remedy }) },
    useful: (peer, hello) => hello.role !== options.role || dialer.seeks(peer),
    events: {
      ...options.events,
      onPeerUp: (peer, hello) => {
        const connection = control.session(peer)?.connection
        if (connection !== undefined) void roundTrips.up(connection)
        introductions.up(peer, hello)
        reach.up(peer, connection)
        options.events.onPeerUp(peer, hello)
        // last: it is down before this returns
        if (hello.role === options.role && dialer.unwanted(peer)) void control.close(peer)
      },
      onPeerDown: (peer, why) => {
        roundTrips.down(peer)
        reach.down(peer, introductions.role(peer) === 'coordinator')
        introductions.down(peer)
        options.events.onPeerDown(peer, why)
      }
    }
  })
  const reach = new Reach({
    node, role: options.role, local, protector, provides: options.provides ?? [], policy, clock, random, log,
    peers: () => control.peers(),
    coordinators: () => control.peers().filter(peer => control.session(peer)?.hello.role === 'coordinator'),
    onFound: peer => { dialer.discovered(peer) }
  })
  const roundTrips = new RoundTrips(node, () => control.connections(), log)
  const liveness = new Liveness({
    clock,
    sessions: () => control.sessions(),
    ping: async ({ connection }, signal) => await node.services.ping.ping(connection.remotePeer, { signal }),
    onDead: ({ peer }, quietMs) => { void control.close(peer, `no sign of life for ${Math.round(quietMs / 1000)} s`) }
  })
  const server = new BlobServer({
    node, log, blobs: options.blobs, authorize: options.authorize ?? (() => true),
    onFault: (peer, fault) => { void control.punish(peer, fault) }
  })
  const client = new BlobClient(new BlobStreams(node))
  const close = async (): Promise<void> => {
    dialer.stop()
    roundTrips.stop()
    liveness.stop()
    client.close()
    await control.stop()
    await server.stop()
    await reach.stop()
    await node.stop()
  }
  try {
    await control.start()
    await server.start()
    await reach.serve()
    await startNode(node, options.listen)
  } catch (error) {
    await close()
    throw error
  }
  dialer.start(peers)
  reach.start()
  setImmediate(open)
  return {
    self: identity.peerId,
    traffic: () => traffic.bytes,
    addresses: () => node.services.own.all(),
    reachability: () => reach.view(),
    frames: () => frames,
    peers: () => control.peers(),
    unreached: () => dialer.unreached(),
    introductions: () => introductions.all(peer => roundTrips.get(peer)),
    rtt: peer => roundTrips.get(peer),
    send: (peer, message) => control.send(peer, message),
    fetch: async (peer, ref, into, signal) => { await client.fetch(peer, ref, into, signal) },
    disconnect: async (peer, why) => { await control.punish(peer, new PeerFault('MISBEHAVED', why)) },
    close
  }
}

async function startNode (node: NetworkNode, listen: readonly string[]): Promise<void> {
  try {
    await node.start()
  } catch (error) {
    throw new NightshiftError('NS_E_CONFIG', `this node cannot listen on ${listen.join(', ')}: ${errorMessage(error)}`, {
      remedy: 'choose another address or port, or end the process that uses it; port 0 takes any free one',
      cause: error
    })
  }
}
