import { createHash, randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import type { Hello, Message } from '../../src/model/messages/control.ts'
import type { BlobRef } from '../../src/model/store.ts'
import { openTransport, loadIdentity } from '../../src/network/index.ts'
import { Traffic } from '../../src/network/traffic.ts'
import { createNode } from '../../src/network/node.ts'
import { StreamReader, write } from '../../src/network/stream-io.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { openBlobStore } from '../../src/storage/index.ts'
import { answer } from './peer-process.ts'

const PUSH = '/bench/push/1.0.0'
const WRITE_BYTES = 64 * 1024

const [dataDir = '', remote] = process.argv.slice(2)
await mkdir(join(dataDir, 'bare'), { recursive: true })
const blobs = await openBlobStore(join(dataDir, 'blobs'))
const hello: Hello = { version: 1, minVersion: 1, role: 'worker', agent: 'bench', incarnation: 0, ledgerSeq: 0, ledgerHash: new Uint8Array() }
let received = 0
let onReceived = (): void => undefined
let onUp = (): void => undefined
const up = new Promise<void>(resolve => { onUp = resolve })
const transport = await openTransport({
  dataDir, listen: ['/ip4/127.0.0.1/tcp/0'], peers: remote === undefined ? [] : [remote.split(' ')[0] ?? ''],
  mdns: false, profile: 'local', role: 'worker', hello: () => hello, blobs,
  events: {
    onPeerUp: () => { onUp() },
    onPeerDown: () => undefined,
    onFrame: frame => {
      received += frame.messages.length
      onReceived()
    }
  },
  log: createLogger('error')
})

const bare = await createNode({
  privateKey: (await loadIdentity(join(dataDir, 'bare'))).privateKey,
  listen: ['/ip4/127.0.0.1/tcp/0'], announce: [], profile: 'local', bans: { has: () => false }, traffic: new Traffic()
})
await bare.handle(PUSH, async stream => {
  const wanted = Number(Buffer.from((await new StreamReader(stream).readMessage(64)) ?? []).toString())
  const bytes = new Uint8Array(randomBytes(WRITE_BYTES))
  for (let sent = 0; sent < wanted; sent += WRITE_BYTES) await write(stream, bytes)
  await stream.close()
})
await bare.start()

/** Reads one pushed stream and throws the bytes away, with the plain `message` event: the least a receiver can do. */
async function receivePush (size: number): Promise<number> {
  const connection = await bare.dial(multiaddr(remote?.split(' ')[1] ?? ''))
  const stream = await connection.newStream(PUSH)
  const started = performance.now()
  let got = 0
  const done = new Promise<void>((resolve, reject) => {
    stream.addEventListener('message', event => {
      got += event.data.byteLength
      if (got === size) resolve()
    })
    stream.addEventListener('close', event => { if (event.error !== undefined) reject(event.error) })
  })
  const request = Buffer.from(String(size))
  await write(stream, Buffer.concat([Buffer.from([request.length]), request]))
  await done
  const took = performance.now() - started
  await stream.close()
  return took
}

async function makeBlob (size: number): Promise<BlobRef> {
  const block = randomBytes(2 ** 20)
  return await blobs.put((async function * () {
    for (let at = 0; at < size; at += block.length) {
      block.writeUInt32LE(at / block.length)
      yield Uint8Array.prototype.slice.call(block)
    }
  })())
}

async function fetchBlob (ref: BlobRef): Promise<number> {
  await up
  const started = performance.now()
  await transport.fetch(transport.peers()[0] ?? '', ref, blobs, new AbortController().signal)
  const took = performance.now() - started
  await blobs.delete(ref.sha256)
  return took
}

async function receiveMessages (count: number): Promise<number> {
  received = 0
  const started = performance.now()
  await new Promise<void>(resolve => { onReceived = () => { if (received >= count) resolve() } })
  onReceived = () => undefined
  return performance.now() - started
}

async function sendMessages (count: number): Promise<void> {
  await up
  const peer = transport.peers()[0] ?? ''
  const commitment = new Uint8Array(createHash('sha256').digest())
  for (let chunk = 0; chunk < count;) {
    const message: Message = { commit: { attempt: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk, epoch: 1 }, commitment } }
    if (transport.send(peer, message)) chunk++
    else await new Promise(resolve => setImmediate(resolve))
    if (chunk % 256 === 0) await new Promise(resolve => setImmediate(resolve))
  }
}

answer(async question => {
  switch (question.kind) {
    case 'addresses': return [transport.addresses()[0], bare.getMultiaddrs()[0]?.toString()].join(' ')
    case 'blob': return await makeBlob(question.size as number)
    case 'fetch': return await fetchBlob(question.ref as BlobRef)
    case 'push': return await receivePush(question.size as number)
    case 'receive': return await receiveMessages(question.count as number)
    case 'send': return await sendMessages(question.count as number)
    default: throw new Error(`unknown question ${String(question.kind)}`)
  }
}, async () => {
  await transport.close()
  await bare.stop()
  await blobs.close()
})
