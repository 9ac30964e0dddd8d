import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Level } from 'level'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BookKeeper } from '../../src/coordinator/keep-books.ts'
import { settleTurn, step } from '../../src/coordinator/core.ts'
import type { CoordinatorEvent } from '../../src/coordinator/events.ts'
import { loadCoordinator } from '../../src/coordinator/load.ts'
import type { CoordinatorState } from '../../src/coordinator/state.ts'
import { Turn } from '../../src/coordinator/turn.ts'
import { MINT, userAccount } from '../../src/ledger/accounts.ts'
import { accountsRoot } from '../../src/ledger/checkpoint.ts'
import { checkJournal } from '../../src/ledger/check-journal.ts'
import { journalLines } from '../../src/ledger/journal.ts'
import { LEDGER_KEYS } from '../../src/ledger/ledger.ts'
import type { JournalArchive } from '../../src/model/archive.ts'
import { archiveFolders, checkArchive, openDurableStore, openJournalArchive, repairArchive, repairFromMirror } from '../../src/storage/index.ts'
import { withSum, withoutSum } from '../../src/storage/checked.ts'
import { SeededRandom } from '../simulation/random.ts'
import { namedSigner } from '../support/signer.ts'
import { damage } from './damage.ts'

const MUTATIONS = process.env['NIGHTSHIFT_TEST_FULL'] === '1' ? 1000 : 40
const ENTRIES = 230
const CONFIG = { trusted: new Set<string>(), user: 'local', defaultBudget: 0n, leaseTtlMs: 10_000, platforms: [], checkpointEvery: 40 }
const signer = namedSigner('self')

/** A coordinator's books as they are opened at a start. */
interface Opened {
  readonly state: CoordinatorState
  readonly archive: JournalArchive
  readonly turn: (act: (turn: Turn) => void) => Promise<void>
  readonly keep: () => Promise<void>
  /** head, balances, and the number of entries of the whole journal, done once more from the first */
  readonly told: () => Promise<unknown>
  readonly close: () => Promise<void>
}

