import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it, vi } from 'vitest'
import { PeerList } from '../../src/model/messages/reach.ts'
import { DialPolicy } from '../../src/network/reach/dial-policy.ts'
import { LIST_BYTES, MAX_PEERS, PEERS_PROTOCOL, PeerExchange, readPeers } from '../../src/network/reach/peer-exchange.ts'
import { framed, StreamReader } from '../../src/network/stream-io.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { startNode } from './support/nodes.ts'
import { rawPeer } from './support/raw-peer.ts'

const SOON = { timeout: 15_000, interval: 50 }

async function signedRecord (of = generateKeyPair('Ed25519'), by = of, addresses: readonly string[] = ['/ip4/11.22.33.44/tcp/4001']): Promise<Uint8Array<ArrayBuffer>> {
  const record = new PeerRecord({ peerId: peerIdFromPrivateKey(await of), multiaddrs: addresses.map(address => multiaddr(address)) })
  return Uint8Array.from((await RecordEnvelope.seal(record, await by)).marshal())
}

describe('peers', () => {
  it('tell a worker of the coordinators they know, which it then dials itself', async () => {
    const first = await startNode({ role: 'coordinator' })
    const second = await startNode({ role: 'coordinator', peers: [first.address] })
    await vi.waitFor(() => { expect(first.transport.peers()).toContain(second.transport.self) }, SOON)
    const worker = await startNode({ dht: true, peers: [first.address] })
    await vi.waitFor(() => { expect(worker.ups.map(({ peer }) => peer)).toContain(second.transport.self) }, SOON)
  }, 30_000)

  it('are told once in a while, not as often as they like', async () => {
    const node = await startNode({ role: 'coordinator' })
    const peer = await rawPeer()
    const connection = await peer.node.dial(multiaddr(node.address))
    const ask = async (): Promise<Uint8Array | undefined> => {
      const stream = await connection.newStream(PEERS_PROTOCOL)
      const reader = new StreamReader(stream)
      stream.send(framed(new Uint8Array(0)))
      return await reader.readMessage(LIST_BYTES, AbortSignal.timeout(5_000))
    }
    expect(PeerList.decode(await ask() ?? expect.fail('no answer'))).toEqual({ records: [] })
    await expect(ask()).rejects.toThrow()
  })

  it('are believed only what the one told of has signed', async () => {
    const [honest, liar] = [generateKeyPair('Ed25519'), generateKeyPair('Ed25519')]
    const good = await signedRecord(honest)
    const forged = await signedRecord(honest, liar)
    const broken = Uint8Array.from(good, (byte, index) => index === good.length - 5 ? byte ^ 1 : byte)
    const found = await readPeers(PeerList.encode({ records: [forged, broken, new Uint8Array(3000), new Uint8Array([1, 2, 3]), good] }))
    expect(found.map(({ id }) => id.toString())).toEqual([peerIdFromPrivateKey(await honest).toString()])
    await expect(readPeers(PeerList.encode({ records: Array.from({ length: MAX_PEERS + 1 }, () => good) }))).rejects.toMatchObject({ code: 'NS_E_PROTOCOL' })
    await expect(readPeers(new Uint8Array([255]))).rejects.toMatchObject({ code: 'NS_E_PROTOCOL' })
  })

  it('cannot name addresses of the machine or the network of who asks them', async () => {
    const [asker, liar] = [await rawPeer(), await rawPeer()]
    const list = PeerList.encode({ records: [
      await signedRecord(undefined, undefined, ['/ip4/127.0.0.1/tcp/22', '/ip4/192.168.1.1/tcp/80']),
      await signedRecord(undefined, undefined, ['/ip4/127.0.0.1/tcp/22', '/ip4/11.22.33.44/tcp/4001'])
    ] })
    await liar.node.handle(PEERS_PROTOCOL, async stream => {
      stream.send(framed(list))
      await stream.close()
    })
    const found: string[][] = []
    const exchange = new PeerExchange({
      node: asker.node, clock: { now: () => 0 }, log: createLogger('silent'), policy: new DialPolicy(false), coordinators: () => [],
      onFound: ({ multiaddrs }) => { found.push(multiaddrs.map(String)) }
    })
    const connection = await asker.node.dial(liar.node.getMultiaddrs())
    await exchange.ask(connection)
    expect(found).toEqual([['/ip4/11.22.33.44/tcp/4001']])
    await exchange.ask(connection)
    expect(found, 'and is not asked again at once').toHaveLength(1)
  })

  it('leaves no stream behind when the answer is too long', async () => {
    const [asker, liar] = [await rawPeer(), await rawPeer()]
    await liar.node.handle(PEERS_PROTOCOL, async stream => {
      await new StreamReader(stream).readMessage(0)
      stream.send(new Uint8Array([255, 255, 255, 127]))
    })
    const exchange = new PeerExchange({
      node: asker.node, clock: { now: () => 0 }, log: createLogger('silent'), policy: new DialPolicy(false), coordinators: () => [], onFound: () => undefined
    })
    const connection = await asker.node.dial(liar.node.getMultiaddrs())
    await exchange.ask(connection)
    expect(connection.streams.filter(({ protocol }) => protocol === PEERS_PROTOCOL)).toEqual([])
  })
})
