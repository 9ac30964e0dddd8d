import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BookKeeper } from '../../src/coordinator/keep-books.ts'
import { MINT, peerAccount } from '../../src/ledger/accounts.ts'
import { checkBooks } from '../../src/ledger/audit.ts'
import { booksLine, openBooksLine } from '../../src/ledger/books-line.ts'
import { CHECKPOINT_IDLE_MS, accountsRoot, checkpointIsDue, openCheckpoint } from '../../src/ledger/checkpoint.ts'
import { journalLines, newestEntries } from '../../src/ledger/journal.ts'
import { EMPTY_LEDGER, LEDGER_KEYS, Ledger } from '../../src/ledger/ledger.ts'
import { booksOf, loadLedger } from '../../src/ledger/load.ts'
import { Replay } from '../../src/ledger/replay.ts'
import { sourceOf } from '../../src/ledger/source.ts'
import type { Entry, Transfer } from '../../src/ledger/transfers.ts'
import { freshState } from '../../src/coordinator/load.ts'
import type { Write } from '../../src/model/store.ts'
import { MemoryArchive } from '../support/archive.ts'
import { namedSigner } from '../support/signer.ts'
import { simulatedSigner } from '../simulation/world/signer.ts'

const RUNS = process.env['NIGHTSHIFT_TEST_FULL'] === '1' ? 10_000 : 500

type Step =
  | { kind: 'direct' | 'hold', from: number, to: number, amount: bigint }
  | { kind: 'post' | 'void', pick: number }
  | { kind: 'checkpoint' | 'keep' | 'reopen' }

const accounts = [MINT, 'user:a', 'user:b', 'escrow:j', 'peer:p', 'peer:q']
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('direct' as const, 'hold' as const), from: fc.nat(5), to: fc.nat(5), amount: fc.bigInt(0n, 1000n) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('post' as const, 'void' as const), pick: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('checkpoint' as const, 'keep' as const, 'reopen' as const) }) }
)

function transferOf (wanted: Step, i: number): Transfer | undefined {
  if ('pick' in wanted) return { kind: wanted.kind, holdId: `h${wanted.pick}`, ref: {} }
  if (!('from' in wanted)) return undefined
  const sides = { debit: accounts[wanted.from] ?? '', credit: accounts[wanted.to] ?? '', amount: wanted.amount, ref: {} }
  return wanted.kind === 'direct' ? { kind: 'direct', ...sides } : { kind: 'hold', holdId: `h${i}`, ...sides }
}

/** A ledger with its disk and its archive, kept as a coordinator keeps them. */
class KeptLedger {
  readonly disk = new Map<string, string>()
  readonly archive = new MemoryArchive()
  /** every entry there ever was */
  readonly entries: Entry[] = []
  readonly signer = simulatedSigner('self')
  ledger = new Ledger(EMPTY_LEDGER)
  #keeper = this.#newKeeper()

  #newKeeper (): BookKeeper {
    const state = freshState({ signer: this.signer, bootId: '' }, 1, { trusted: new Set(), user: 'local', defaultBudget: 0n, leaseTtlMs: 1, platforms: [] }, this.ledger)
    // there are no channels here: what is posted to peers is owed by nobody
    state.ahead.set('x', {} as never)
    return new BookKeeper({
      state,
      store: { ...sourceOf(this.disk), batch: () => Promise.reject(new Error('the keeper writes nothing')), close: () => Promise.resolve() },
      archive: this.archive,
      request: async event => { if (event.kind === 'archived') this.write(this.ledger.prune(event.upTo)) },
      pause: () => Promise.resolve()
    })
  }

  write (writes: readonly Write[]): void {
    for (const { key, value } of writes) {
      if (value === undefined) this.disk.delete(key)
      else this.disk.set(key, value)
    }
  }

  /** True when the rules allow it. */
  apply (key: string, at: number, transfer: Transfer): boolean {
    try {
      const { entry, writes } = this.ledger.apply({ key, at, incarnation: 1, transfers: [transfer] })
      if (entry !== undefined) this.entries.push(entry)
      this.write(writes)
      return true
    } catch {
      return false
    }
  }

  checkpoint (at: number): void { this.write(this.ledger.takeCheckpoint(at, this.signer)) }

  async keep (): Promise<void> { await this.#keeper.round(new AbortController().signal) }

  async reopen (): Promise<void> {
    this.ledger = await loadLedger(sourceOf(this.disk), this.signer)
    this.#keeper = this.#newKeeper()
  }

  async lines (): Promise<readonly string[]> {
    const lines: string[] = []
    for await (const line of journalLines(sourceOf(this.disk), this.archive)) lines.push(line)
    return lines
  }
}

