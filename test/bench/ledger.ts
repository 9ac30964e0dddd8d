import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MINT } from '../../src/ledger/accounts.ts'
import { EMPTY_LEDGER, Ledger } from '../../src/ledger/ledger.ts'
import type { Write } from '../../src/model/store.ts'
import { openDurableStore, openStore } from '../../src/storage/index.ts'
import { benchDurability } from './durability.ts'
import { median } from './figure.ts'
import type { Figure } from './figure.ts'
import { benchRecovery } from './recovery.ts'

const BATCHES = 300
/** Commands that share one synced batch: as when one comes alone, and as many as ever share one. */
const GROUPS = [1, 64]
const ROUNDS = 7

/** The ledger's figures: transfers per second, what durability costs a chunk, and how fast a node is back. */
export async function benchLedger (): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const group of GROUPS) figures.push(await benchTransfers(group))
  return [...figures, ...await benchDurability(), ...await benchRecovery()]
}

/** One of those compared: takes batch after batch. */
interface Contestant {
  readonly take: (batch: number) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Transfers decided and made durable, with sums, stamps and mirror, against bare LevelDB taking what they come to in as
 * many synced batches. They take turns batch by batch, each going first as often as the others, so that what else the
 * machine does meets all alike; the middle one of all batches counts.
 */
async function benchTransfers (group: number): Promise<Figure> {
  const decided = batchesOf(new Ledger(EMPTY_LEDGER), group)
  const contestants: readonly ((dir: string) => Promise<Contestant>)[] = [async dir => await ours(dir, group), async dir => await bare(dir, decided)]
  const costs = contestants.map((): Cost[] => [])
  for (let round = 0; round < ROUNDS; round++) await inFolder(async dir => { await compete(dir, contestants, decided.length, costs) })
  const [mine, theirs] = costs.map(middle) as [Cost, Cost]
  return {
    name: `transfers per second, ${group} a synced batch, decided, summed, stamped and mirrored`,
    value: told(mine, group),
    baseline: `bare LevelDB, the same accounts, holds and entries in as many synced batches: ${told(theirs, group)}`,
    ratio: theirs.ms / mine.ms,
    goal: 0.6
  }
}

/** Of a batch: how long it took, and the processor time, both in milliseconds. */
interface Cost { readonly ms: number, readonly cpu: number }

async function compete (dir: string, contestants: readonly ((dir: string) => Promise<Contestant>)[], batches: number, costs: readonly Cost[][]): Promise<void> {
  const entered: Contestant[] = []
  try {
    for (const [i, make] of contestants.entries()) entered.push(await make(join(dir, String(i))))
    for (let batch = 0; batch < batches; batch++) {
      for (let turn = 0; turn < entered.length; turn++) {
        const i = (batch + turn) % entered.length
        costs[i]?.push(await measured(async () => { await entered[i]?.take(batch) }))
      }
    }
  } finally {
    for (const { close } of entered) await close()
  }
}

async function measured (run: () => Promise<void>): Promise<Cost> {
  const [before, start] = [process.cpuUsage(), performance.now()]
  await run()
  const [{ user, system }, ms] = [process.cpuUsage(before), performance.now() - start]
  return { ms, cpu: (user + system) / 1000 }
}

function middle (costs: readonly Cost[]): Cost {
  return { ms: median(costs.map(({ ms }) => ms)), cpu: median(costs.map(({ cpu }) => cpu)) }
}

function told ({ ms, cpu }: Cost, group: number): string {
  return `${(group * 1000 / ms).toFixed(0)}/s, ${(cpu * 1000 / group).toFixed(1)} µs of processor time each`
}

async function inFolder (run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-ledger-'))
  try {
    await run(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function bare (dir: string, batches: readonly (readonly Write[])[]): Promise<Contestant> {
  const store = await openStore(dir)
  return { take: async batch => { await store.batch(batches[batch] ?? [], { sync: true }) }, close: async () => { await store.close() } }
}

async function ours (dir: string, group: number): Promise<Contestant> {
  const store = await openDurableStore({ dir: join(dir, 'state'), mirrorDir: join(dir, 'mirror'), log: () => undefined })
  const ledger = new Ledger(EMPTY_LEDGER)
  return { take: async batch => { await store.batch(batchOf(ledger, batch * group, group), { sync: true }) }, close: async () => { await store.close() } }
}

function batchesOf (ledger: Ledger, group: number): readonly (readonly Write[])[] {
  return Array.from({ length: BATCHES }, (_, i) => batchOf(ledger, i * group, group))
}

/** The writes of a turn: the last of a key counts. */
function batchOf (ledger: Ledger, from: number, group: number): readonly Write[] {
  const writes = new Map<string, Write>()
  for (let i = from; i < from + group; i++) for (const write of holdAndPost(ledger, i)) writes.set(write.key, write)
  return [...writes.values()].map(({ key, value }) => ({ key, value }))
}

function holdAndPost (ledger: Ledger, i: number): readonly Write[] {
  const holdId = `j-bench/${i}/1`
  const ref = { job: 'j-bench', chunk: i, epoch: 1 }
  return i % 2 === 0
    ? ledger.apply({ key: `hold:${i}`, at: i, incarnation: 1, transfers: [{ kind: 'hold', holdId, debit: MINT, credit: `peer:${i % 7}`, amount: 1000n, ref }] }).writes
    : ledger.apply({ key: `post:${i}`, at: i, incarnation: 1, transfers: [{ kind: 'post', holdId: `j-bench/${i - 1}/1`, ref }] }).writes
}
