import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Level } from 'level'
import type { Write } from '../../src/model/store.ts'
import { openDurableStore, openStore } from '../../src/storage/index.ts'
import { writeStamped } from '../../src/storage/stamps.ts'
import { chainedLine } from '../../src/storage/chain.ts'
import { simulatedJob } from '../simulation/jobs.ts'
import { SimulatedNetwork } from '../simulation/network.ts'
import { median } from './figure.ts'
import type { Figure } from './figure.ts'

const CHUNKS = 200
const ROUNDS = 5

interface Cost { readonly ms: number, readonly bytes: number }

/**
 * What it costs a chunk that everything about it is on disk before it is said:
 * the batches of a whole job as the coordinator decides them, each synced alone.
 */
export async function benchDurability (): Promise<readonly Figure[]> {
  const batches = batchesOfJob()
  const costs = { plain: [] as Cost[], summed: [] as Cost[], mirrored: [] as Cost[] }
  for (let i = 0; i < ROUNDS; i++) {
    costs.plain.push(await cost(batches, openPlain))
    costs.summed.push(await cost(batches, openSummed))
    costs.mirrored.push(await cost(batches, openMirrored))
  }
  const [plain, summed, mirrored] = [middle(costs.plain), middle(costs.summed), middle(costs.mirrored)]
  const perChunk = (batches.length / CHUNKS).toFixed(1)
  const figure = (name: string, { ms, bytes }: Cost, goal: number): Figure => ({
    name: `durability of a chunk (${perChunk} synced batches), ${name}`, value: `${ms.toFixed(2)} ms and ${(bytes / 1024).toFixed(1)} KiB written`,
    baseline: `bare LevelDB, the same batches: ${plain.ms.toFixed(2)} ms and ${(plain.bytes / 1024).toFixed(1)} KiB`, ratio: plain.ms / ms, goal
  })
  return [figure('sums and stamps, no mirror', summed, 0.8), figure('with the mirror', mirrored, 0.5)]
}

function batchesOfJob (): readonly (readonly Write[])[] {
  const batches: (readonly Write[])[] = []
  const network = new SimulatedNetwork(1, { onBatch: writes => { batches.push(writes) } })
  for (const name of ['w1', 'w2', 'w3', 'w4']) network.addWorker(name, { taskMs: 500 })
  const id = 'j-aaaaaaaaaaaaaaaa'
  network.submit(simulatedJob(id), CHUNKS)
  for (let i = 0; i < 1000 && network.coordinator.jobs.get(id)?.record.state !== 'COMPLETED'; i++) network.run(5000)
  if (network.coordinator.jobs.get(id)?.record.state !== 'COMPLETED') throw new Error('the job did not end')
  return batches
}

type Opened = Readonly<{ batch: (writes: readonly Write[]) => Promise<void>, close: () => Promise<void> }>

async function openPlain (dir: string): Promise<Opened> {
  const store = await openStore(join(dir, 'state'))
  return { batch: async writes => { await store.batch(writes, { sync: true }) }, close: async () => { await store.close() } }
}

/** As the durable store writes into its database. */
async function openSummed (dir: string): Promise<Opened> {
  const level = new Level<string, string>(join(dir, 'state'))
  await level.open()
  let [n, hash] = [0, '0'.repeat(64)]
  return {
    batch: async writes => {
      hash = chainedLine(hash, { n: ++n, w: writes.map(({ key, value }) => [key, value ?? null]) }).hash
      await writeStamped(level, [{ writes, position: { n, hash } }], { sync: true })
    },
    close: async () => { await level.close() }
  }
}

async function openMirrored (dir: string): Promise<Opened> {
  const store = await openDurableStore({ dir: join(dir, 'state'), mirrorDir: join(dir, 'mirror'), log: () => undefined })
  return { batch: async writes => { await store.batch(writes, { sync: true }) }, close: async () => { await store.close() } }
}

async function cost (batches: readonly (readonly Write[])[], open: (dir: string) => Promise<Opened>): Promise<Cost> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-durability-'))
  try {
    const store = await open(dir)
    const [before, start] = [await bytesWritten(), performance.now()]
    for (const writes of batches) await store.batch(writes)
    const [ms, after] = [performance.now() - start, await bytesWritten()]
    await store.close()
    return { ms: ms / CHUNKS, bytes: (after - before) / CHUNKS }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Bytes this process has handed to the system to write, as Linux counts them. */
async function bytesWritten (): Promise<number> {
  return Number(/^wchar: (\d+)$/m.exec(await readFile('/proc/self/io', 'utf8'))?.[1] ?? NaN)
}

function middle (costs: readonly Cost[]): Cost {
  return { ms: median(costs.map(({ ms }) => ms)), bytes: median(costs.map(({ bytes }) => bytes)) }
}
