import { createHash } from 'node:crypto'
import { NightshiftError } from '../model/errors.ts'
import { sortable } from '../model/ids.ts'
import type { Write } from '../model/store.ts'
import { MINT, available, emptyAccount, encodeAccount } from './accounts.ts'
import type { Account } from './accounts.ts'
import type { Command, Entry, EntryTransfer, Hold, Transfer } from './transfers.ts'

export const GENESIS_HASH = '0'.repeat(64)

export const LEDGER_KEYS = {
  account: 'ledger/account/',
  entry: 'ledger/entry/',
  hold: 'ledger/hold/',
  key: 'ledger/key/',
  head: 'ledger/head'
} as const

export interface LedgerState {
  readonly accounts: ReadonlyMap<string, Account>
  /** holds neither posted nor voided */
  readonly holds: ReadonlyMap<string, Hold>
  readonly head: { readonly seq: number, readonly hash: string }
  /** keys of commands that moved money at once, applied already; holds are guarded by their own ids */
  readonly keys: ReadonlySet<string>
}

export const EMPTY_LEDGER: LedgerState = { accounts: new Map(), holds: new Map(), keys: new Set(), head: { seq: 0, hash: GENESIS_HASH } }

/**
 * The books: applies commands to accounts and holds, and says what to write.
 * It does no input or output; the caller persists the writes of a command in one
 * synced batch with whatever the command is about.
 */
export class Ledger {
  readonly #accounts: Map<string, Account>
  readonly #holds: Map<string, Hold>
  readonly #keys: Set<string>
  #head: { readonly seq: number, readonly hash: string }

  constructor (state: LedgerState) {
    this.#accounts = new Map(state.accounts)
    this.#holds = new Map(state.holds)
    this.#keys = new Set(state.keys)
    this.#head = state.head
  }

  account (id: string): Account {
    return this.#accounts.get(id) ?? emptyAccount(id)
  }

  accounts (): Iterable<Account> {
    return this.#accounts.values()
  }

  /** holds neither posted nor voided */
  holds (): Iterable<Hold> {
    return this.#holds.values()
  }

  get head (): { readonly seq: number, readonly hash: string } {
    return this.#head
  }

