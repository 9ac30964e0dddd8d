import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store, Write } from '../../src/model/store.ts'
import { openDurableStore, openStore } from '../../src/storage/index.ts'
import { encodeAttempt } from '../../src/worker/records.ts'
import type { WorkerAttempt } from '../../src/worker/state.ts'
import type { Figure } from './figure.ts'

const CHUNKS = 5000
const SNAPSHOT_BYTES = 4 * 1024 * 1024

/** What a worker writes of a chunk's life: its result, the verdict with what it earned, and the receipt, each in a synced batch of its own. */
function writesOf (chunk: number): readonly (readonly Write[])[] {
  const hash = chunk.toString(16).padStart(64, '0')
  const attempt: WorkerAttempt = {
    coordinator: '12D3KooWExample', id: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk, epoch: 1 }, spec: { sha256: hash, size: 400 }, input: { sha256: hash, size: 1000 }, chunkSeed: hash,
    price: 1000n, state: 'COMMITTED', acknowledged: false, doneAt: 0,
    outcome: { value: hash, nonce: hash, files: [{ path: 'out.bin', sha256: hash, size: 8 }], ran: { appHash: hash, paramsHash: hash }, usage: { wallMs: 1, cpuMs: 1, peakMemoryBytes: 1 } }
  }
  const key = `attempt/12D3KooWExample/j-aaaaaaaaaaaaaaaa/${chunk}/1`
  const receipt = JSON.stringify({ body: 'x'.repeat(400), signature: hash + hash })
  return [
    [{ key, value: encodeAttempt(attempt) }],
    [{ key, value: encodeAttempt({ ...attempt, state: 'ACCEPTED' }) }, { key: 'earnings/12D3KooWExample', value: JSON.stringify({ amount: String(chunk), accepted: chunk, rejected: 0 }) }],
    [{ key, value: undefined }, { key: 'book/12D3KooWExample', value: '{"lost":"0"}' }, { key: `receipt/12D3KooWExample/${chunk}`, value: receipt }, { key: `receipt/12D3KooWExample/${chunk - 2}`, value: undefined }]
  ]
}

async function secondsFor (store: Store): Promise<number> {
  const start = performance.now()
  for (let chunk = 0; chunk < CHUNKS; chunk++) for (const writes of writesOf(chunk)) await store.batch(writes, { sync: true })
  const seconds = (performance.now() - start) / 1000
  await store.close()
  return seconds
}

async function bytesIn (dir: string): Promise<number> {
  const sizes = await Promise.all((await readdir(dir)).map(async name => (await stat(join(dir, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** What a chunk costs a worker in its store, with a mirror and without, and what it takes of its disk. */
export async function benchWorkerStore (): Promise<readonly Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-worker-'))
  try {
    const plain = await secondsFor(await openStore(join(dir, 'plain')))
    const mirrorDir = join(dir, 'mirror')
    const durable = await secondsFor(await openDurableStore({ dir: join(dir, 'state'), mirrorDir, log: () => undefined, snapshotBytes: SNAPSHOT_BYTES }))
    const each = (seconds: number): string => `${(seconds / CHUNKS * 1000).toFixed(2)} ms`
    const mirrored = await bytesIn(mirrorDir) / 2 ** 20
    return [
      { name: 'a chunk in a worker\'s store, three synced batches', value: each(durable), baseline: `without sums and mirror: ${each(plain)}`, ratio: plain / durable, goal: 0.5 },
      { name: `a worker's mirror after ${CHUNKS} chunks`, value: `${mirrored.toFixed(1)} MiB`, baseline: 'limit 16 MiB', ratio: 16 / mirrored, goal: 1 }
    ]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
