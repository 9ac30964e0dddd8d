import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BlobRef } from '../../src/model/store.ts'
import { BLOB_PROTOCOL } from '../../src/network/blob-wire.ts'
import { openBlobStore } from '../../src/storage/index.ts'
import { bytesOf } from '../support/bytes.ts'
import { onTestFinished } from 'vitest'
import { startNode, startPair, tempDir, until } from './support/nodes.ts'
import type { TestNode } from './support/nodes.ts'
import { greet, rawPeer } from './support/raw-peer.ts'

const never = new AbortController().signal

function refOf (bytes: Uint8Array): BlobRef {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length }
}

async function fetchFrom (a: TestNode, b: TestNode, ref: BlobRef, signal = never): Promise<void> {
  await b.transport.fetch(a.transport.self, ref, b.blobs, signal)
}

async function startStored (): Promise<Awaited<ReturnType<typeof openBlobStore>>> {
  const store = await openBlobStore(await tempDir())
  onTestFinished(async () => { await store.close() })
  return store
}

describe('blobs', () => {
  it.each([0, 1, 100, 65_536, 2 ** 20, 2 ** 20 + 1, 5 * 2 ** 20, 9 * 2 ** 20 + 12_345])('brings %i bytes', async size => {
    const { a, b } = await startPair()
    const bytes = randomBytes(size)
    const ref = await a.blobs.put(bytes)
    await fetchFrom(a, b, ref)
    expect(Buffer.compare(await bytesOf(b.blobs.open(ref.sha256)), bytes)).toBe(0)
  })

  it.each([1, 5_000, 200_000, 5 * 2 ** 20 + 3])('brings %i bytes from disk to disk', async size => {
    const [from, into] = [await startStored(), await startStored()]
    const a = await startNode({ blobs: from })
    const b = await startNode({ peers: [a.address] })
    await until(() => b.ups.length === 1)
    const bytes = randomBytes(size)
    const ref = await from.put(bytes)
    await b.transport.fetch(a.transport.self, ref, into, never)
    expect(Buffer.compare(await bytesOf(into.open(ref.sha256)), bytes)).toBe(0)
  })

  it('brings many at once over few streams', async () => {
    const { a, b } = await startPair()
    const refs = await Promise.all(Array.from({ length: 60 }, async (_, index) => await a.blobs.put(randomBytes(index * 5000))))
    await Promise.all(refs.map(async ref => { await fetchFrom(a, b, ref) }))
    for (const ref of refs) expect(await b.blobs.size(ref.sha256)).toBe(ref.size)
  })

  it('says NS_E_BLOB_MISSING and goes on', async () => {
    const { a, b } = await startPair()
    await expect(fetchFrom(a, b, refOf(randomBytes(10)))).rejects.toMatchObject({ code: 'NS_E_BLOB_MISSING' })
    await fetchFrom(a, b, await a.blobs.put(randomBytes(10)))
  })

  it('refuses content that is not what its hash says', async () => {
    const { a, b } = await startPair()
    const ref = refOf(randomBytes(3 * 2 ** 20))
    a.blobs.plant(ref.sha256, randomBytes(3 * 2 ** 20))
    await expect(fetchFrom(a, b, ref)).rejects.toMatchObject({ code: 'NS_E_BLOB_CORRUPT' })
    expect(await b.blobs.has(ref.sha256)).toBe(false)
  })

  it.each([-1, 1])('refuses content that is %i byte off its size', async off => {
    const { a, b } = await startPair()
    const bytes = randomBytes(2 ** 20)
    const ref = await a.blobs.put(bytes)
    await expect(fetchFrom(a, b, { ...ref, size: ref.size + off })).rejects.toMatchObject({ code: 'NS_E_BLOB_CORRUPT' })
    expect(await b.blobs.has(ref.sha256)).toBe(false)
  })

  it('refuses a reference of no bytes to something else', async () => {
    const { a, b } = await startPair()
    await expect(fetchFrom(a, b, { ...refOf(randomBytes(3)), size: 0 })).rejects.toMatchObject({ code: 'NS_E_BLOB_CORRUPT' })
  })

  it('refuses a reply that is no reply', async () => {
    const peer = await rawPeer()
    await peer.node.handle(BLOB_PROTOCOL, async stream => { stream.send(new Uint8Array(400).fill(0xff)) })
    const b = await startNode()
    await greet(peer, b)
    await until(() => b.ups.length === 1)
    await expect(b.transport.fetch(peer.peerId, refOf(randomBytes(9)), b.blobs, never)).rejects.toMatchObject({ code: 'NS_E_BLOB_CORRUPT' })
  })

  it('says NS_E_UNREACHABLE when the peer hangs up within the content', async () => {
    const peer = await rawPeer()
    await peer.node.handle(BLOB_PROTOCOL, async stream => { await stream.close() })
    const b = await startNode()
    await greet(peer, b)
    await until(() => b.ups.length === 1)
    await expect(b.transport.fetch(peer.peerId, refOf(randomBytes(9)), b.blobs, never)).rejects.toMatchObject({ code: 'NS_E_UNREACHABLE' })
  })

  it('says NS_E_UNREACHABLE without a connection', async () => {
    const [a, b] = [await startNode(), await startNode()]
    await expect(fetchFrom(a, b, refOf(randomBytes(1)))).rejects.toMatchObject({ code: 'NS_E_UNREACHABLE' })
  })

  it('gives content only to those who may have it', async () => {
    const a = await startNode({ authorize: (_peer, sha256) => sha256.startsWith('0') })
    const b = await startNode({ peers: [a.address] })
    await until(() => b.ups.length === 1)
    const bytes = randomBytes(2000)
    const ref = refOf(bytes)
    a.blobs.plant(`1${ref.sha256.slice(1)}`, bytes)
    await expect(fetchFrom(a, b, { ...ref, sha256: `1${ref.sha256.slice(1)}` })).rejects.toMatchObject({ code: 'NS_E_UNAUTHORIZED' })
  })

  it('stops at once when aborted half-way, and the peer can be asked again', async () => {
    const { a, b } = await startPair()
    const ref = await a.blobs.put(randomBytes(40 * 2 ** 20))
    const abort = new AbortController()
    const slow = { ...b.blobs, put: async (data: AsyncIterable<Uint8Array> | Uint8Array, options = {}) => await b.blobs.put((async function * () {
      for await (const part of data as AsyncIterable<Uint8Array>) {
        yield part
        abort.abort()
      }
    })(), options) }
    await expect(b.transport.fetch(a.transport.self, ref, slow, abort.signal)).rejects.toMatchObject({ code: 'NS_E_ABORTED' })
    expect(await b.blobs.has(ref.sha256)).toBe(false)
    await fetchFrom(a, b, ref)
    expect(await b.blobs.has(ref.sha256)).toBe(true)
  })

  it('disconnects a peer whose request is invalid', async () => {
    const a = await startNode()
    const peer = await rawPeer()
    await greet(peer, a)
    await until(() => a.ups.length === 1)
    const stream = await peer.node.getConnections()[0]!.newStream(BLOB_PROTOCOL)
    stream.send(Uint8Array.from([2, 0x0a, 0x00]))
    await until(() => a.log.some(line => line.about.reason === 'MESSAGE_INVALID') && a.downs.length === 1)
  })
})
