import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it, vi } from 'vitest'
import { startNode } from './support/nodes.ts'
import type { TestNode } from './support/nodes.ts'

const RELAYED = { timeout: 25_000, interval: 50 }

/** A coordinator that nobody can dial: it listens nowhere. */
async function hidden (relay: TestNode): Promise<TestNode> {
  return await startNode({ role: 'coordinator', listen: [], peers: [relay.address] })
}

async function placeAt (node: TestNode, relay: TestNode): Promise<string> {
  return await vi.waitFor(() => {
    expect(node.transport.reachability().relay?.peer).toBe(relay.transport.self)
    const address = node.transport.addresses().find(known => known.includes(`/p2p/${relay.transport.self}/p2p-circuit/p2p/${node.transport.self}`))
    return address ?? expect.fail('no relayed address')
  }, RELAYED)
}

describe('a relay', () => {
  it('lets two nodes meet that can both not be dialled, for messages and content', async () => {
    const relay = await startNode({ serveRelay: true })
    const coordinator = await hidden(relay)
    const address = await placeAt(coordinator, relay)
    expect(coordinator.transport.reachability()).toMatchObject({ dialable: false, relay: { expires: expect.any(Number) as number } })
    expect(coordinator.transport.reachability().relay?.expires).toBeGreaterThan(Date.now() + 60_000)
    const worker = await startNode({ listen: [], peers: [address] })
    await vi.waitFor(() => { expect(worker.ups.map(({ peer }) => peer)).toContain(coordinator.transport.self) }, RELAYED)
    const bytes = new Uint8Array(3_000_000).fill(7)
    const ref = await coordinator.blobs.put(bytes)
    await worker.transport.fetch(coordinator.transport.self, ref, worker.blobs, AbortSignal.timeout(20_000))
    expect(await worker.blobs.has(ref.sha256), 'verified by its hash').toBe(true)
    expect(worker.transport.send(coordinator.transport.self, { drain: { reason: { code: 'DRAINING', text: 'by way of a relay' } } })).toBe(true)
    await vi.waitFor(() => { expect(coordinator.frames.flatMap(({ messages }) => messages).some(({ drain }) => drain?.reason?.text === 'by way of a relay')).toBe(true) }, RELAYED)
  }, 60_000)

  it('gives a place again after it was away, without anybody\'s help, and the two meet again', async () => {
    const first = await startNode({ serveRelay: true })
    const coordinator = await hidden(first)
    const address = await placeAt(coordinator, first)
    const worker = await startNode({ listen: [], peers: [address] })
    await vi.waitFor(() => { expect(worker.ups).toContainEqual(expect.objectContaining({ peer: coordinator.transport.self })) }, RELAYED)
    await first.transport.close()
    await vi.waitFor(() => { expect(coordinator.transport.reachability().relay).toBeUndefined() }, RELAYED)
    const before = worker.ups.filter(({ peer }) => peer === coordinator.transport.self).length
    const again = await startNode({ serveRelay: true, dataDir: first.dataDir, listen: [first.address.replace(/\/p2p\/.*/, '')] })
    await placeAt(coordinator, again)
    await vi.waitFor(() => { expect(worker.ups.filter(({ peer }) => peer === coordinator.transport.self).length).toBeGreaterThan(before) }, { timeout: 40_000 })
  }, 90_000)

  it('has no place for a node that can be dialled, and none where nobody asked for one', async () => {
    const relay = await startNode({ serveRelay: true })
    const coordinator = await startNode({ role: 'coordinator', peers: [relay.address] })
    const worker = await startNode({ listen: [], peers: [relay.address] })
    await vi.waitFor(() => { expect(coordinator.transport.reachability().dialable).toBe(true) }, RELAYED)
    await vi.waitFor(() => { expect(worker.transport.reachability().dialable).toBe(false) }, RELAYED)
    for (const node of [coordinator, worker]) {
      expect(node.transport.reachability().relay).toBeUndefined()
      expect(node.transport.addresses().filter(address => multiaddr(address).getComponents().some(({ name }) => name === 'p2p-circuit'))).toEqual([])
    }
  })
})
