import type { Connection, Libp2p, PeerInfo, Stream } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '../../model/clock.ts'
import { errorMessage } from '../../model/errors.ts'
import { PeerList } from '../../model/messages/reach.ts'
import type { Logger } from '../../observe/logger.ts'
import { PeerFault, toError } from '../faults.ts'
import { framed, StreamReader, write } from '../stream-io.ts'
import { endpointOf, scopeOf } from './addresses.ts'
import type { DialPolicy } from './dial-policy.ts'

export const PEERS_PROTOCOL = '/nightshift/peers/1.0.0'
/** peers in one list */
export const MAX_PEERS = 16
const RECORD_BYTES = 2048
export const LIST_BYTES = MAX_PEERS * (RECORD_BYTES + 8)
const DEADLINE_MS = 5_000
/** One peer is told so often, and asked so often. */
const TELL_EVERY_MS = 10_000
const ASK_EVERY_MS = 10 * 60_000
const ASK_AGAIN_MS = 15_000
const REMEMBERED = 1024

export interface PeerExchangeInit {
  readonly node: Libp2p
  readonly clock: Clock
  readonly log: Logger
  readonly policy: DialPolicy
  /** ids of the coordinators this node is connected to */
  readonly coordinators: () => readonly string[]
  readonly onFound: (peer: PeerInfo) => void
}

/** Tells peers of coordinators, and asks them. Who is told of is told of in its own words; that it is a coordinator it must say itself. */
export class PeerExchange {
  readonly #init: PeerExchangeInit
  readonly #stop = new AbortController()
  readonly #told = new Map<string, number>()
  readonly #asked = new Map<string, number>()

  constructor (init: PeerExchangeInit) {
    this.#init = init
  }

  async start (): Promise<void> {
    await this.#init.node.handle(PEERS_PROTOCOL, async (stream, connection) => { await this.#tell(stream, connection) }, { maxInboundStreams: 2, maxOutboundStreams: 2, runOnLimitedConnection: true })
  }

  async stop (): Promise<void> {
    this.#stop.abort(new Error('the node is closing'))
    await this.#init.node.unhandle(PEERS_PROTOCOL)
  }

  /** Asks a peer whom it knows, unless it was asked within ten minutes, or 15 s when somebody is missed. Never rejects. */
  async ask (connection: Connection, { missed = false } = {}): Promise<void> {
    const { clock, log, onFound, policy } = this.#init
    const peer = connection.remotePeer.toString()
    if (this.#stop.signal.aborted || !mayNow(this.#asked, peer, clock.now(), missed ? ASK_AGAIN_MS : ASK_EVERY_MS)) return
    const signal = this.#deadline()
    let stream: Stream | undefined
    try {
      stream = await connection.newStream(PEERS_PROTOCOL, { signal, maxOutboundStreams: 2, runOnLimitedConnection: true })
      const reader = new StreamReader(stream, LIST_BYTES)
      // an answer that came before there is a reader would be lost: the other side waits to be asked
      await write(stream, framed(new Uint8Array(0)), signal)
      const bytes = await reader.readMessage(LIST_BYTES, signal)
      await stream.close({ signal })
      for (const { id, multiaddrs } of bytes === undefined ? [] : await readPeers(bytes)) {
        if (id.equals(this.#init.node.peerId)) continue
        for (const address of multiaddrs) if (onTheNetworkOf(connection.remoteAddr, address)) policy.allowAnnounced(address)
        const worth = policy.worthTrying(multiaddrs)
        if (worth.length > 0) onFound({ id, multiaddrs: worth })
      }
    } catch (error) {
      stream?.abort(toError(error))
      log.debug({ peer, why: errorMessage(toError(error)) }, 'a peer did not say whom it knows')
    }
  }

  async #tell (stream: Stream, connection: Connection): Promise<void> {
    const { clock, log } = this.#init
    const peer = connection.remotePeer.toString()
    try {
      if (!mayNow(this.#told, peer, clock.now(), TELL_EVERY_MS)) throw new Error('it was told already, a moment ago')
      const signal = this.#deadline()
      await new StreamReader(stream, 16).readMessage(0, signal)
      await write(stream, framed(PeerList.encode({ records: await this.#records(peer) })), signal)
      await stream.close({ signal })
    } catch (error) {
      stream.abort(toError(error))
      log.debug({ peer, why: errorMessage(toError(error)) }, 'a peer was not told of others')
    }
  }

  /** What coordinators have signed of themselves, as identify brought it. */
  async #records (notOf: string): Promise<Uint8Array<ArrayBuffer>[]> {
    const { node, coordinators } = this.#init
    const wanted = coordinators().filter(id => id !== notOf)
    const connected = new Map(node.getConnections().map(({ remotePeer }) => [remotePeer.toString(), remotePeer]))
    const records: Uint8Array<ArrayBuffer>[] = []
    for (const id of wanted.flatMap(text => connected.get(text) ?? [])) {
      const record = (await node.peerStore.get(id)).peerRecordEnvelope
      if (record !== undefined && record.length <= RECORD_BYTES) records.push(Uint8Array.from(record))
      if (records.length === MAX_PEERS) break
    }
    return records
  }

  #deadline (): AbortSignal {
    return AbortSignal.any([this.#stop.signal, AbortSignal.timeout(DEADLINE_MS)])
  }
}

/** Reads a list of peers; one that is not signed by the peer it is of is left out. Throws a PeerFault when it is no list. */
export async function readPeers (bytes: Uint8Array): Promise<PeerInfo[]> {
  const { records } = decoded(bytes)
  const read = await Promise.allSettled(records.map(async record => {
    if (record.length > RECORD_BYTES) throw new Error('too long')
    const envelope = await RecordEnvelope.openAndCertify(record, PeerRecord.DOMAIN)
    const { peerId, multiaddrs } = PeerRecord.createFromProtobuf(envelope.payload)
    if (!peerIdFromPublicKey(envelope.publicKey).equals(peerId)) throw new Error('signed by somebody else')
    return { id: peerId, multiaddrs }
  }))
  return read.flatMap(result => result.status === 'fulfilled' ? [result.value] : [])
}

function decoded (bytes: Uint8Array): PeerList {
  try {
    return PeerList.decode(bytes, { limits: { records: MAX_PEERS } })
  } catch (error) {
    throw new PeerFault('FRAME_MALFORMED', `a list of peers cannot be read: ${errorMessage(error)}`, error)
  }
}

/** Whether an address is on the private network that the peer who named it is on, as far as its own address shows: the same 256 addresses. */
function onTheNetworkOf (teller: Multiaddr, address: Multiaddr): boolean {
  const [from, to] = [endpointOf(teller), endpointOf(address)]
  if (from === undefined || to === undefined || scopeOf(from.ip) !== 'private' || scopeOf(to.ip) !== 'private') return false
  const network = (ip: string): string | undefined => /^(\d+\.\d+\.\d+)\.\d+$/.exec(ip)?.[1]
  return network(from.ip) !== undefined && network(from.ip) === network(to.ip)
}

function mayNow (times: Map<string, number>, peer: string, now: number, everyMs: number): boolean {
  const last = times.get(peer)
  if (last !== undefined && now - last < everyMs) return false
  times.delete(peer)
  times.set(peer, now)
  for (const oldest of times.keys()) if (times.size > REMEMBERED) times.delete(oldest)
  return true
}