function plain (ledger: Ledger): unknown {
  const used = [...ledger.accounts()].filter(({ debitsPending, debitsPosted, creditsPending, creditsPosted }) => [debitsPending, debitsPosted, creditsPending, creditsPosted].some(sum => sum !== 0n))
  const sorted = <T extends { id: string }>(all: Iterable<T>): T[] => [...all].sort((a, b) => a.id < b.id ? -1 : 1)
  return { accounts: sorted(used), holds: sorted(ledger.holds()), head: ledger.head }
}

describe('a ledger with checkpoints, whose old entries are archived', () => {
  it('keeps its balances, holds and journal through checkpoints, pruning and restarts', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 100, size: 'max' }), async steps => {
      const kept = new KeptLedger()
      const model = new Ledger(EMPTY_LEDGER)
      for (const [i, wanted] of steps.entries()) {
        const transfer = transferOf(wanted, i)
        if (transfer !== undefined) {
          const allowed = kept.apply(`k${i}`, i, transfer)
          const same = (): unknown => model.apply({ key: `k${i}`, at: i, incarnation: 1, transfers: [transfer] })
          if (allowed) same()
          else expect(same).toThrow()
        } else if (wanted.kind === 'checkpoint') kept.checkpoint(i)
        else if (wanted.kind === 'keep') await kept.keep()
        else await kept.reopen()
        expect(plain(kept.ledger)).toEqual(plain(model))
        checkBooks(kept.ledger.accounts(), kept.ledger.holds())
        expect(kept.ledger.pruned.seq).toBeLessThanOrEqual(kept.ledger.prunable)
        const inDatabase = [...kept.disk.keys()].filter(key => key.startsWith(LEDGER_KEYS.entry)).length
        expect(inDatabase).toBe(kept.ledger.head.seq - kept.ledger.pruned.seq)
        expect([...kept.disk.keys()].filter(key => key.startsWith(LEDGER_KEYS.key)).length).toBe(kept.entries.filter(entry => entry.seq > kept.ledger.pruned.seq && entry.transfers.some(({ kind }) => kind === 'direct')).length)
      }
      const lines = (await kept.lines()).map(line => JSON.parse(line) as Entry | { checkpoint: unknown })
      expect(lines.filter(line => 'seq' in line)).toEqual(kept.entries)
      const again = new Replay()
      for (const line of lines) {
        if ('seq' in line) again.enter(line)
        else again.pass(openCheckpoint(line.checkpoint, kept.signer))
      }
      expect(again.head).toEqual(model.head)
      const newest: number[] = []
      for await (const { seq } of newestEntries(sourceOf(kept.disk), kept.archive, 30)) newest.push(seq)
      expect(newest).toEqual(kept.entries.map(({ seq }) => seq).reverse().slice(0, 30))
    }), { numRuns: RUNS })
  }, 600_000)

  it('does not open with anything in its database changed, dropped, added or swapped', async () => {
    const made = fc.tuple(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), fc.nat(), fc.nat(), fc.constantFrom('drop', 'change', 'swap', 'copy', 'older' as const))
    let found = 0
    await fc.assert(fc.asyncProperty(made, async ([steps, where, other, how]) => {
      const kept = new KeptLedger()
      let older = new Map<string, string>()
      for (const [i, wanted] of steps.entries()) {
        const transfer = transferOf(wanted, i)
        if (i === Math.floor(steps.length / 2)) older = new Map(kept.disk)
        if (transfer !== undefined) kept.apply(`k${i}`, i, transfer)
        else if (wanted.kind === 'checkpoint') kept.checkpoint(i)
        else await kept.keep()
      }
      const keys = [...kept.disk.keys()].sort()
      const [key, second] = [keys[where % (keys.length || 1)], keys[other % (keys.length || 1)]]
      if (key === undefined || second === undefined || key === second) return
      const disk = new Map(kept.disk)
      const value = disk.get(key) ?? ''
      if (how === 'drop') disk.delete(key)
      else if (how === 'change') disk.set(key, value.replace(/\d(?=\D*$)/, digit => String((Number(digit) + 1) % 10)))
      else if (how === 'copy') disk.set(`${key.slice(0, key.lastIndexOf('/') + 1)}zz`, value)
      else if (how === 'older') {
        if (older.has(key)) disk.set(key, older.get(key) ?? '')
        else disk.delete(key)
      } else {
        disk.set(key, disk.get(second) ?? '')
        disk.set(second, value)
      }
      const opened = await loadLedger(sourceOf(disk), kept.signer).then(ledger => plain(ledger), (error: unknown) => error)
      if (opened instanceof Error) {
        expect(opened).toMatchObject({ code: 'NS_E_DATA_CORRUPT' })
        found++
      } else expect(opened).toEqual(plain(kept.ledger))
    }), { numRuns: RUNS })
    expect(found).toBeGreaterThan(RUNS / 2)
  }, 600_000)

  const filled = (entries: number): KeptLedger => {
    const kept = new KeptLedger()
    for (let i = 0; i < entries; i++) kept.apply(`k${i}`, i, i % 3 === 0 ? { kind: 'direct', debit: MINT, credit: peerAccount(`p${i % 7}`), amount: BigInt(i), ref: {} } : { kind: 'hold', holdId: `h${i}`, debit: MINT, credit: peerAccount('q'), amount: 1n, ref: {} })
    return kept
  }

  it('finds a difference between memory and disk while it runs, and an entry that is gone from the disk', async () => {
    const kept = filled(50)
    await kept.keep()
    kept.apply('more', 60, { kind: 'post', holdId: 'h1', ref: {} })
    kept.disk.delete([...kept.disk.keys()].filter(key => key.startsWith(LEDGER_KEYS.entry)).sort().at(-1) ?? '')
    kept.apply('after', 61, { kind: 'void', holdId: 'h2', ref: {} })
    await expect(kept.keep()).rejects.toMatchObject({ code: 'NS_E_LEDGER', message: expect.stringMatching(/entry 51 of the journal is missing/) as string })
    const other = filled(20)
    const account = other.ledger.account(peerAccount('q'))
    ;(other.ledger.view.accounts as Map<string, unknown>).set(account.id, { ...account, creditsPosted: 1n })
    await expect(other.keep()).rejects.toMatchObject({ code: 'NS_E_LEDGER', message: expect.stringMatching(/account peer:q has creditsPosted 1/) as string })
  })

  it('is vouched for by a signature, which no other balances fit', async () => {
    const kept = filled(30)
    const signer = namedSigner('node')
    const [write] = kept.ledger.takeCheckpoint(1, signer)
    const checkpoint = openCheckpoint(JSON.parse(write?.value ?? ''), signer)
    expect(checkpoint.seq).toBe(30)
    expect(() => openCheckpoint({ ...checkpoint, at: 2 }, signer)).toThrow('is not what node signed')
    const line = booksLine(checkpoint, kept.ledger.snapshot())
    expect(openBooksLine(JSON.parse(line), signer).books.accounts.get('peer:q')?.creditsPending).toBe(20n)
    expect(() => openBooksLine(JSON.parse(line.replace(/"h1","mint","peer:q","1"/, '"h1","mint","peer:q","2"')), signer)).toThrow('the balances beside it')
    expect(() => openBooksLine({ checkpoint }, signer)).toThrow('needs its accounts and holds')
    await expect(loadLedger(sourceOf(new Map([...kept.disk, [write?.key ?? '', write?.value ?? '']])), namedSigner('other'))).rejects.toThrow('was signed by node, this node is other')
  })

  it('is rewound to any entry before', () => {
    const kept = filled(40)
    const at = kept.ledger.snapshot()
    kept.checkpoint(0)
    const { checkpoint } = kept.ledger
    for (let i = 1; i < 40; i += 3) kept.apply(`end${i}`, 50, { kind: i % 2 === 0 ? 'post' : 'void', holdId: `h${i}`, ref: {} })
    if (checkpoint === undefined) throw new Error('there is no checkpoint')
    const back = booksOf(checkpoint, kept.ledger.snapshot(), kept.entries.slice(40))
    expect(accountsRoot(back.accounts.values(), back.holds.values())).toBe(accountsRoot(at.accounts.values(), at.holds.values()))
    expect(() => booksOf(checkpoint, kept.ledger.snapshot(), kept.entries.slice(41))).toThrow('the balances are not what')
  })

  it('is due after so many entries, or after a quiet hour with any', () => {
    const kept = filled(10)
    expect(checkpointIsDue(kept.ledger, 10, 10)).toBe(true)
    expect(checkpointIsDue(kept.ledger, 10, 11)).toBe(false)
    expect(checkpointIsDue(kept.ledger, 9 + CHECKPOINT_IDLE_MS)).toBe(true)
    kept.checkpoint(20)
    expect(checkpointIsDue(kept.ledger, 9 + 2 * CHECKPOINT_IDLE_MS)).toBe(false)
  })
})
