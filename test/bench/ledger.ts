import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Level } from 'level'
import { loadCoordinator } from '../../src/coordinator/load.ts'
import { encodeChunk, encodeJob } from '../../src/coordinator/records.ts'
import { KEYS } from '../../src/coordinator/keys.ts'
import type { Chunk, JobRecord } from '../../src/coordinator/state.ts'
import { MINT } from '../../src/ledger/accounts.ts'
import { EMPTY_LEDGER, Ledger } from '../../src/ledger/ledger.ts'
import type { Write } from '../../src/model/store.ts'
import { openDurableStore } from '../../src/storage/index.ts'
import { writeBatch } from '../../src/storage/write-batch.ts'
import type { Figure } from './figure.ts'
import { namedSigner } from '../support/signer.ts'

const TRANSFERS = 20_000
/** Commands that share one synced batch, as in the coordinator's turns. */
const GROUP = 64
const ENTRIES = 100_000
const OPEN_CHUNKS = 10_000

/** Transfers per second with all that makes them durable, against LevelDB taking the same number of synced batches of plain values; and how fast a node is back. */
export async function benchLedger (): Promise<readonly Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-ledger-'))
  try {
    const bare = await barePerSecond(join(dir, 'bare'))
    const ours = await transfersPerSecond(dir)
    const seconds = await recovery(join(dir, 'recovery'))
    return [
      { name: `transfers per second, ${GROUP} a batch`, value: `${ours.toFixed(0)}/s`, baseline: `bare LevelDB, as many values in as many synced batches: ${bare.toFixed(0)}/s`, ratio: ours / bare, goal: 0.6 },
      { name: `recovery of ${ENTRIES} entries and ${OPEN_CHUNKS} open chunks`, value: `${seconds.toFixed(2)} s`, baseline: 'goal 3 s', ratio: 3 / seconds, goal: 1 }
    ]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function barePerSecond (dir: string): Promise<number> {
  const level = new Level<string, string>(dir)
  await level.open()
  const value = 'x'.repeat(300)
  const start = performance.now()
  for (let i = 0; i < TRANSFERS; i += GROUP) {
    await writeBatch(level, Array.from({ length: GROUP }, (_, j) => ({ type: 'put' as const, key: `entry/${i + j}`, value })), { sync: true })
  }
  const rate = TRANSFERS / ((performance.now() - start) / 1000)
  await level.close()
  return rate
}

async function transfersPerSecond (dir: string): Promise<number> {
  const store = await openDurableStore({ dir: join(dir, 'state'), mirrorDir: join(dir, 'mirror'), log: () => undefined })
  const ledger = new Ledger(EMPTY_LEDGER)
  const start = performance.now()
  for (let i = 0; i < TRANSFERS; i += GROUP) {
    const writes = new Map<string, Write>()
    for (let j = 0; j < GROUP; j++) for (const write of holdAndPost(ledger, i + j)) writes.set(write.key, write)
    await store.batch([...writes.values()], { sync: true })
  }
  const rate = TRANSFERS / ((performance.now() - start) / 1000)
  await store.close()
  return rate
}

function holdAndPost (ledger: Ledger, i: number): readonly Write[] {
  const holdId = `j-bench/${i}/1`
  const ref = { job: 'j-bench', chunk: i, epoch: 1 }
  return i % 2 === 0
    ? ledger.apply({ key: `hold:${i}`, at: i, incarnation: 1, transfers: [{ kind: 'hold', holdId, debit: MINT, credit: `peer:${i % 7}`, amount: 1000n, ref }] }).writes
    : ledger.apply({ key: `post:${i}`, at: i, incarnation: 1, transfers: [{ kind: 'post', holdId: `j-bench/${i - 1}/1`, ref }] }).writes
}

/** A coordinator's folder with a long journal and a job in progress, opened as at a start. Seconds. */
async function recovery (dir: string): Promise<number> {
  const options = { dir: join(dir, 'state'), mirrorDir: join(dir, 'mirror'), log: () => undefined }
  const store = await openDurableStore(options)
  const ledger = new Ledger(EMPTY_LEDGER)
  for (let i = 0; i < ENTRIES; i += 500) await store.batch(Array.from({ length: 500 }, (_, j) => holdAndPost(ledger, i + j)).flat(), { sync: true })
  const record = jobRecord()
  await store.batch([{ key: KEYS.job + record.id, value: encodeJob(record) }, { key: KEYS.spec + record.id, value: JSON.stringify(record.spec) }], { sync: true })
  for (let i = 0; i < OPEN_CHUNKS; i += 500) await store.batch(Array.from({ length: 500 }, (_, j) => ({ key: KEYS.chunk(record.id, i + j), value: encodeChunk(chunk(i + j)) })), { sync: true })
  await store.close()
  const start = performance.now()
  const again = await openDurableStore(options)
  const state = await loadCoordinator(again, { signer: namedSigner('self'), bootId: '0'.repeat(32) }, { trusted: new Set(), user: 'local', defaultBudget: 0n, leaseTtlMs: 10_000, platforms: ['wasm'] }, Date.now())
  const seconds = (performance.now() - start) / 1000
  if (state.jobs.get(record.id)?.chunks.length !== OPEN_CHUNKS || state.ledger.head.seq !== ENTRIES) throw new Error('not everything came back')
  await again.close()
  return seconds
}

function jobRecord (): JobRecord {
  const manifest = { name: 'a', version: '1.0', type: 'app' as const, description: '', entrypoint: 'a.wasm', platform: 'wasm' as const, platform_config: {}, device_requirements: {}, determinism: 'bitwise' as const }
  return {
    id: 'j-aaaaaaaaaaaaaaaa', createdAt: 0, budget: 0n, maxPrice: 0n, seed: '0'.repeat(64), state: 'RUNNING', chunkCount: OPEN_CHUNKS, outputs: 0, spent: 0n, executions: 0, disputes: 0, failed: 0, verified: 0, decided: 0,
    spec: {
      name: 'bench', description: '', app: { manifest, files: [], hash: '0'.repeat(64) }, partitioner: { builtin: 'passthrough' }, assembler: { builtin: 'passthrough' },
      params: { partitioner: {}, app: {}, assembler: {} }, source: [],
      config: { taskTimeout: 300, jobTimeout: 0, retries: 5, replicas: 2, allowWasm: false, allowPartial: false, estimate: 1, isolation: 'process', isTestJob: false }
    }
  }
}

function chunk (index: number): Chunk {
  return {
    index, input: { sha256: 'a'.repeat(64), size: 100 }, state: 'ACTIVE', epoch: 1, quorum: 2, excluded: [], appFailures: [], nodeFailures: [], disputed: false,
    attempts: [{ epoch: 1, worker: `worker-${index % 5}`, group: `worker-${index % 5}`, trusted: false, price: 10n, holdId: '', leasedAt: 0, ahead: 0, state: 'RUNNING', expiresAt: 0 }]
  }
}