  /**
   * Applies one command whole or not at all. One whose key was applied already
   * changes nothing and writes nothing.
   * @throws NS_E_FUNDS when an account other than mint would go negative
   * @throws NS_E_LEDGER for a hold taken twice, a post or void of a hold that is
   * not pending, or an amount that is not positive
   */
  apply (command: Command): { readonly entry?: Entry, readonly writes: readonly Write[] } {
    if (this.#keys.has(command.key)) return { writes: [] }
    const accounts = new Map<string, Account>()
    const holds = new Map<string, Hold | undefined>()
    const read = (id: string): Account => accounts.get(id) ?? this.account(id)
    const pending = (id: string): Hold | undefined => holds.has(id) ? holds.get(id) : this.#holds.get(id)
    const lines = command.transfers.map(transfer => this.#applyOne(transfer, accounts, holds, read, pending))
    const { entry, text } = chain(this.#head, command, lines)
    const writes: Write[] = [
      { key: LEDGER_KEYS.entry + sortable(entry.seq), value: text },
      { key: LEDGER_KEYS.head, value: JSON.stringify({ seq: entry.seq, hash: entry.hash }) }
    ]
    for (const [id, account] of accounts) {
      this.#accounts.set(id, account)
      writes.push({ key: LEDGER_KEYS.account + id, value: encodeAccount(account) })
    }
    for (const [id, hold] of holds) {
      if (hold === undefined) this.#holds.delete(id)
      else this.#holds.set(id, hold)
      writes.push({ key: LEDGER_KEYS.hold + id, value: hold === undefined ? undefined : JSON.stringify([hold.debit, hold.credit, hold.amount.toString()]) })
    }
    if (command.transfers.some(({ kind }) => kind === 'direct')) {
      this.#keys.add(command.key)
      writes.push({ key: LEDGER_KEYS.key + command.key, value: String(entry.seq) })
    }
    this.#head = { seq: entry.seq, hash: entry.hash }
    return { entry, writes }
  }

  #applyOne (
    transfer: Transfer, accounts: Map<string, Account>, holds: Map<string, Hold | undefined>,
    read: (id: string) => Account, pending: (id: string) => Hold | undefined
  ): EntryTransfer {
    if (transfer.kind === 'direct' || transfer.kind === 'hold') {
      checkTransfer(transfer, read(transfer.debit))
      if (transfer.kind === 'hold') {
        if (pending(transfer.holdId) !== undefined) throw new NightshiftError('NS_E_LEDGER', `hold ${transfer.holdId} is taken already`)
        holds.set(transfer.holdId, { id: transfer.holdId, debit: transfer.debit, credit: transfer.credit, amount: transfer.amount })
      }
      const field = transfer.kind === 'hold' ? 'Pending' : 'Posted'
      accounts.set(transfer.debit, add(read(transfer.debit), `debits${field}`, transfer.amount))
      accounts.set(transfer.credit, add(read(transfer.credit), `credits${field}`, transfer.amount))
      return { ...transfer, amount: transfer.amount.toString() }
    }
    const hold = pending(transfer.holdId)
    if (hold === undefined) {
      throw new NightshiftError('NS_E_LEDGER', `hold ${transfer.holdId} cannot be ${transfer.kind === 'post' ? 'posted' : 'voided'}: it is not pending`)
    }
    holds.set(hold.id, undefined)
    accounts.set(hold.debit, add(read(hold.debit), 'debitsPending', -hold.amount))
    accounts.set(hold.credit, add(read(hold.credit), 'creditsPending', -hold.amount))
    if (transfer.kind === 'post') {
      accounts.set(hold.debit, add(read(hold.debit), 'debitsPosted', hold.amount))
      accounts.set(hold.credit, add(read(hold.credit), 'creditsPosted', hold.amount))
    }
    return { kind: transfer.kind, holdId: hold.id, debit: hold.debit, credit: hold.credit, amount: hold.amount.toString(), ref: transfer.ref }
  }
}

function checkTransfer (transfer: Transfer & { kind: 'direct' | 'hold' }, debit: Account): void {
  if (transfer.amount < 0n) throw new NightshiftError('NS_E_LEDGER', `an amount may not be negative: ${transfer.amount}`)
  if (transfer.debit === transfer.credit) throw new NightshiftError('NS_E_LEDGER', `a transfer needs two accounts, not ${transfer.debit} twice`)
  if (transfer.debit !== MINT && available(debit) < transfer.amount) {
    throw new NightshiftError('NS_E_FUNDS', `${transfer.debit} has ${available(debit)} units available, ${transfer.amount} are needed`)
  }
}

function add (account: Account, field: Exclude<keyof Account, 'id'>, amount: bigint): Account {
  return { ...account, [field]: account[field] + amount }
}

/** The next entry, and its JSON, which is that of what its hash covers with the hash at the end. */
function chain (head: { seq: number, hash: string }, command: Command, transfers: readonly EntryTransfer[]): { readonly entry: Entry, readonly text: string } {
  const body = { seq: head.seq + 1, prevHash: head.hash, at: command.at, incarnation: command.incarnation, key: command.key, transfers }
  const covered = JSON.stringify(body)
  const hash = createHash('sha256').update(covered).digest('hex')
  return { entry: { ...body, hash }, text: `${covered.slice(0, -1)},"hash":"${hash}"}` }
}

/** True when an entry's hash is the one its content and predecessor give. */
export function entryIsIntact (entry: Entry): boolean {
  const { hash, ...body } = entry
  return createHash('sha256').update(JSON.stringify(body)).digest('hex') === hash
}
