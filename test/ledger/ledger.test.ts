import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MINT, available, balance } from '../../src/ledger/accounts.ts'
import { checkBooks } from '../../src/ledger/audit.ts'
import { entryIsIntact } from '../../src/ledger/entries.ts'
import { EMPTY_LEDGER, Ledger } from '../../src/ledger/ledger.ts'
import { replay } from '../../src/ledger/replay.ts'
import type { Entry, Transfer } from '../../src/ledger/transfers.ts'

const RUNS = process.env['NIGHTSHIFT_TEST_FULL'] === '1' ? 10_000 : 500

type Step =
  | { kind: 'direct' | 'hold', from: number, to: number, amount: bigint }
  | { kind: 'post' | 'void', pick: number }

const accounts = [MINT, 'user:a', 'user:b', 'escrow:j', 'peer:p', 'peer:q']
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('direct' as const, 'hold' as const), from: fc.nat(5), to: fc.nat(5), amount: fc.bigInt(0n, 1000n) }),
  fc.record({ kind: fc.constantFrom('post' as const, 'void' as const), pick: fc.nat(20) })
)

/** The plainest model there is: what each account has and what is reserved, as numbers. */
class Model {
  readonly has = new Map<string, bigint>()
  readonly reserved = new Map<string, bigint>()
  readonly holds = new Map<string, { from: string, to: string, amount: bigint }>()

  get (map: Map<string, bigint>, id: string): bigint { return map.get(id) ?? 0n }

  apply (transfer: Transfer): boolean {
    if (transfer.kind === 'direct' || transfer.kind === 'hold') {
      const { debit, credit, amount } = transfer
      if (debit === credit) return false
      if (debit !== MINT && this.get(this.has, debit) - this.get(this.reserved, debit) < amount) return false
      if (transfer.kind === 'hold') {
        this.holds.set(transfer.holdId, { from: debit, to: credit, amount })
        this.reserved.set(debit, this.get(this.reserved, debit) + amount)
      } else this.#move(debit, credit, amount)
      return true
    }
    const hold = this.holds.get(transfer.holdId)
    if (hold === undefined) return false
    this.holds.delete(transfer.holdId)
    this.reserved.set(hold.from, this.get(this.reserved, hold.from) - hold.amount)
    if (transfer.kind === 'post') this.#move(hold.from, hold.to, hold.amount)
    return true
  }

  #move (from: string, to: string, amount: bigint): void {
    this.has.set(from, this.get(this.has, from) - amount)
    this.has.set(to, this.get(this.has, to) + amount)
  }
}

function transferOf (wanted: Step, i: number): Transfer {
  if ('pick' in wanted) return { kind: wanted.kind, holdId: `h${wanted.pick}`, ref: {} }
  if (wanted.kind === 'direct') return { kind: 'direct', debit: accounts[wanted.from] ?? '', credit: accounts[wanted.to] ?? '', amount: wanted.amount, ref: {} }
  return { kind: 'hold', holdId: `h${i}`, debit: accounts[wanted.from] ?? '', credit: accounts[wanted.to] ?? '', amount: wanted.amount, ref: {} }
}

