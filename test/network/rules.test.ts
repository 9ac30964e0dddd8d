import { peerIdFromString } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { backoff } from '../../src/network/backoff.ts'
import { Bans } from '../../src/network/bans.ts'
import { Dialer } from '../../src/network/dialer.ts'
import { multiaddr } from '@multiformats/multiaddr'
import { TokenBucket } from '../../src/network/token-bucket.ts'
import { startNode, until } from './support/nodes.ts'
import { rawPeer } from './support/raw-peer.ts'

describe('backoff', () => {
  it('doubles from 0.2 s to 30 s, less up to a half', () => {
    expect([0, 1, 2, 20, 5000].map(failures => backoff(failures, 0))).toEqual([200, 400, 800, 30_000, 30_000])
    expect(backoff(1, 0.999)).toBeGreaterThan(200)
  })
})

describe('bans', () => {
  it('needs three offences close together, and ends', () => {
    let now = 0
    const bans = new Bans({ now: () => now })
    expect([bans.offend('p'), bans.offend('p'), bans.has('p')]).toEqual([false, false, false])
    now += 11 * 60_000
    expect([bans.offend('p'), bans.offend('p'), bans.offend('p'), bans.has('p'), bans.has('q')]).toEqual([false, false, true, true, false])
    now += 5 * 60_000
    expect(bans.has('p')).toBe(false)
  })

  it('remembers a bounded number of peers', () => {
    const bans = new Bans({ now: () => 0 })
    for (let time = 0; time < 3; time++) bans.offend('first')
    expect(bans.has('first')).toBe(true)
    for (let peer = 0; peer < 5000; peer++) bans.offend(`p${peer}`)
    expect(bans.has('first')).toBe(false)
  })
})

describe('token bucket', () => {
  it('lets a burst pass and then asks to wait by the rate', () => {
    const bucket = new TokenBucket(100, 50, 0)
    expect([bucket.take(50, 0), bucket.take(10, 0), bucket.take(10, 100), bucket.take(1, 1000)]).toEqual([0, 100, 100, 0])
  })
})

describe('dialer', () => {
  it('dials a discovered peer, and forgets it when it is of no use', async () => {
    const a = await startNode()
    const { node } = await rawPeer()
    const dialer = new Dialer({ node, clock: { now: () => 0 }, random: { fraction: () => 0 }, log: { debug () {}, info () {}, warn () {}, error () {} } as never })
    const seen = { id: peerIdFromString(a.transport.self), multiaddrs: [multiaddr(a.address)] }
    dialer.start([])
    dialer.discovered(seen)
    await until(() => node.getConnections().length === 1)
    expect([dialer.unwanted(a.transport.self), dialer.unwanted(a.transport.self)]).toEqual([true, false])
    dialer.stop()
  })

  it('says which configured address is wrong', async () => {
    await expect(startNode({ peers: ['127.0.0.1:4001'] })).rejects.toMatchObject({ code: 'NS_E_CONFIG', message: expect.stringContaining('127.0.0.1:4001') })
  })

  it('says when an address is taken', async () => {
    const a = await startNode()
    await expect(startNode({ listen: [a.address.replace(/\/p2p\/.*/, '')] })).rejects.toMatchObject({ code: 'NS_E_CONFIG' })
  })
})
