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
  const rates = { ours: [] as number[], same: [] as number[], plain: [] as number[] }
  const decided = batchesOf(new Ledger(EMPTY_LEDGER)).map(writes => writes.map(({ key, value }): Operation => value === undefined ? { type: 'del', key } : { type: 'put', key, value }))
  const value = 'x'.repeat(300)
  const plain = decided.map((_, i) => Array.from({ length: GROUP }, (__, j): Operation => ({ type: 'put', key: `entry/${i * GROUP + j}`, value })))
  for (let i = 0; i < ROUNDS; i++) {
    rates.same.push(await inFolder(async dir => await barePerSecond(dir, decided)))
    rates.plain.push(await inFolder(async dir => await barePerSecond(dir, plain)))
    rates.ours.push(await inFolder(transfersPerSecond))
  }
  const [ours, same, bare] = [median(rates.ours), median(rates.same), median(rates.plain)]
  const name = `transfers per second, ${GROUP} a batch, decided, summed, stamped and mirrored`
  return [
    { name, value: `${ours.toFixed(0)}/s`, baseline: `bare LevelDB, the same accounts, holds and entries in as many synced batches: ${same.toFixed(0)}/s`, ratio: ours / same, goal: 0.6 },
    { name, value: `${ours.toFixed(0)}/s`, baseline: `bare LevelDB, one value of 300 characters a transfer: ${bare.toFixed(0)}/s`, ratio: ours / bare, goal: 0.6 }
  ]
}

async function inFolder (run: (dir: string) => Promise<number>): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-ledger-'))
  try {
    return await run(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function barePerSecond (dir: string, batches: readonly (readonly Operation[])[]): Promise<number> {
  const level = new Level<string, string>(dir)
  await level.open()
  const start = performance.now()
  for (const batch of batches) await writeBatch(level, batch, { sync: true })
  const rate = TRANSFERS / ((performance.now() - start) / 1000)
  await level.close()
  return rate
}

async function transfersPerSecond (dir: string): Promise<number> {
  const store = await openDurableStore({ dir: join(dir, 'state'), mirrorDir: join(dir, 'mirror'), log: () => undefined })
  const ledger = new Ledger(EMPTY_LEDGER)
  const start = performance.now()
  for (let i = 0; i < TRANSFERS; i += GROUP) await store.batch(batchOf(ledger, i), { sync: true })
  const rate = TRANSFERS / ((performance.now() - start) / 1000)
  await store.close()
  return rate
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
