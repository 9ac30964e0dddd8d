import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/model/messages/control.ts'
import { verifyEvidence } from '../../src/model/messages/signing.ts'
import { messagesOf, startNode, startPair, until } from './support/nodes.ts'
import type { LogLine, TestNode } from './support/nodes.ts'

const bid = (round: number): Message => ({ bid: { jobId: 'j-aaaaaaaaaaaaaaaa', round, price: 7n, slots: 1, chunkMs: 5, validForMs: 1000 } })

describe('control stream', () => {
  it('tells both sides of each other, with what they said', async () => {
    const { a, b } = await startPair()
    expect(a.ups[0]).toMatchObject({ peer: b.transport.self, hello: { role: 'worker', version: 1 } })
    expect(b.ups[0]).toMatchObject({ peer: a.transport.self, hello: { role: 'coordinator' } })
    expect(a.transport.peers()).toEqual([b.transport.self])
    await until(() => b.transport.rtt(a.transport.self) !== undefined)
    expect(b.transport.rtt(a.transport.self)).toBeLessThan(1000)
  })

  it('delivers messages in order, those of one turn in one frame', async () => {
    const { a, b } = await startPair()
    for (let round = 0; round < 500; round++) expect(b.transport.send(a.transport.self, bid(round))).toBe(true)
    await until(() => messagesOf(a).length === 500)
    expect(a.frames).toHaveLength(1)
    expect(messagesOf(a).map(message => message.bid?.round)).toEqual(Array.from({ length: 500 }, (_, round) => round))
  })

  it('splits what does not fit into one frame and keeps the order', async () => {
    const { a, b } = await startPair()
    const text = 'x'.repeat(16_384)
    for (let chunk = 0; chunk < 100; chunk++) {
      b.transport.send(a.transport.self, { log: { attempt: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk, epoch: 1 }, stream: 'stdout', text } })
    }
    for (let round = 0; round < 5000; round++) b.transport.send(a.transport.self, bid(round))
    await until(() => messagesOf(a).length === 5100)
    expect(a.frames.length).toBeGreaterThan(8)
    expect(messagesOf(a).slice(0, 100).map(message => message.log?.attempt?.chunk)).toEqual(Array.from({ length: 100 }, (_, chunk) => chunk))
    expect(messagesOf(a).slice(100).map(message => message.bid?.round)).toEqual(Array.from({ length: 5000 }, (_, round) => round))
  })

  it('hands over frames that prove what was said, and to whom', async () => {
    const { a, b } = await startPair()
    for (const round of [1, 2, 3]) b.transport.send(a.transport.self, bid(round))
    await until(() => a.frames.length === 1)
    const { digests, signature, encoded } = a.frames[0]!
    const evidence = { from: b.transport.self, to: a.transport.self, digests, signature, index: 1, messageBytes: encoded[1]! }
    expect(verifyEvidence(evidence)).toBe(true)
    expect(verifyEvidence({ ...evidence, index: 2 })).toBe(false)
    expect(verifyEvidence({ ...evidence, to: b.transport.self })).toBe(false)
    expect(verifyEvidence({ ...evidence, from: a.transport.self })).toBe(false)
    expect(verifyEvidence({ ...evidence, messageBytes: encoded[0]! })).toBe(false)
    expect(verifyEvidence({ ...evidence, digests: digests.slice(0, 2) })).toBe(false)
    expect(verifyEvidence({ ...evidence, from: 'not-a-peer' })).toBe(false)
  })

  it('leaves heartbeats unsigned', async () => {
    const { a, b } = await startPair()
    b.transport.send(a.transport.self, { heartbeat: { live: [], slotsFree: 1 } })
    await until(() => a.frames.length === 1)
    expect(a.frames[0]).toMatchObject({ digests: [], signature: new Uint8Array(0) })
  })

  it('refuses to send what every peer would refuse, and says so', async () => {
    const { a, b } = await startPair()
    expect(b.transport.send(a.transport.self, { commit: { attempt: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 0, epoch: 1 }, commitment: new Uint8Array(31) } })).toBe(false)
    expect(b.log).toContainEqual(expect.objectContaining({ level: 'error', about: expect.objectContaining({ why: 'the field commit.commitment has 31 bytes instead of 32' }) }))
    expect(b.transport.send(a.transport.self, bid(1))).toBe(true)
    await until(() => messagesOf(a).length === 1)
  })

  it('says false for a peer that is not there', async () => {
    const node = await startNode()
    expect(node.transport.send('12D3KooWnobody', bid(1))).toBe(false)
  })

  it('comes back by itself when the other side restarts with the same identity', async () => {
    const { a, b } = await startPair()
    const address = a.address.replace(/\/p2p\/.*/, '')
    await a.transport.close()
    await until(() => b.downs.length === 1)
    const again = await startNode({ role: 'coordinator', dataDir: a.dataDir, listen: [address] })
    await until(() => b.ups.length === 2 && again.ups.length === 1)
    expect(again.transport.self).toBe(a.transport.self)
    expect(b.transport.send(again.transport.self, bid(9))).toBe(true)
    await until(() => messagesOf(again).length === 1)
  })

  it('keeps one control stream when both dial each other at once', async () => {
    const [one, two] = [await startNode(), await startNode()]
    await Promise.all([one.transport.close(), two.transport.close()])
    const again = async (node: TestNode, other: TestNode): Promise<TestNode> =>
      await startNode({ dataDir: node.dataDir, listen: [node.address.replace(/\/p2p\/.*/, '')], peers: [other.address] })
    const [a, b] = await Promise.all([again(one, two), again(two, one)])
    // what was sent on the stream that lost is gone: senders repeat, as they do after any loss
    const hears = async (from: TestNode, to: TestNode, round: number): Promise<void> => {
      await until(() => {
        from.transport.send(to.transport.self, bid(round))
        return messagesOf(to).some(message => message.bid?.round === round)
      })
    }
    for (let round = 0; round < 20; round++) {
      await hears(a, b, round)
      await hears(b, a, round)
    }
    for (const node of [a, b]) {
      expect(node.transport.peers()).toHaveLength(1)
      expect(node.ups.length - node.downs.length).toBe(1)
      expect(node.ups.length).toBeLessThanOrEqual(2)
    }
  })

  it('dials a peer by its bare address too', async () => {
    const a = await startNode()
    const b = await startNode({ peers: [a.address.replace(/\/p2p\/.*/, '')] })
    await until(() => b.transport.peers().includes(a.transport.self))
  })

  it('refuses a peer of another version, and both learn why, and nobody is banned for it', async () => {
    const a = await startNode({ version: 5, minVersion: 4 })
    const b = await startNode({ peers: [a.address] })
    const refusals = (node: TestNode): LogLine[] => node.log.filter(({ about }) => about.reason === 'VERSION_MISMATCH')
    await until(() => refusals(a).length >= 4 && refusals(b).length >= 4)
    expect(Math.abs(refusals(a).length - refusals(b).length), 'one of them broke off without a word').toBeLessThanOrEqual(1)
    expect(refusals(a)[0]?.text).toContain('the peer speaks versions 1 to 1, this node 4 to 5')
    expect(refusals(b)[0]?.text).toContain('the peer speaks versions 4 to 5, this node 1 to 1')
    expect([...refusals(a), ...refusals(b)].filter(({ about }) => about.banned !== false)).toEqual([])
    expect([...a.ups, ...b.ups]).toEqual([])
  })

  it('holds events back until the caller has the transport', async () => {
    const a = await startNode()
    let opened = false
    const early: boolean[] = []
    const b = await startNode({ peers: [a.address], events: { onPeerUp: () => { early.push(!opened) }, onPeerDown: () => undefined, onFrame: () => undefined } })
    opened = true
    await until(() => early.length === 1)
    expect(early).toEqual([false])
    expect(b.transport.peers()).toEqual([a.transport.self])
  })

  it('bounds what waits for a peer', async () => {
    const { a, b } = await startPair()
    const text = 'x'.repeat(60_000)
    let accepted = 0
    while (b.transport.send(a.transport.self, { log: { attempt: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: accepted, epoch: 1 }, stream: 'stdout', text } })) accepted++
    expect(accepted * 60_000).toBeLessThanOrEqual(8 * 2 ** 20)
    expect(accepted * 60_000).toBeGreaterThan(7 * 2 ** 20)
    await until(() => messagesOf(a).length === accepted)
    expect(b.transport.send(a.transport.self, bid(1))).toBe(true)
  })
})
