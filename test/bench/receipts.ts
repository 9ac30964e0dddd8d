import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { checkFile } from '../../src/cli/receipts.ts'
import { jobReceipt } from '../../src/coordinator/job-receipt.ts'
import { KEYS } from '../../src/coordinator/keys.ts'
import { encodeChunk, newChunk } from '../../src/coordinator/records.ts'
import type { JobRecord } from '../../src/coordinator/state.ts'
import { taskOf } from '../../src/coordinator/task.ts'
import { nodeSigner, peerVerifier } from '../../src/model/messages/signing.ts'
import { ranOf } from '../../src/model/task-spec.ts'
import type { Store } from '../../src/model/store.ts'
import { loadIdentity } from '../../src/network/index.ts'
import { openStore } from '../../src/storage/index.ts'
import { signAttestation } from '../../src/verification/attestation.ts'
import { BATCH_SIZE, drawBatch } from '../../src/verification/audit.ts'
import type { BatchResult } from '../../src/verification/audit.ts'
import { simulatedJob } from '../simulation/jobs.ts'
import type { Figure } from './figure.ts'

const CHUNKS = 100_000
const GOAL_SECONDS = 60
const GOAL_BYTES = 1024
/** what making it may add to the process at its peak, MiB */
const GOAL_MIB = 256

/** What it costs to make, and to check, the receipt of a job of 100,000 chunks that ran in batches. */
export async function benchReceipts (): Promise<readonly Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-receipts-'))
  try {
    const { peerId, privateKey } = await loadIdentity(dir)
    const signer = nodeSigner(peerId, privateKey.raw)
    const store = await openStore(join(dir, 'state'))
    const record = await fill(store, signer)
    const file = join(dir, 'receipt.json')
    let peak = 0
    const before = process.memoryUsage().rss
    const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss - before) }, 20)
    const making = await seconds(async () => { await pipeline(Readable.from(jobReceipt({ record, store, signer })), createWriteStream(file)) })
    clearInterval(watch)
    await store.close()
    const checking = await seconds(async () => {
      const { problems } = await checkFile(file, { verify: peerVerifier() })
      if (problems.count > 0) throw new Error(`the receipt does not hold: ${JSON.stringify(problems.named[0])}`)
    })
    const bytes = (await stat(file)).size / CHUNKS
    const mib = peak / 1024 ** 2
    return [
      { name: `making the receipt of ${CHUNKS} chunks`, value: `${making.toFixed(1)} s`, baseline: `goal ${GOAL_SECONDS} s`, ratio: GOAL_SECONDS / making, goal: 1 },
      { name: 'memory it takes meanwhile', value: `${mib.toFixed(0)} MiB`, baseline: `goal ${GOAL_MIB} MiB`, ratio: GOAL_MIB / mib, goal: 1 },
      { name: 'its size', value: `${bytes.toFixed(0)} bytes a chunk`, baseline: `goal ${GOAL_BYTES} bytes`, ratio: GOAL_BYTES / bytes, goal: 1 },
      { name: `checking it, ${CHUNKS} attestations included`, value: `${checking.toFixed(1)} s`, baseline: `goal ${GOAL_SECONDS} s`, ratio: GOAL_SECONDS / checking, goal: 1 }
    ]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function seconds (run: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await run()
  return (performance.now() - start) / 1000
}

/** An ended job in a store, as the coordinator leaves it. */
async function fill (store: Store, signer: ReturnType<typeof nodeSigner>): Promise<JobRecord> {
  const record = { ...simulatedJob('j-aaaaaaaaaaaaaaaa', { replicas: undefined }), state: 'COMPLETED' as const, chunkCount: CHUNKS, endedAt: 2_000_000 }
  const task = taskOf(record.spec, CHUNKS)
  const specHash = sha256(JSON.stringify(task))
  await store.batch([{ key: KEYS.task + record.id, value: JSON.stringify({ sha256: specHash, size: 1 }) }], { sync: false })
  const work = { ...ranOf(task), specHash, worker: signer.self, coordinator: signer.self, exitCode: 0, jobId: record.id, epoch: 1 }
  for (let first = 0; first < CHUNKS; first += BATCH_SIZE) {
    const results: BatchResult[] = Array.from({ length: Math.min(BATCH_SIZE, CHUNKS - first) }, (_, i) => [first + i, 1, sha256(`commitment ${first + i}`)])
    const draw = { results, drawn: [...drawBatch(record.seed, record.id, results, 0.25)], passes: 20 }
    await store.batch([{ key: KEYS.batch(record.id, batchId(first)), value: JSON.stringify({ worker: signer.self, draw, told: true }) }], { sync: false })
  }
  for (let first = 0; first < CHUNKS; first += 1000) {
    await store.batch(Array.from({ length: 1000 }, (_, i) => {
      const index = first + i
      const chunk = newChunk(index, { sha256: sha256(`input ${index}`), size: 100 }, 1)
      Object.assign(chunk, { state: 'DECIDED', epoch: 1, value: sha256(`result ${index}`), risk: 0 })
      chunk.attempts.push({
        epoch: 1, worker: signer.self, group: signer.self, trusted: true, price: 1_000_000n, holdId: 'h', leasedAt: 1, ahead: 0, state: 'SETTLED', expiresAt: 1,
        batch: batchId(index), place: index % BATCH_SIZE,
        attestation: Buffer.from(signAttestation({ ...work, chunk: index, inputHash: chunk.input.sha256, resultHash: chunk.value ?? '' }, signer)).toString('hex')
      })
      return { key: KEYS.chunk(record.id, index), value: encodeChunk(chunk) }
    }), { sync: false })
  }
  return record
}

function batchId (index: number): string {
  return `1.${Math.floor(index / BATCH_SIZE)}`
}

function sha256 (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
