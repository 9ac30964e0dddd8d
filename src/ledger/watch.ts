import { NightshiftError } from '../model/errors.ts'
import { MINT, available, emptyAccount } from './accounts.ts'
import type { Account } from './accounts.ts'
import { isUnused } from './checkpoint.ts'
import { placeAfter } from './entries.ts'
import type { LedgerState } from './ledger.ts'
import { Replay } from './replay.ts'
import type { Entry, Hold } from './transfers.ts'

/** Steps of a check done at once; the event loop turns between two pieces. */
const PIECE = 1000

/**
 * A second set of books, kept from nothing but the journal on the disk, beside
 * those in memory. Where the two differ, or the journal breaks its rules, there
 * is a defect or a damage: nothing more may be promised with these books.
 */
export class BooksWatch {
  readonly #replay: Replay

  /** @param start books that were just verified */
  constructor (start: LedgerState) {
    this.#replay = new Replay(start)
  }

  /** the entry it has followed the journal to */
  get seq (): number { return this.#replay.head.seq }

  /**
   * Takes the next entry as it is stored.
   * @throws NS_E_LEDGER when it is not the next, not whole, or not allowed
   */
  follow (text: string): void {
    if (placeAfter(this.#replay.head, text) === undefined) throw violated(`entry ${this.seq + 1} of the journal is missing on the disk, or is not what was written`)
    this.#replay.enter(JSON.parse(text) as Entry, true)
  }

  /**
   * Compares books in memory, of the entry followed to, with the journal, and checks that they balance.
   * Gives up control after every piece of bounded work.
   * @throws NS_E_LEDGER naming the first difference
   */
  * compare (books: LedgerState): Generator<undefined, void> {
    if (books.head.hash !== this.#replay.head.hash) throw violated(`the head in memory is entry ${books.head.seq} (${books.head.hash.slice(0, 12)}), the journal has ${this.#replay.head.hash.slice(0, 12)} there`)
    const { accounts, holds } = this.#replay.books
    let steps = 0
    const sums = { posted: 0n, pending: 0n }
    for (const account of books.accounts.values()) {
      sameAccount(account, accounts.get(account.id) ?? emptyAccount(account.id))
      sums.posted += account.creditsPosted - account.debitsPosted
      sums.pending += account.debitsPending - account.creditsPending
      if (++steps % PIECE === 0) yield
    }
    for (const account of accounts.values()) {
      if (!books.accounts.has(account.id) && !isUnused(account)) throw violated(`account ${account.id} is missing in memory`)
      if (++steps % PIECE === 0) yield
    }
    if (sums.posted !== 0n || sums.pending !== 0n) throw violated(`debits and credits differ by ${sums.posted} posted and ${sums.pending} pending units`)
    const open = new Map<string, bigint>()
    for (const hold of books.holds.values()) {
      sameHold(hold, holds.get(hold.id))
      open.set(hold.debit, (open.get(hold.debit) ?? 0n) + hold.amount)
      if (++steps % PIECE === 0) yield
    }
    if (holds.size !== books.holds.size) throw violated(`${books.holds.size} holds are open in memory, ${holds.size} by the journal`)
    for (const { id, debitsPending } of books.accounts.values()) {
      if (debitsPending !== (open.get(id) ?? 0n)) throw violated(`account ${id} has ${debitsPending} units pending, its open holds are for ${open.get(id) ?? 0n}`)
      if (++steps % PIECE === 0) yield
    }
  }
}

function sameAccount (is: Account, should: Account): void {
  for (const sum of ['debitsPending', 'debitsPosted', 'creditsPending', 'creditsPosted'] as const) {
    if (is[sum] !== should[sum]) throw violated(`account ${is.id} has ${sum} ${is[sum]}, the journal adds up to ${should[sum]}`)
    if (is[sum] < 0n) throw violated(`account ${is.id} has ${sum} ${is[sum]}`)
  }
  if (is.id !== MINT && available(is) < 0n) throw violated(`account ${is.id} is negative: ${available(is)} units`)
}

function sameHold (is: Hold, should: Hold | undefined): void {
  if (should === undefined) throw violated(`hold ${is.id} is open in memory, the journal has it posted or voided`)
  if (is.debit !== should.debit || is.credit !== should.credit || is.amount !== should.amount) throw violated(`hold ${is.id} is another one than the journal has`)
}

function violated (what: string): NightshiftError {
  return new NightshiftError('NS_E_LEDGER', `the books are not what they promise: ${what}`, { remedy: 'keep the data folder and see "nightshift ledger verify"' })
}
