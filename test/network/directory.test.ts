import { multiaddr } from '@multiformats/multiaddr'
import { Key } from 'interface-datastore'
import { describe, expect, it, vi } from 'vitest'
import { BoundedDatastore } from '../../src/network/reach/bounded-datastore.ts'
import { DialPolicy } from '../../src/network/reach/dial-policy.ts'
import { startNode } from './support/nodes.ts'

const FOUND = { timeout: 25_000, interval: 50 }
const coordinator = { role: 'coordinator', dht: true, provides: ['coordinator'] } as const

describe('the directory', () => {
  it('leads a worker that knows one coordinator to another, and to where that one has moved', async () => {
    const bootstrap = await startNode(coordinator)
    const other = await startNode({ ...coordinator, peers: [bootstrap.address] })
    const worker = await startNode({ dht: true, peers: [bootstrap.address] })
    await vi.waitFor(() => { expect(worker.ups.map(({ peer }) => peer)).toContain(other.transport.self) }, FOUND)
    await other.transport.close()
    await vi.waitFor(() => { expect(worker.downs.map(({ peer }) => peer)).toContain(other.transport.self) }, FOUND)
    const before = worker.ups.length
    const moved = await startNode({ ...coordinator, peers: [bootstrap.address], dataDir: other.dataDir })
    expect(moved.address).not.toBe(other.address)
    await vi.waitFor(() => { expect(worker.ups.slice(before).map(({ peer }) => peer)).toContain(moved.transport.self) }, FOUND)
  }, 70_000)

  it('keeps the latest of what strangers ask it to keep', async () => {
    const store = new BoundedDatastore(3)
    for (const name of ['a', 'b', 'c', 'a', 'd']) await store.put(new Key(name), new Uint8Array([1]))
    const kept = []
    for await (const { key } of store.query({})) kept.push(key.toString())
    expect(kept.sort()).toEqual(['/a', '/c', '/d'])
  })
})

describe('what may be dialled', () => {
  const id = '12D3KooWS9DY3ACXcQSqjwvVNAjLvDRY39GZ3duUEjqQzShXYo7J'
  it('is no address of this machine or its network that a stranger names', () => {
    const policy = new DialPolicy(false)
    for (const address of ['/ip4/127.0.0.1/tcp/22', '/ip4/10.0.0.1/tcp/80', '/ip4/192.168.1.1/tcp/80', '/ip4/169.254.169.254/tcp/80', '/ip4/0.0.0.0/tcp/80', '/ip6/::1/tcp/22', '/ip6/fd00::1/tcp/80', '/ip6/fe80::1/tcp/80', '/ip6/::ffff:127.0.0.1/tcp/22', '/ip6/::ffff:7f00:1/tcp/22', '/ip6/::ffff:a00:1/tcp/22', '/ip6/64:ff9b::a00:1/tcp/22', '/ip6/::a00:1/tcp/22', '/ip6/ff02::1/tcp/22', '/ip4/224.0.0.1/tcp/22', '/ip6zone/eth0/ip6/fe80::1/tcp/22', '/unix/run%2Fdocker.sock', '/dns4/router.home/tcp/80', '/dns/localhost/tcp/80', `/ip4/10.0.0.1/tcp/80/p2p/${id}/p2p-circuit/p2p/${id}`]) {
      expect([address, policy.mayDial(multiaddr(address))]).toEqual([address, false])
    }
    expect(policy.mayDial(multiaddr('/ip4/11.22.33.44/tcp/4001'))).toBe(true)
    expect(new DialPolicy(true).mayDial(multiaddr('/ip4/127.0.0.1/tcp/22'))).toBe(true)
  })

  it('is what its owner named, at that port only', () => {
    const policy = new DialPolicy(false)
    policy.allow(multiaddr('/ip4/10.0.0.1/tcp/4001'))
    policy.allow(multiaddr('/dns4/Coordinator.home/tcp/4002'))
    policy.allow(multiaddr('/dnsaddr/boot.example.org'))
    const may = ['/ip4/10.0.0.1/tcp/4001', '/dns4/coordinator.home/tcp/4002', '/dns4/a.boot.example.org/tcp/4001']
    const mayNot = ['/ip4/10.0.0.1/tcp/80', '/ip4/10.9.9.9/tcp/4002', '/dns4/coordinator.home/tcp/80', '/dns4/evilboot.example.org/tcp/4001', '/unix/boot.example.org']
    expect([...may, ...mayNot].filter(address => policy.mayDial(multiaddr(address)))).toEqual(may)
  })

  it('stays what its owner named, however much the local network announces', () => {
    const policy = new DialPolicy(false)
    policy.allow(multiaddr('/ip4/10.0.0.1/tcp/4001'))
    for (let i = 0; i < 5000; i++) policy.allowAnnounced(multiaddr(`/ip4/10.0.0.2/tcp/${i + 1}`))
    policy.allowAnnounced(multiaddr('/dns4/router.home/tcp/80'))
    const asked = ['/ip4/10.0.0.1/tcp/4001', '/ip4/10.0.0.2/tcp/5000', '/ip4/10.0.0.2/tcp/1', '/dns4/router.home/tcp/80']
    expect(asked.map(address => policy.mayDial(multiaddr(address)))).toEqual([true, true, false, false])
  })

  it('is worth a try when it is an IP address and nothing odd follows, at most eight', () => {
    const policy = new DialPolicy(false)
    const odd = ['/dns4/example.org/tcp/80', '/ip4/11.22.33.44/tcp/80/ws', '/ip4/11.22.33.44/udp/80/quic-v1', '/unix/tmp%2Fx', `/ip4/11.22.33.44/tcp/1/p2p/${id}/p2p-circuit/p2p/${id}/p2p-circuit`]
    expect(policy.worthTrying(odd.map(address => multiaddr(address)))).toEqual([])
    expect(policy.worthTrying(Array.from({ length: 20 }, (_, i) => multiaddr(`/ip4/11.22.33.44/tcp/${i + 1}`)))).toHaveLength(8)
    expect(policy.worthTrying([multiaddr(`/ip4/11.22.33.44/tcp/1/p2p/${id}/p2p-circuit/p2p/${id}`)])).toHaveLength(1)
  })
})
