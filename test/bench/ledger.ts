import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Level } from 'level'
import { MINT } from '../../src/ledger/accounts.ts'
import { EMPTY_LEDGER, Ledger } from '../../src/ledger/ledger.ts'
import type { Write } from '../../src/model/store.ts'
import { openDurableStore } from '../../src/storage/index.ts'
import { writeBatch } from '../../src/storage/write-batch.ts'
import type { Operation } from '../../src/storage/write-batch.ts'
import { benchDurability } from './durability.ts'
import { median } from './figure.ts'
import type { Figure } from './figure.ts'
import { benchRecovery } from './recovery.ts'

const TRANSFERS = 20_000
/** Commands that share one synced batch, as in the coordinator's turns. */
const GROUP = 64
const ROUNDS = 7

/** The ledger's figures: transfers per second, what durability costs a chunk, and how fast a node is back. */
export async function benchLedger (): Promise<readonly Figure[]> {
  return [...await benchTransfers(), ...await benchDurability(), ...await benchRecovery()]
}

/** Transfers decided and made durable, with sums, stamps and mirror, against bare LevelDB taking what they come to in as many synced batches. */
async function benchTransfers (): Promise<readonly Figure[]> {
  const costs = { ours: [] as Cost[], same: [] as Cost[], plain: [] as Cost[] }
  const decided = batchesOf(new Ledger(EMPTY_LEDGER)).map(writes => writes.map(({ key, value }): Operation => value === undefined ? { type: 'del', key } : { type: 'put', key, value }))
  const value = 'x'.repeat(300)
  const plain = decided.map((_, i) => Array.from({ length: GROUP }, (__, j): Operation => ({ type: 'put', key: `entry/${i * GROUP + j}`, value })))
  for (let i = 0; i < ROUNDS; i++) {
    costs.same.push(await inFolder(async dir => await bare(dir, decided)))
    costs.plain.push(await inFolder(async dir => await bare(dir, plain)))
    costs.ours.push(await inFolder(ours))
  }
  const [mine, same, least] = [middle(costs.ours), middle(costs.same), middle(costs.plain)]
  const name = `transfers per second, ${GROUP} a batch, decided, summed, stamped and mirrored`
  return [
    { name, value: told(mine), baseline: `bare LevelDB, the same accounts, holds and entries in as many synced batches: ${told(same)}`, ratio: mine.perSecond / same.perSecond, goal: 0.6 },
    { name, value: told(mine), baseline: `bare LevelDB, one value of 300 characters a transfer: ${told(least)}`, ratio: mine.perSecond / least.perSecond, goal: 0.6 }
  ]
}

/** Of transfers: how many a second, and the processor time of one, microseconds. */
interface Cost { readonly perSecond: number, readonly cpu: number }

async function measured (run: () => Promise<void>): Promise<Cost> {
  const [before, start] = [process.cpuUsage(), performance.now()]
  await run()
  const [{ user, system }, ms] = [process.cpuUsage(before), performance.now() - start]
  return { perSecond: TRANSFERS / (ms / 1000), cpu: (user + system) / TRANSFERS }
}

function middle (costs: readonly Cost[]): Cost {
  return { perSecond: median(costs.map(({ perSecond }) => perSecond)), cpu: median(costs.map(({ cpu }) => cpu)) }
}

function told ({ perSecond, cpu }: Cost): string {
  return `${perSecond.toFixed(0)}/s, ${cpu.toFixed(1)} µs of processor time each`
}

async function inFolder (run: (dir: string) => Promise<Cost>): Promise<Cost> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-ledger-'))
  try {
    return await run(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function bare (dir: string, batches: readonly (readonly Operation[])[]): Promise<Cost> {
  const level = new Level<string, string>(dir)
  await level.open()
  const cost = await measured(async () => { for (const batch of batches) await writeBatch(level, batch, { sync: true }) })
  await level.close()
  return cost
}

async function ours (dir: string): Promise<Cost> {
  const store = await openDurableStore({ dir: join(dir, 'state'), mirrorDir: join(dir, 'mirror'), log: () => undefined })
  const ledger = new Ledger(EMPTY_LEDGER)
  const cost = await measured(async () => { for (let i = 0; i < TRANSFERS; i += GROUP) await store.batch(batchOf(ledger, i), { sync: true }) })
  await store.close()
  return cost
}

function batchesOf (ledger: Ledger): readonly (readonly Write[])[] {
  return Array.from({ length: Math.ceil(TRANSFERS / GROUP) }, (_, i) => batchOf(ledger, i * GROUP))
}

/** The writes of a turn: the last of a key counts. */
function batchOf (ledger: Ledger, from: number): readonly Write[] {
  const writes = new Map<string, Write>()
  for (let i = from; i < from + GROUP; i++) for (const write of holdAndPost(ledger, i)) writes.set(write.key, write)
  return [...writes.values()].map(({ key, value }) => ({ key, value }))
}

function holdAndPost (ledger: Ledger, i: number): readonly Write[] {
  const holdId = `j-bench/${i}/1`
  const ref = { job: 'j-bench', chunk: i, epoch: 1 }
  return i % 2 === 0
    ? ledger.apply({ key: `hold:${i}`, at: i, incarnation: 1, transfers: [{ kind: 'hold', holdId, debit: MINT, credit: `peer:${i % 7}`, amount: 1000n, ref }] }).writes
    : ledger.apply({ key: `post:${i}`, at: i, incarnation: 1, transfers: [{ kind: 'post', holdId: `j-bench/${i - 1}/1`, ref }] }).writes
}
