import { KEYS } from '../../../src/coordinator/keys.ts'
import type { CoordinatorState } from '../../../src/coordinator/state.ts'
import { encodeAccount } from '../../../src/ledger/accounts.ts'
import { checkBooks } from '../../../src/ledger/audit.ts'
import { entryIsIntact } from '../../../src/ledger/entries.ts'
import { GENESIS_HASH, LEDGER_KEYS } from '../../../src/ledger/ledger.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { NO_RECEIPT_HASH, openReceipt } from '../../../src/ledger/receipts.ts'
import type { Entry } from '../../../src/ledger/transfers.ts'
import type { Write } from '../../../src/model/store.ts'
import { must } from './violation.ts'

interface KnownHold { readonly amount: bigint, end?: 'post' | 'void', covered?: true }

interface LastReceipt { readonly seq: number, readonly hash: string, readonly cumulative: bigint }

/** Watches one coordinator's journal and receipts as they reach its disk, and its books in memory. */
export class BooksAudit {
  readonly #name: string
  readonly #holds = new Map<string, KnownHold>()
  readonly #keys = new Set<string>()
  readonly #receipts = new Map<string, LastReceipt>()
  #head = { seq: 0, hash: GENESIS_HASH }

  constructor (name: string) {
    this.#name = name
  }

  /** I6, I10, I3: every entry follows the one before, no command is done twice, every hold is taken once and ends once. */
  onEntry (entry: Entry): void {
    must(entry.seq === this.#head.seq + 1 && entry.prevHash === this.#head.hash && entryIsIntact(entry), 'I6 the journal is a chain without a gap',
      () => `${this.#name}: entry ${entry.seq} after ${entry.prevHash.slice(0, 8)} follows ${this.#head.seq}, ${this.#head.hash.slice(0, 8)}`)
    this.#head = { seq: entry.seq, hash: entry.hash }
    if (entry.transfers.some(({ kind }) => kind === 'direct')) {
      must(!this.#keys.has(entry.key), 'I10 one command, one entry', () => `${this.#name}: ${entry.key} again, entry ${entry.seq}`)
      this.#keys.add(entry.key)
    }
    for (const { kind, holdId = '', amount } of entry.transfers) {
      if (kind === 'direct') continue
      const known = this.#holds.get(holdId)
      if (kind === 'hold') {
        must(known === undefined, 'I3 a hold is taken once', () => `hold ${holdId} again, entry ${entry.seq}`)
        this.#holds.set(holdId, { amount: BigInt(amount) })
      } else {
        must(known !== undefined && known.end === undefined && known.amount === BigInt(amount), 'I3 a hold is posted or voided, once',
          () => `${kind} of ${amount} for hold ${holdId}, which is ${known?.end ?? 'unknown'}, entry ${entry.seq}`)
        if (known !== undefined) known.end = kind
      }
    }
  }

  /** I7: the receipts of a batch number on, never fall, and cover each posted hold once, for what it is. */
  onReceipts (writes: readonly Write[], signer: CoordinatorState['signer']): void {
    for (const { key, value } of writes) {
      if (!key.startsWith(KEYS.receipt) || value === undefined) continue
      const { body, signature } = JSON.parse(value) as { body: string, signature: string }
      const { receipt, hash } = openReceipt(body, signature, signer)
      const last = this.#receipts.get(receipt.payee) ?? { seq: 0, hash: NO_RECEIPT_HASH, cumulative: 0n }
      const about = `${this.#name}: receipt ${receipt.seq} to ${receipt.payee}`
      must(receipt.seq === last.seq + 1 && receipt.prevHash === last.hash, 'I7 receipts are a chain without a gap', () => `${about} follows ${last.seq}`)
      let sum = 0n
      for (const holdId of receipt.covers) {
        const hold = this.#holds.get(holdId)
        must(hold?.end === 'post' && hold.covered === undefined, 'I7 a receipt covers what is posted, once', () => `${about} covers hold ${holdId}, which is ${hold?.covered === true ? 'covered' : hold?.end ?? 'open'}`)
        if (hold !== undefined) hold.covered = true
        sum += hold?.amount ?? 0n
      }
      must(receipt.cumulative === last.cumulative + sum, 'I7 a receipt adds what it covers', () => `${about} is over ${receipt.cumulative} after ${last.cumulative} and covers ${sum}`)
      this.#receipts.set(receipt.payee, { seq: receipt.seq, hash, cumulative: receipt.cumulative })
    }
  }

  /** I1, I2, and I6: the books balance, each account's pending sums are its holds, and the head is the last entry. */
  onTurn (ledger: Ledger): void {
    checkBooks(ledger.accounts(), ledger.holds())
    must(ledger.head.seq === this.#head.seq && ledger.head.hash === this.#head.hash, 'I6 the head is the last entry',
      () => `${this.#name}: the head is ${ledger.head.seq}, the last entry on the disk ${this.#head.seq}`)
    const pending = new Map<string, { debits: bigint, credits: bigint }>()
    const of = (id: string): { debits: bigint, credits: bigint } => {
      const known = pending.get(id) ?? { debits: 0n, credits: 0n }
      pending.set(id, known)
      return known
    }
    for (const { debit, credit, amount } of ledger.holds()) {
      of(debit).debits += amount
      of(credit).credits += amount
    }
    for (const account of ledger.accounts()) {
      const { debits, credits } = of(account.id)
      must(account.debitsPending === debits && account.creditsPending === credits, 'I1 what is pending is what is held',
        () => `${this.#name}: ${account.id} has ${account.debitsPending}/${account.creditsPending} pending, its holds come to ${debits}/${credits}`)
    }
  }

  /** The books on the disk are those in memory. */
  onDisk (ledger: Ledger, peek: (key: string) => string | undefined): void {
    for (const account of ledger.accounts()) {
      must(peek(LEDGER_KEYS.account + account.id) === encodeAccount(account), 'what is in the books is on the disk', () => `${this.#name}: ${account.id} is ${encodeAccount(account)}, the disk says ${peek(LEDGER_KEYS.account + account.id) ?? 'nothing'}`)
    }
    for (const { id } of ledger.holds()) must(peek(LEDGER_KEYS.hold + id) !== undefined, 'what is in the books is on the disk', () => `${this.#name}: hold ${id} is not`)
  }

  amountOf (holdId: string): bigint {
    return this.#holds.get(holdId)?.amount ?? 0n
  }
}
