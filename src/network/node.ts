import './polyfill.ts'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify, identifyPush } from '@libp2p/identify'
import type { Identify } from '@libp2p/identify'
import type { Libp2p, PeerDiscovery, PeerInfo, PrivateKey } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'
import { mdns } from '@libp2p/mdns'
import type { MulticastDNSComponents } from '@libp2p/mdns'
import { ping } from '@libp2p/ping'
import type { Ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { uPnPNAT } from '@libp2p/upnp-nat'
import { createLibp2p } from 'libp2p'
import type { Bans } from './bans.ts'
import { directoryService } from './reach/directory.ts'
import type { DialPolicy } from './reach/dial-policy.ts'
import { OwnAddresses } from './reach/own-addresses.ts'
import type { Protector } from './reach/probe.ts'
import { RelayTransport, relayServer } from './reach/relay-transport.ts'
import type { Traffic } from './traffic.ts'

const MIB = 2 ** 20

/** Whether many peers may share one address: a cluster on one machine, or strangers. */
export type Profile = 'local' | 'open'

export interface NodeServices extends Record<string, unknown> {
  identify: Identify
  ping: Ping
  dht?: KadDHT
  own: OwnAddresses
  relays: RelayTransport
}

export type NetworkNode = Libp2p<NodeServices>

export interface NodeInit {
  readonly privateKey: PrivateKey
  readonly listen: readonly string[]
  readonly announce: readonly string[]
  readonly profile: Profile
  readonly bans: Pick<Bans, 'has'>
  readonly traffic: Traffic
  /** What may be dialled; default everything. */
  readonly policy?: DialPolicy
  /** The layer of a private network; default none. */
  readonly protector?: Protector
  /** Whether to ask the router to forward the port; default false. */
  readonly upnp?: boolean
  /** Whether to take part in the DHT; default false. */
  readonly dht?: boolean
  /** Whether to serve as a relay; default false. */
  readonly serveRelay?: boolean
  /** Called for every peer seen on the local network; no discovery when absent. */
  readonly onDiscovered?: (peer: PeerInfo) => void
}

/** A libp2p node with this project's limits, not yet started. */
export async function createNode (init: NodeInit): Promise<NetworkNode> {
  const { bans } = init
  const local = init.profile === 'local'
  const relays = new RelayTransport()
  const node: NetworkNode = await createLibp2p<NodeServices>({
    start: false,
    privateKey: init.privateKey,
    metrics: () => init.traffic.metrics(),
    addresses: { listen: [...init.listen], appendAnnounce: [...init.announce], announceFilter: addresses => node.services.own.announced(addresses) },
    transports: [tcp({ maxConnections: local ? 4000 : 400, backlog: local ? 1024 : 128 }), relays.create],
    ...init.protector === undefined ? {} : { connectionProtector: init.protector },
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({
      maxInboundStreams: 256,
      maxOutboundStreams: 256,
      // initialStreamWindowSize must stay: it is not negotiated
      streamOptions: { maxStreamWindowSize: 4 * MIB, maxReadBufferLength: 8 * MIB }
    })],
    connectionManager: {
      maxConnections: local ? 3000 : 300,
      maxIncomingPendingConnections: local ? 1000 : 128,
      inboundConnectionThreshold: local ? Infinity : 10,
      inboundUpgradeTimeout: local ? 10_000 : 3000,
      dialTimeout: 10_000
    },
    connectionMonitor: { abortConnectionOnPingFailure: false },
    connectionGater: {
      denyDialMultiaddr: address => init.policy !== undefined && !init.policy.mayDial(address),
      denyDialPeer: peer => bans.has(peer.toString()),
      denyInboundEncryptedConnection: peer => bans.has(peer.toString()),
      denyOutboundEncryptedConnection: peer => bans.has(peer.toString())
    },
    peerDiscovery: init.onDiscovered === undefined ? [] : [localDiscovery(init.onDiscovered)],
    services: {
      identify: identify(),
      ping: ping({ maxInboundStreams: 16, maxOutboundStreams: 16 }),
      // what changes after peers have met, such as part in the DHT and addresses, they hear of by a push
      ...init.dht === true ? { dht: directoryService(local), identifyPush: identifyPush() } : {},
      own: components => new OwnAddresses(components),
      relays: () => relays,
      ...init.upnp === true ? { upnp: uPnPNAT() } : {},
      ...init.serveRelay === true ? { relay: relayServer } : {}
    }
  })
  return node
}

// libp2p itself reports a peer once only; the service reports it whenever it is seen, so that a lost one is found again
function localDiscovery (onDiscovered: (peer: PeerInfo) => void): (components: MulticastDNSComponents) => PeerDiscovery {
  return components => {
    const service = mdns()(components)
    service.addEventListener('peer', event => { onDiscovered(event.detail) })
    return service
  }
}
