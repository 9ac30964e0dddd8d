import { multiaddr } from '@multiformats/multiaddr'
import type { Stream } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { ByteQueue } from '../../src/network/byte-queue.ts'
import { framed, StreamReader, write } from '../../src/network/stream-io.ts'
import { rawPeer } from './support/raw-peer.ts'

const PROTOCOL = '/test/1.0.0'

/** The two ends of a stream between two real nodes. */
async function streamPair (): Promise<{ near: Stream, far: Stream }> {
  const [a, b] = [await rawPeer(), await rawPeer()]
  const far = new Promise<Stream>(resolve => { void b.node.handle(PROTOCOL, stream => { resolve(stream) }) })
  const near = (await a.node.dialProtocol(b.node.getMultiaddrs().map(address => multiaddr(address.toString())), PROTOCOL))
  return { near, far: await far }
}

async function sendAll (stream: Stream, total: number, onSent: (sent: number) => void = () => undefined): Promise<void> {
  for (let sent = 0; sent < total;) {
    await write(stream, new Uint8Array(65_536).fill(sent / 65_536 & 0xff))
    sent += 65_536
    onSent(sent)
  }
  await stream.close()
}

describe('StreamReader', () => {
  it('holds the sender back while nobody reads, and loses nothing', async () => {
    const { near, far } = await streamPair()
    const total = 32 * 2 ** 20
    const reader = new StreamReader(far, 256 * 1024)
    let sent = 0
    const sending = sendAll(near, total, done => { sent = done })
    let got = 0
    let most = 0
    for (;;) {
      const bytes = await reader.readSome(100_000)
      if (bytes === undefined) break
      got += bytes.length
      if (got % 7 === 0) await new Promise(resolve => setImmediate(resolve))
      most = Math.max(most, sent - got)
    }
    await sending
    expect(got).toBe(total)
    expect(most).toBeLessThan(16 * 2 ** 20)
    expect(reader.ended).toBe(true)
  })

  it('stops the sender for good when nobody reads', async () => {
    const { near, far } = await streamPair()
    const reader = new StreamReader(far, 256 * 1024)
    const stalled = new AbortController()
    let sent = 0
    let lastSent = -1
    const watch = setInterval(() => {
      if (sent === lastSent) stalled.abort(new Error('stalled'))
      lastSent = sent
    }, 300)
    await expect((async () => {
      for (;; sent += 65_536) await write(near, new Uint8Array(65_536), stalled.signal)
    })()).rejects.toThrow('stalled')
    clearInterval(watch)
    expect(sent).toBeLessThan(20 * 2 ** 20)
    expect(reader.buffered + far.readBufferLength).toBeLessThan(9 * 2 ** 20)
  })

  it('reads more at once than it may hold: no deadlock', async () => {
    const { near, far } = await streamPair()
    const reader = new StreamReader(far, 64 * 1024)
    const sending = sendAll(near, 4 * 2 ** 20)
    for (let part = 0; part < 2; part++) expect(await reader.readExactly(2 * 2 ** 20, AbortSignal.timeout(10_000))).toHaveLength(2 * 2 ** 20)
    await sending
    expect(await reader.readSome(1)).toBeUndefined()
  })

  it('reads what came before it was made, after the sender had finished', async () => {
    const { near, far } = await streamPair()
    near.send(framed(new Uint8Array([1, 2, 3])))
    await near.close()
    await new Promise<void>(resolve => { if (far.remoteWriteStatus === 'closed') resolve(); else far.addEventListener('remoteCloseWrite', () => { resolve() }) })
    const reader = new StreamReader(far)
    expect([...await reader.readMessage(10) ?? []]).toEqual([1, 2, 3])
    expect(await reader.readMessage(10, AbortSignal.timeout(5000))).toBeUndefined()
  })

  it('tells a reset from an end', async () => {
    const { near, far } = await streamPair()
    const reader = new StreamReader(far)
    near.send(new Uint8Array([5]))
    expect(await reader.readSome(9)).toHaveLength(1)
    const reading = reader.readSome(9)
    near.abort(new Error('enough'))
    await expect(reading).rejects.toThrow()
  })

  it('stops waiting when told to', async () => {
    const { far } = await streamPair()
    const stop = new AbortController()
    const reading = new StreamReader(far).readExactly(1, stop.signal)
    stop.abort(new Error('told to'))
    await expect(reading).rejects.toThrow('told to')
  })

  it('refuses a message over the limit before it is there', async () => {
    const { near, far } = await streamPair()
    near.send(Uint8Array.from([0x80, 0x08]))
    await expect(new StreamReader(far).readMessage(1023)).rejects.toMatchObject({ reason: 'FRAME_TOO_LARGE' })
  })
})

describe('ByteQueue', () => {
  it('gives back the bytes in order, however they are taken', () => {
    const queue = new ByteQueue()
    const all = Uint8Array.from({ length: 5000 }, (_, at) => at & 0xff)
    for (let at = 0; at < all.length; at += 37) queue.append(all.subarray(at, at + 37))
    expect(queue.at(4321)).toBe(4321 & 0xff)
    const taken = [queue.take(10), queue.takeSome(5), queue.take(1000)]
    const into = new Uint8Array(2000)
    expect(queue.takeInto(into, 100, 1500)).toBe(1500)
    taken.push(into.subarray(100, 1600), queue.take(queue.length))
    expect(Buffer.concat(taken).equals(all)).toBe(true)
    expect(() => queue.take(1)).toThrow(RangeError)
  })
})