describe('the ledger against a plain model', () => {
  it('agrees after every command, and its books balance to the unit', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 100 }), async steps => {
      const ledger = new Ledger(EMPTY_LEDGER)
      const model = new Model()
      const entries: Entry[] = []
      steps.forEach((wanted, i) => {
        const transfer = transferOf(wanted, i)
        const allowed = model.apply(transfer)
        const command = { key: `k${i}`, at: i, incarnation: 1, transfers: [transfer] }
        const apply = (): unknown => entries.push(ledger.apply(command).entry as Entry)
        if (allowed) {
          apply()
          if (transfer.kind === 'direct') expect(ledger.apply(command).writes).toEqual([])
        }
        else expect(apply).toThrow(expect.objectContaining({ code: expect.stringMatching(/NS_E_(FUNDS|LEDGER)/) }) as Error)
        checkBooks(ledger.accounts(), ledger.holds())
        for (const id of accounts) {
          expect(balance(ledger.account(id))).toBe(model.get(model.has, id))
          expect(available(ledger.account(id))).toBe(model.get(model.has, id) - model.get(model.reserved, id))
        }
      })
      entries.forEach((entry, i) => {
        expect(entry.seq).toBe(i + 1)
        expect(entry.prevHash).toBe(entries[i - 1]?.hash ?? EMPTY_LEDGER.head.hash)
        expect(entryIsIntact(entry)).toBe(true)
      })
      const told = await replay(entries)
      expect([...told.accounts.values()]).toEqual([...ledger.accounts()])
      expect([...told.holds.values()]).toEqual([...ledger.holds()])
    }), { numRuns: RUNS })
  }, 600_000)

  it('tells a journal that was changed anywhere from one that was not', async () => {
    const made = fc.array(step, { minLength: 5, maxLength: 40 }).map(steps => {
      const ledger = new Ledger(EMPTY_LEDGER)
      return steps.flatMap((wanted, i) => {
        try {
          return [ledger.apply({ key: `k${i}`, at: i, incarnation: 1, transfers: [transferOf(wanted, i)] }).entry as Entry]
        } catch {
          // a step that the rules refuse writes no entry
          return []
        }
      })
    }).filter(entries => entries.length > 2)
    await fc.assert(fc.asyncProperty(made, fc.nat(), fc.constantFrom('drop', 'double', 'swap', 'amount', 'at', 'account'), async (entries, where, how) => {
      const i = where % (entries.length - 1)
      const entry = entries[i] as Entry
      const changed = [...entries]
      if (how === 'drop') changed.splice(i, 1)
      else if (how === 'double') changed.splice(i, 0, entry)
      else if (how === 'swap') changed.splice(i, 2, changed[i + 1] as Entry, entry)
      else if (how === 'at') changed[i] = { ...entry, at: entry.at + 1 }
      else if (how === 'amount') changed[i] = { ...entry, transfers: entry.transfers.map(line => ({ ...line, amount: String(BigInt(line.amount) + 1n) })) }
      else changed[i] = { ...entry, transfers: entry.transfers.map(line => ({ ...line, credit: 'user:thief' })) }
      await expect(replay(changed)).rejects.toMatchObject({ code: 'NS_E_LEDGER' })
      expect((await replay(entries)).entries).toBe(entries.length)
    }), { numRuns: RUNS / 5 })
  }, 600_000)

  it('writes entries as the very JSON that is read back, whatever their names hold', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'Z', ' ', '~', '"', '\\', '/', '\n', '\u007f', 'é', '\u2028', '\ud800', '😀') })
    const ref = fc.record({ job: text, chunk: fc.nat(), epoch: fc.nat(), note: text }, { requiredKeys: [] })
    fc.assert(fc.property(text, text, ref, fc.bigInt(0n, 1n << 100n), (key, name, about, amount) => {
      const { entry, writes } = new Ledger(EMPTY_LEDGER).apply({ key, at: 5, incarnation: 2, transfers: [
        { kind: 'hold', holdId: name, debit: MINT, credit: `peer:${name}`, amount, ref: about },
        { kind: 'post', holdId: name, ref: about },
        { kind: 'direct', debit: MINT, credit: `user:${name}`, amount, ref: about }
      ] })
      expect(writes[0]?.value).toBe(JSON.stringify(entry))
      expect(entryIsIntact(entry as Entry)).toBe(true)
    }), { numRuns: RUNS })
  })

  it('applies a command whole or not at all', () => {
    const ledger = new Ledger(EMPTY_LEDGER)
    const issue: Transfer = { kind: 'direct', debit: MINT, credit: 'user:a', amount: 10n, ref: {} }
    const tooMuch: Transfer = { kind: 'direct', debit: 'user:b', credit: 'user:a', amount: 1n, ref: {} }
    expect(() => ledger.apply({ key: 'k', at: 0, incarnation: 1, transfers: [issue, tooMuch] })).toThrow('user:b has 0 units')
    expect(balance(ledger.account('user:a'))).toBe(0n)
    expect(ledger.head.seq).toBe(0)
  })

  it('names a changed journal entry', () => {
    const { entry } = new Ledger(EMPTY_LEDGER).apply({ key: 'k', at: 0, incarnation: 1, transfers: [{ kind: 'direct', debit: MINT, credit: 'user:a', amount: 10n, ref: {} }] })
    expect(entryIsIntact({ ...entry as Entry, at: 1 })).toBe(false)
  })
})
