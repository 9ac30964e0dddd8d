import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { DialBackOutcome, DialBackRefusal, DialBackRequest, DialBackResponse } from '../../src/model/messages/reach.ts'
import { hostNetwork } from '../../src/network/reach/addresses.ts'
import { DialBackRate } from '../../src/network/reach/dialback-rate.ts'
import { DIALBACK_PROTOCOL, planDials } from '../../src/network/reach/dialback-server.ts'
import { framed, StreamReader } from '../../src/network/stream-io.ts'
import { startNode } from './support/nodes.ts'
import { rawPeer } from './support/raw-peer.ts'
import type { RawPeer } from './support/raw-peer.ts'
import type { TestNode } from './support/nodes.ts'

async function ask (peer: RawPeer, of: TestNode, request: Uint8Array): Promise<DialBackResponse | undefined> {
  const connection = await peer.node.dial(multiaddr(of.address))
  const stream = await connection.newStream(DIALBACK_PROTOCOL)
  const reader = new StreamReader(stream)
  stream.send(framed(request))
  const bytes = await reader.readMessage(8192, AbortSignal.timeout(10_000))
  await stream.close()
  return bytes === undefined ? undefined : DialBackResponse.decode(bytes)
}

describe('dial-back', () => {
  it('tells both ends of a connection that they can be dialled', async () => {
    const coordinator = await startNode({ role: 'coordinator' })
    const worker = await startNode({ peers: [coordinator.address] })
    for (const node of [worker, coordinator]) await vi.waitFor(() => { expect(node.transport.reachability().dialable).toBe(true) }, { timeout: 10_000 })
    expect(worker.transport.reachability()).toMatchObject({
      checkedAt: expect.any(Number) as number,
      addresses: [{ address: worker.address.replace(/\/p2p\/.*/, ''), dialable: true, by: coordinator.transport.self, reason: expect.stringContaining('answered by this node') as string }]
    })
  })

  it('knows without asking that a node that listens nowhere cannot be dialled, and says nothing before anybody was asked', async () => {
    const alone = await startNode()
    expect(alone.transport.reachability()).toEqual({ dialable: 'unknown', addresses: [] })
    const mute = await startNode({ listen: [] })
    await vi.waitFor(() => { expect(mute.transport.reachability().dialable).toBe(false) }, { timeout: 5_000 })
  })

  it('says of each address why it does not work, and tells nobody of it any more', async () => {
    const closed = await unusedPort()
    const coordinator = await startNode({ role: 'coordinator' })
    const worker = await startNode({ peers: [coordinator.address], announce: [`/ip4/127.0.0.1/tcp/${closed}`, '/ip4/10.255.0.1/tcp/4001'] })
    await vi.waitFor(() => { expect(worker.transport.reachability().addresses.length).toBeGreaterThan(2) }, { timeout: 10_000 })
    const found = new Map(worker.transport.reachability().addresses.map(known => [known.address, known]))
    expect(found.get(`/ip4/127.0.0.1/tcp/${closed}`)).toMatchObject({ dialable: false, reason: expect.stringContaining('refused') as string })
    expect(found.get('/ip4/127.0.0.1/tcp/4001')).toMatchObject({ dialable: false })
    expect(found.get('/ip4/10.255.0.1/tcp/4001')).toMatchObject({ dialable: 'unknown', reason: expect.stringContaining('another IP address') as string })
    const asker = await rawPeer()
    await asker.node.dial(multiaddr(worker.address))
    const told = await vi.waitFor(async () => {
      const { addresses } = await asker.node.peerStore.get((await asker.node.dial(multiaddr(worker.address))).remotePeer)
      expect(addresses.length).toBeGreaterThan(0)
      return addresses.map(({ multiaddr: address }) => address.toString())
    })
    expect(told).not.toContain(`/ip4/127.0.0.1/tcp/${closed}`)
  })

  it('notices that somebody else answers at an address', async () => {
    const stranger = await startNode()
    const port = Number(/tcp\/(\d+)/.exec(stranger.address)?.[1])
    const coordinator = await startNode({ role: 'coordinator' })
    const response = await ask(await rawPeer(), coordinator, DialBackRequest.encode({ addresses: [`/ip4/127.0.0.1/tcp/${port}`] }))
    expect(response?.results).toEqual([{ address: `/ip4/127.0.0.1/tcp/${port}`, outcome: DialBackOutcome.WRONG_PEER }])
  })

  it('dials nothing but the IP address a request came from, whatever is claimed', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    const claim = fc.oneof(
      fc.tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 65_535 })).map(([a, b, c, d, port]) => `/ip4/${a}.${b}.${c}.${d}/tcp/${port}`),
      fc.integer({ min: 1, max: 65_535 }).map(port => `/ip6/::1/tcp/${port}`),
      fc.constant('/dns4/example.org/tcp/80'), fc.constant('/unix/tmp/socket'), fc.string()
    )
    fc.assert(fc.property(fc.array(claim, { maxLength: 16 }), claims => {
      const { dials } = planDials(claims, '192.0.2.7')
      expect(dials.length).toBeLessThanOrEqual(4)
      for (const dial of dials) expect(dial).toMatch(/^\/ip4\/192\.0\.2\.7\/tcp\/[1-9]\d*$/)
    }))
  })

  it('tries no port of this machine for a peer that comes from it, by a proxy perhaps', async () => {
    const node = await startNode({ role: 'coordinator', profile: 'open' })
    const address = `/ip4/127.0.0.1/tcp/${await unusedPort()}`
    const response = await ask(await rawPeer(), node, DialBackRequest.encode({ addresses: [address] }))
    expect(response?.results).toEqual([{ address, outcome: DialBackOutcome.NOT_YOURS }])
  })

  it('serves others while one asks all the time', () => {
    const rate = new DialBackRate(0)
    const admitted = Array.from({ length: 100 }, () => rate.admits('192.0.2.7', 0)).filter(Boolean)
    expect(admitted).toHaveLength(4)
    expect([rate.admits('192.0.2.8', 0), rate.admits('192.0.2.9', 0)]).toEqual([true, true])
    expect(Array.from({ length: 20 }, (_, i) => rate.admits(`192.0.2.${i + 10}`, 0)).filter(Boolean), 'and no more than eight at once of all').toHaveLength(2)
    expect(rate.admits('192.0.2.29', 1000), 'who was refused has lost nothing').toBe(true)
  })

  it('counts the addresses of one IPv6 network as one host, however they are written', () => {
    const rate = new DialBackRate(0)
    const written = ['2001:db8:0:7::1', '2001:db8::7:0:0:0:1', '2001:0DB8:0000:0007:ffff:ffff:ffff:ffff', '2001:db8:0:7:1::192.0.2.1', '2001:db8::7:5:0:0:2', '2001:db8:0:7::']
    expect(written.filter(ip => rate.admits(ip, 0))).toHaveLength(4)
    expect(['2001:db8:0:8::1', '2001:db8::1', '192.0.2.7'].map(ip => rate.admits(ip, 0)), 'its neighbours have lost nothing').toEqual([true, true, true])
    expect(new Set(['2001:db8::1', '2001:db8:1::1', '2001:db8:0:1::', '::1', '1::', '::1:0:0:0:0', '192.0.2.7', '192.0.2.8'].map(hostNetwork)).size).toBe(8)
  })

  it('believes of one peer one other IP address at most, with a port of its own', async () => {
    const liar = await rawPeer()
    const lies = ['/ip4/198.18.0.1/tcp/PORT', '/ip4/11.1.1.1/tcp/PORT', '/ip4/12.1.1.1/tcp/PORT', '/ip4/198.18.0.1/tcp/22', '/dns4/example.org/tcp/PORT', 'no address', '/ip4/198.18.0.1/tcp/PORT/ws']
    await liar.node.handle(DIALBACK_PROTOCOL, async stream => {
      const request = DialBackRequest.decode(await new StreamReader(stream).readMessage(8192) ?? new Uint8Array())
      const port = /\d+$/.exec(request.addresses[0] ?? '')?.[0] ?? ''
      stream.send(framed(DialBackResponse.encode({ refusal: DialBackRefusal.SERVED, results: lies.map(lie => ({ address: lie.replace('PORT', port), outcome: DialBackOutcome.DIALED })) })))
      await stream.close()
    })
    const node = await startNode({ peers: [liar.node.getMultiaddrs()[0]?.toString() ?? ''] })
    await vi.waitFor(() => { expect(node.transport.reachability().checkedAt).toBeDefined() }, { timeout: 10_000 })
    expect(node.transport.reachability().addresses.map(({ address }) => address.replace(/\d+$/, 'PORT'))).toEqual(['/ip4/198.18.0.1/tcp/PORT'])
  })

  it('refuses more addresses than anybody has, and who asks too often', async () => {
    const node = await startNode({ role: 'coordinator', profile: 'open' })
    const peer = await rawPeer()
    await expect(ask(peer, node, DialBackRequest.encode({ addresses: Array.from({ length: 17 }, (_, i) => `/ip4/127.0.0.1/tcp/${i + 1}`) }))).rejects.toThrow()
    await expect(ask(peer, node, new Uint8Array([255, 255]))).rejects.toThrow()
    const refusals: (DialBackRefusal | undefined)[] = []
    for (let i = 0; i < 6; i++) refusals.push((await ask(peer, node, DialBackRequest.encode({ addresses: [] })))?.refusal)
    expect(refusals.slice(0, 4)).toEqual(Array(4).fill(DialBackRefusal.SERVED))
    expect(refusals.at(-1)).toBe(DialBackRefusal.BUSY)
  })
})

async function unusedPort (): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  await new Promise<void>(resolve => { server.close(() => { resolve() }) })
  return port
}
