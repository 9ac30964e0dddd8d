import { describe, expect, it } from 'vitest'
import * as varint from 'uint8-varint'
import type { Message } from '../../src/model/messages/control.ts'
import { framed } from '../../src/network/stream-io.ts'
import { hello, messagesOf, startNode, startPair, until } from './support/nodes.ts'
import type { TestNode } from './support/nodes.ts'
import { greet, rawPeer } from './support/raw-peer.ts'
import type { RawPeer } from './support/raw-peer.ts'

const commitAck: Message = { commitAck: { attempt: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 1, epoch: 1 } } }
const commit: Message = { commit: { attempt: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 1, epoch: 1 }, commitment: new Uint8Array(32) } }

function faultsOf (node: TestNode, peer: RawPeer): unknown[] {
  return node.log.filter(line => line.level === 'warn' && line.about.peer === peer.peerId && line.about.code === 'NS_E_PROTOCOL').map(line => line.about.reason)
}

describe('a peer that breaks the protocol', () => {
  const breaches: ReadonlyArray<readonly [reason: string, what: string, bytes: (peer: RawPeer, to: TestNode) => Uint8Array]> = [
    ['FRAME_TOO_LARGE', 'announces a frame over 256 KiB', () => varint.encode(256 * 1024 + 1)],
    ['FRAME_TOO_LARGE', 'sends an endless length', () => new Uint8Array(10).fill(0xff)],
    ['FRAME_MALFORMED', 'sends garbage', () => framed(new Uint8Array(100).fill(0xff)).subarray()],
    ['FRAME_MALFORMED', 'sends deeply nested groups', () => framed(new Uint8Array(200 * 1024).fill(0x1b)).subarray()],
    ['FRAME_MALFORMED', 'sends more messages than a frame may hold', (peer, to) => framed(peer.frame(to, Array.from({ length: 2049 }, () => commitAck))).subarray()],
    ['MESSAGE_INVALID', 'sends a short hash', (peer, to) => framed(peer.frame(to, [{ commit: { ...commit.commit!, commitment: new Uint8Array(31) } }])).subarray()],
    ['SIGNATURE_MISSING', 'does not sign', (peer, to) => framed(peer.frame(to, [commit], frame => ({ ...frame, signature: new Uint8Array(0) }))).subarray()],
    ['SIGNATURE_INVALID', 'changes a signed message', (peer, to) => framed(peer.frame(to, [commit], ({ messages, signature }) => ({ messages: messages.map(bytes => bytes.map((byte, at) => at === bytes.length - 1 ? byte ^ 1 : byte)), signature }))).subarray()],
    ['SIGNATURE_INVALID', 'drops a signed message', (peer, to) => framed(peer.frame(to, [commit, commitAck], ({ messages, signature }) => ({ messages: messages.slice(1), signature }))).subarray()],
    ['HELLO_REPEATED', 'says Hello twice', (peer, to) => framed(peer.frame(to, [{ hello: hello() }])).subarray()]
  ]

  it.each(breaches)('%s: %s', async (reason, _what, bytes) => {
    const { a, b } = await startPair()
    const peer = await rawPeer()
    const stream = await greet(peer, a)
    await until(() => a.transport.peers().includes(peer.peerId))
    stream.send(bytes(peer, a))
    await until(() => faultsOf(a, peer).length === 1 && a.downs.some(down => down.peer === peer.peerId))
    expect(faultsOf(a, peer)).toEqual([reason])
    expect(messagesOf(a)).toEqual([])
    await until(() => peer.node.getConnections().length === 0)
    expect(b.transport.send(a.transport.self, commitAck)).toBe(true)
    await until(() => messagesOf(a).length === 1)
    expect(b.downs).toEqual([])
  })

  it('FRAME_TRUNCATED: ends its stream within a frame', async () => {
    const a = await startNode()
    const peer = await rawPeer()
    const stream = await greet(peer, a)
    await until(() => a.ups.length === 1)
    stream.send(framed(peer.frame(a, [commit])).subarray().subarray(0, 20))
    await stream.close()
    await until(() => faultsOf(a, peer).includes('FRAME_TRUNCATED'))
    expect(a.downs).toHaveLength(1)
  })

  it('HELLO_MISSING: begins with something else', async () => {
    const a = await startNode()
    const peer = await rawPeer()
    const stream = await peer.open(a)
    stream.send(framed(peer.frame(a, [commit])))
    await until(() => faultsOf(a, peer).includes('HELLO_MISSING'))
    expect(a.ups).toEqual([])
    expect(a.frames).toEqual([])
  })

  it('cannot pass on what another peer signed to it', async () => {
    const a = await startNode()
    const [victim, peer] = [await rawPeer(), await rawPeer()]
    const stream = await greet(peer, a)
    await until(() => a.ups.length === 1)
    stream.send(framed(victim.frame(a, [commit])))
    await until(() => faultsOf(a, peer).includes('SIGNATURE_INVALID'))
    expect(faultsOf(a, victim)).toEqual([])
  })

  it('is banned after the third time', async () => {
    const a = await startNode()
    const peer = await rawPeer()
    for (let time = 1; time <= 3; time++) {
      const stream = await greet(peer, a)
      stream.send(varint.encode(300_000))
      await until(() => faultsOf(a, peer).length === time && peer.node.getConnections().length === 0)
    }
    expect(a.log.filter(line => line.about.banned === true)).toHaveLength(1)
    await expect((async () => {
      const stream = await peer.open(a)
      await new Promise((_resolve, reject) => { stream.addEventListener('close', event => { reject(event.error ?? new Error('closed')) }) })
    })()).rejects.toThrow()
    expect(a.transport.peers()).toEqual([])
  })

  it('cannot make the node pile up messages by not reading them', async () => {
    const { a, b } = await startPair()
    const peer = await rawPeer()
    const stream = await greet(peer, a)
    stream.pause()
    await until(() => a.transport.peers().includes(peer.peerId))
    const text = 'x'.repeat(60_000)
    let sent = 0
    let refusals = 0
    // frames leave one turn after they were queued, so many refusals in a row mean that nothing leaves any more
    while (refusals < 50) {
      if (a.transport.send(peer.peerId, { log: { attempt: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk: 1, epoch: 1 }, stream: 'stdout', text } })) {
        sent += text.length
        refusals = 0
      } else {
        refusals++
        await new Promise(resolve => setImmediate(resolve))
      }
      expect(sent).toBeLessThan(32 * 2 ** 20)
    }
    expect(a.transport.send(b.transport.self, commitAck)).toBe(true)
    await until(() => messagesOf(b).length === 1)
  })

  it('does not mind messages and fields of later versions', async () => {
    const a = await startNode()
    const peer = await rawPeer()
    const stream = await greet(peer, a)
    const unknownBody = Uint8Array.from([0xf2, 0x06, 0x02, 0x08, 0x01])
    stream.send(framed(peer.frame(a, [], () => ({ messages: [unknownBody], signature: new Uint8Array(0) }))))
    stream.send(framed(peer.frame(a, [commitAck])))
    await until(() => a.frames.length === 2)
    expect(a.frames[0]?.messages).toEqual([{}])
    expect(a.frames[1]?.messages[0]?.commitAck?.attempt?.chunk).toBe(1)
    expect(faultsOf(a, peer)).toEqual([])
  })
})

describe('Transport.disconnect', () => {
  it('ends the connection and tells why', async () => {
    const { a, b } = await startPair()
    await a.transport.disconnect(b.transport.self, 'it lied')
    expect(a.downs[0]).toEqual({ peer: b.transport.self, why: 'it lied' })
    await until(() => b.downs.length === 1)
  })
})
