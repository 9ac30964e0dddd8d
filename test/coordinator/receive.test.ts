import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Receiver } from '../../src/coordinator/receive.ts'
import { newChunk } from '../../src/coordinator/records.ts'
import { NightshiftError } from '../../src/model/errors.ts'
import type { Message, Reveal } from '../../src/model/messages/control.ts'
import { Bench } from './support.ts'

const JOB = 'j-aaaaaaaaaaaaaaaa'
const CHUNKS = 20

describe('reveals that point to more', () => {
  let bench: Bench
  let receiver: Receiver
  beforeEach(async () => {
    bench = await Bench.open()
    receiver = new Receiver(bench.services)
    const job = await bench.job(JOB, 'RUNNING')
    for (let index = 0; index < CHUNKS; index++) {
      const chunk = newChunk(index, { sha256: 'a'.repeat(64), size: 1 }, 2)
      chunk.epoch = 1
      for (const [epoch, worker] of ['w1', 'w2'].entries()) {
        chunk.attempts.push({ epoch, worker, group: worker, trusted: false, price: 1n, holdId: '', leasedAt: 0, ahead: 0, state: 'COMMITTED', expiresAt: 1e12, revealAskedAt: 1 })
      }
      job.chunks.push(chunk)
    }
  })

  afterEach(async () => { await bench.close() })

  const list = (index: number): Buffer => Buffer.from(JSON.stringify([{ path: `out-${index}.bin`, size: 1, sha256: 'a'.repeat(64) }]))

  function reveal (worker: 'w1' | 'w2', chunk: number): Message {
    const content = list(chunk)
    return {
      reveal: {
        batchId: 1, attempt: { jobId: JOB, chunk, epoch: worker === 'w1' ? 0 : 1 }, resultHash: new Uint8Array(32), nonce: new Uint8Array(32).fill(1), exitCode: 0, files: [], attestation: new Uint8Array(64),
        manifest: { sha256: Uint8Array.from(createHash('sha256').update(content).digest()), size: content.length, inline: new Uint8Array() }
      }
    }
  }

  function receive (peer: string, ...messages: Message[]): void {
    receiver.receive({ peer, messages, encoded: [], digests: [], signature: new Uint8Array() })
  }

  async function posted (kind: string, count: number): Promise<void> {
    await new Promise<void>(resolve => {
      bench.onPost = () => { if (bench.posted.filter(event => event.kind === kind).length >= count) resolve() }
      bench.onPost({ kind: 'tick' })
    })
  }

  it('are fetched one at a time of one worker, once each, and of another meanwhile', async () => {
    let now = 0
    const most = { w1: 0, all: 0 }
    const running = new Map<string, number>()
    const fetched: string[] = []
    bench.fetch = async (peer, ref, into) => {
      fetched.push(`${peer}/${ref.sha256}`)
      running.set(peer, (running.get(peer) ?? 0) + 1)
      most.w1 = Math.max(most.w1, running.get('w1') ?? 0)
      most.all = Math.max(most.all, ++now)
      await new Promise(resolve => { setImmediate(resolve) })
      const index = Array.from({ length: CHUNKS }, (_, i) => i).find(i => createHash('sha256').update(list(i)).digest('hex') === ref.sha256) ?? -1
      await into.put(list(index))
      running.set(peer, (running.get(peer) ?? 1) - 1)
      now--
    }
    const burst = Array.from({ length: CHUNKS }, (_, chunk) => reveal('w1', chunk))
    receive('w1', ...burst, ...burst, ...burst)
    receive('w2', reveal('w2', 0))
    await posted('message', CHUNKS + 1)
    expect(most).toEqual({ w1: 1, all: 2 })
    expect(new Set(fetched).size).toBe(fetched.length)
    expect(bench.posted.filter(event => event.kind === 'reveal-coming')).toHaveLength(CHUNKS + 1)
    const shown = bench.posted.flatMap(event => event.kind === 'message' ? event.message.reveal?.files.map(file => file.path) ?? [] : [])
    expect(shown).toContain('out-19.bin')
  })

  it('are asked for again when the way breaks off, and held against the worker when the content is bad', async () => {
    bench.fetch = () => Promise.reject(new NightshiftError('NS_E_UNREACHABLE', 'it fell silent'))
    receive('w1', reveal('w1', 3))
    await posted('reveal-lost', 1)
    expect(bench.posted).toContainEqual({ kind: 'reveal-lost', peer: 'w1', attempt: { jobId: JOB, chunk: 3, epoch: 0 } })
    bench.fetch = () => Promise.reject(new NightshiftError('NS_E_BLOB_CORRUPT', 'it sent something else'))
    receive('w1', reveal('w1', 3))
    await posted('message', 1)
    const bad = bench.posted.find(event => event.kind === 'message')
    expect(bad?.kind === 'message' && bad.message.reveal?.nonce.every(byte => byte === 0)).toBe(true)
  })

  it('leave nothing behind: no list, and no file that came after its job had ended', async () => {
    const small = Buffer.from('a small result')
    const sha256 = createHash('sha256').update(small).digest()
    const whole: Message = { reveal: { ...reveal('w1', 4).reveal as Reveal, manifest: undefined, files: [{ path: 'out.txt', content: { sha256: Uint8Array.from(sha256), size: small.length, inline: Uint8Array.from(small) } }] } }
    const ends = bench.services.state.jobs.get(JOB)
    bench.fetch = async (_, __, into) => { await into.put(list(3)) }
    receive('w1', reveal('w1', 3))
    await posted('message', 1)
    expect(await bench.services.blobs.has(createHash('sha256').update(list(3)).digest('hex'))).toBe(false)
    receive('w1', whole)
    await posted('message', 2)
    expect(await bench.services.blobs.has(sha256.toString('hex'))).toBe(true)
    await bench.services.blobs.delete(sha256.toString('hex'))
    if (ends === undefined) throw new Error('the job is gone')
    receive('w1', whole)
    ends.record.state = 'CANCELLED'
    await posted('message', 3)
    await vi.waitFor(async () => { expect(await bench.services.blobs.has(sha256.toString('hex'))).toBe(false) })
    expect(bench.services.pins.has(sha256.toString('hex'))).toBe(false)
  })

  it('stay readable for a worker that shows the same list as one whose list was just read', async () => {
    bench.fetch = async (peer, ref, into) => {
      await into.put(list(0), { expect: ref.sha256 })
      if (peer === 'w2') await vi.waitFor(() => { expect(bench.posted.filter(({ kind }) => kind === 'message')).toHaveLength(1) })
    }
    receive('w1', reveal('w1', 0))
    receive('w2', reveal('w2', 0))
    await posted('message', 2)
    expect(bench.posted.filter(({ kind }) => kind === 'reveal-lost')).toEqual([])
    await vi.waitFor(async () => { expect(await bench.services.blobs.has(createHash('sha256').update(list(0)).digest('hex'))).toBe(false) })
  })

  it('are ignored when nobody asked for them', () => {
    receive('w2', reveal('w1', 3))
    expect(bench.posted).toEqual([])
  })
})