async function openBooks (dir: string, notes: string[] = []): Promise<Opened> {
  const log = (message: string): void => { notes.push(message) }
  const store = await openDurableStore({ dir: join(dir, 'state'), mirrorDir: join(dir, 'mirror'), snapshotBytes: 40_000, log, sign: async bytes => ({ peer: 'self', signature: Buffer.from(signer.sign(bytes)).toString('hex') }) })
  try {
    const archive = await openJournalArchive(archiveFolders(dir), log)
    const state = await loadCoordinator(store, { signer, bootId: '0'.repeat(32) }, CONFIG, 0)
    const turn: Opened['turn'] = async act => {
      const made = new Turn(state, 1)
      act(made)
      settleTurn(made)
      await store.batch(made.writes(), { sync: true })
    }
    const request = async (event: CoordinatorEvent): Promise<void> => { await turn(made => { step(made, event) }) }
    const keeper = new BookKeeper({ state, store, archive, request, pause: () => Promise.resolve() })
    return {
      state,
      archive,
      turn,
      keep: async () => { await keeper.round(new AbortController().signal) },
      told: async () => {
        const { entries, from, head, accounts, holds } = await checkJournal(journalLines(store, archive), signer)
        expect(accountsRoot(accounts.values(), holds.values())).toBe(accountsRoot(state.ledger.accounts(), state.ledger.holds()))
        return { entries, from, head, stored: state.ledger.head, root: accountsRoot(accounts.values(), holds.values()) }
      },
      close: async () => { await store.close() }
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

describe('the books of a coordinator, archived and vouched for', () => {
  let dir: string
  let good: string
  let expected: unknown
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-books-'))
    good = join(dir, 'good')
    const books = await openBooks(good)
    for (let i = 0; i < ENTRIES; i++) {
      await books.turn(turn => {
        if (i % 5 === 0) turn.book({ key: `give${i}`, transfers: [{ kind: 'direct', debit: MINT, credit: userAccount(`u${i % 3}`), amount: 1000n, ref: {} }] })
        else turn.book({ key: `move${i}`, transfers: i % 5 === 3 ? [{ kind: 'post', holdId: `h${i - 2}`, ref: {} }] : [{ kind: 'hold', holdId: `h${i}`, debit: userAccount(`u${(i - i % 5) % 3}`), credit: userAccount('x'), amount: BigInt(i), ref: {} }] })
      })
      if (i % 50 === 49) await books.keep()
    }
    await books.keep()
    expected = await books.told()
    expect(expected).toMatchObject({ entries: ENTRIES, from: 1 })
    expect(books.state.ledger.pruned.seq).toBe(160)
    await books.close()
    expect((await checkArchive(archiveFolders(good))).files).toBeGreaterThan(2)
  }, 60_000)
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  const copied = async (): Promise<string> => {
    const work = join(dir, 'work')
    await rm(work, { recursive: true, force: true })
    await cp(good, work, { recursive: true })
    return work
  }

  const repaired = async (work: string): Promise<void> => {
    await repairFromMirror(join(work, 'state'), join(work, 'mirror'), () => undefined)
    await repairArchive(archiveFolders(work), () => undefined)
  }

  it(`are found damaged or are right after ${MUTATIONS} random damages of one file, and are repaired`, async () => {
    const seed = Number(process.env['NIGHTSHIFT_SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed} (NIGHTSHIFT_SEED replays it)`)
    const random = new SeededRandom(seed)
    const tally = { harmless: 0, healed: 0, repaired: 0, archive: 0 }
    for (let i = 0; i < MUTATIONS; i++) {
      const work = await copied()
      const what = await damage(work, ['state', 'mirror', 'archive', 'mirror/archive'], () => random.fraction())
      const notes: string[] = []
      const opened = await openBooks(work, notes).catch((error: unknown) => error as { code?: string })
      let books: Opened
      if ('code' in opened) {
        expect(opened.code, what).toMatch(/NS_E_DATA_CORRUPT|NS_E_CONFIG/)
        await repaired(work)
        books = await openBooks(work)
        tally.repaired++
      } else {
        books = opened as Opened
        if (notes.length > 0) tally.healed++
        else tally.harmless++
      }
      expect(await books.told(), what).toEqual(expected)
      if ((await checkArchive(archiveFolders(work))).damages.length > 0) {
        tally.archive++
        await repairArchive(archiveFolders(work), () => undefined)
      }
      expect((await checkArchive(archiveFolders(work))).damages, what).toEqual([])
      await books.turn(turn => { turn.book({ key: 'after', transfers: [{ kind: 'direct', debit: MINT, credit: userAccount('u0'), amount: 1n, ref: {} }] }) })
      await books.close()
    }
    console.log(JSON.stringify(tally))
    expect(tally.repaired + tally.archive).toBeGreaterThan(0)
  }, 900_000)

  it('are not opened with an entry, a balance or a checkpoint that is gone, changed or in another\'s place, though its sum is right', async () => {
    const changes: [string, (level: Level<string, string>, keys: readonly string[]) => Promise<void>][] = [
      ['an entry is gone', async (level, keys) => { await level.del(keys.filter(key => key.startsWith(LEDGER_KEYS.entry))[10] ?? '') }],
      ['the first entry is gone', async (level, keys) => { await level.del(keys.filter(key => key.startsWith(LEDGER_KEYS.entry))[0] ?? '') }],
      ['two entries are swapped', async (level, keys) => {
        const [one = '', two = ''] = keys.filter(key => key.startsWith(LEDGER_KEYS.entry)).slice(20, 22)
        const [first, second] = [withoutSum(one, await level.get(one) ?? ''), withoutSum(two, await level.get(two) ?? '')]
        await level.put(one, withSum(one, second))
        await level.put(two, withSum(two, first))
      }],
      ['a balance is another', async level => {
        const key = `${LEDGER_KEYS.account}${userAccount('u0')}`
        await level.put(key, withSum(key, withoutSum(key, await level.get(key) ?? '').replace(/"(\d+)"\]$/, '"1$1"]')))
      }],
      ['a hold is gone', async (level, keys) => { await level.del(keys.find(key => key.startsWith(LEDGER_KEYS.hold)) ?? '') }],
      ['the last checkpoint vouches for other balances', async (level, keys) => {
        const key = keys.filter(candidate => candidate.startsWith(LEDGER_KEYS.checkpoint)).at(-1) ?? ''
        await level.put(key, withSum(key, withoutSum(key, await level.get(key) ?? '').replace(/"accountsRoot":"[0-9a-f]/, '"accountsRoot":"x').replace('x', '0')))
      }],
      ['checkpoints are gone', async (level, keys) => { for (const key of keys.filter(candidate => candidate.startsWith(LEDGER_KEYS.checkpoint))) await level.del(key) }],
      ['it forgot what was pruned', async level => { await level.del(LEDGER_KEYS.pruned) }]
    ]
    for (const [what, change] of changes) {
      const work = await copied()
      const level = new Level<string, string>(join(work, 'state'))
      await change(level, await level.keys().all())
      await level.close()
      await expect(openBooks(work), what).rejects.toMatchObject({ code: 'NS_E_DATA_CORRUPT', remedy: expect.stringMatching(/repair --from-mirror/) as string })
      await repaired(work)
      const books = await openBooks(work)
      expect(await books.told(), what).toEqual(expected)
      await books.close()
    }
  }, 120_000)

  it('go on from a copy of another day, whose archive had gone further', async () => {
    const work = await copied()
    const books = await openBooks(work)
    for (let i = 0; i < 100; i++) await books.turn(turn => { turn.book({ key: `later${i}`, transfers: [{ kind: 'direct', debit: MINT, credit: userAccount('u1'), amount: 1n, ref: {} }] }) })
    await books.keep()
    expect(books.state.ledger.pruned.seq).toBeGreaterThan(160)
    await books.close()
    await rename(join(work, 'mirror', 'archive'), join(work, 'kept'))
    for (const part of ['state', 'mirror']) {
      await rm(join(work, part), { recursive: true })
      await cp(join(good, part), join(work, part), { recursive: true, filter: path => !path.includes('archive') })
    }
    await rename(join(work, 'kept'), join(work, 'mirror', 'archive'))
    const again = await openBooks(work)
    expect(await again.told()).toEqual(expected)
    for (let i = 0; i < 100; i++) await again.turn(turn => { turn.book({ key: `other${i}`, transfers: [{ kind: 'direct', debit: MINT, credit: userAccount('u2'), amount: 2n, ref: {} }] }) })
    await again.keep()
    expect(await again.told()).toMatchObject({ from: 1, entries: ENTRIES + 100 })
    await again.close()
  }, 60_000)
})
