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
import { createNode } from './node.ts'
import type { NetworkNode, Profile } from './node.ts'
import { Traffic } from './traffic.ts'
import { RoundTrips } from './rtt.ts'

export { loadIdentity } from './identity.ts'
export type { Identity } from './identity.ts'
export type { Authorize } from './blob-server.ts'
export type { Profile } from './node.ts'

export interface TransportOptions {
  /** folder of `identity.key` */
  readonly dataDir: string
  /** multiaddrs to listen on; none for a node that only dials */
  readonly listen: readonly string[]
  /** further addresses to tell peers, such as a forwarded port */
  readonly announce?: readonly string[]
  /** multiaddrs of peers to stay connected to, with or without `/p2p/<id>` */
  readonly peers: readonly string[]
  /** find peers on the local network; a worker also dials the coordinators it finds */
  readonly mdns: boolean
  /** `local` lifts the limits per address, for many nodes on one machine */
  readonly profile: Profile
  readonly role: 'coordinator' | 'worker'
  /** what to say of this node; asked for every control stream */
  readonly hello: () => Hello
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
  let frames = 0
  const node = await createNode({
    privateKey: identity.privateKey,
    listen: options.listen,
    announce: options.announce ?? [],
    profile: options.profile,
    bans,
    traffic,
    onDiscovered: options.mdns ? peer => { if (options.role === 'worker') dialer.discovered(peer) } : undefined
  })
  const dialer = new Dialer({ node, clock, random: { fraction: Math.random }, log })
  let open: () => void = () => undefined
  const ready = new Promise<void>(resolve => { open = resolve })
  const control: Control = new Control({
    node,
    context: { self: identity.peerId, key: signingKey(identity.privateKey.raw), hello: options.hello, clock, counted: () => { frames++ } },
    bans,
    log,
    ready,
    events: {
      ...options.events,
      onPeerUp: (peer, hello) => {
        const connection = control.session(peer)?.connection
        if (hello.role === options.role && dialer.unwanted(peer)) void control.close(peer)
        else if (connection !== undefined) void roundTrips.up(connection)
        options.events.onPeerUp(peer, hello)
      },
      onPeerDown: (peer, why) => {
        roundTrips.down(peer)
        options.events.onPeerDown(peer, why)
      }
    }
  })
  const roundTrips = new RoundTrips(node, () => control.connections(), log)
  const server = new BlobServer({
    node, log, blobs: options.blobs, authorize: options.authorize ?? (() => true),
    onFault: (peer, fault) => { void control.punish(peer, fault) }
  })
  const client = new BlobClient(new BlobStreams(node))
  const close = async (): Promise<void> => {
    dialer.stop()
    roundTrips.stop()
    client.close()
    await control.stop()
    await server.stop()
    await node.stop()
  }
  try {
    await control.start()
    await server.start()
    await startNode(node, options.listen)
  } catch (error) {
    await close()
    throw error
  }
  dialer.start(peers)
  setImmediate(open)
  return {
    self: identity.peerId,
    traffic: () => traffic.bytes,
    frames: () => frames,
    addresses: () => node.getMultiaddrs().map(String),
    peers: () => control.peers(),
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
