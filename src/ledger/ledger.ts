import { NightshiftError } from '../model/errors.ts'
import { sortable } from '../model/ids.ts'
import type { Signer } from '../model/signer.ts'
import type { Write } from '../model/store.ts'
import { MINT, add, available, emptyAccount, encodeAccount } from './accounts.ts'
import type { Account } from './accounts.ts'
import { signCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { chain } from './entries.ts'
import type { Command, Entry, EntryTransfer, Hold, Transfer } from './transfers.ts'

export const GENESIS_HASH = '0'.repeat(64)

export const LEDGER_KEYS = {
  account: 'ledger/account/',
  entry: 'ledger/entry/',
  hold: 'ledger/hold/',
  key: 'ledger/key/',
  head: 'ledger/head',
  checkpoint: 'ledger/checkpoint/',
  /** the last entry that is in the archive only */
  pruned: 'ledger/pruned'
} as const

/** An entry of the journal, by its number and hash. */
export interface Place { readonly seq: number, readonly hash: string }

export interface LedgerState {
  readonly accounts: ReadonlyMap<string, Account>
  /** holds neither posted nor voided */
  readonly holds: ReadonlyMap<string, Hold>
  readonly head: Place
  /**
   * keys of commands that moved money at once, and their entries; holds are
   * guarded by their own ids. A key is kept as long as its entry is in the
   * database; after that what the command was for, stored in the same batch, is what says that it was done.
   */
  readonly keys: ReadonlyMap<string, number>
  /** when the head was entered, milliseconds */
  readonly lastAt: number
  /** the last ones taken, oldest first */
  readonly checkpoints: readonly Checkpoint[]
  /** entries up to this one are in the archive only */
  readonly pruned: Place
}

const GENESIS: Place = { seq: 0, hash: GENESIS_HASH }

export const EMPTY_LEDGER: LedgerState = { accounts: new Map(), holds: new Map(), keys: new Map(), head: GENESIS, lastAt: 0, checkpoints: [], pruned: GENESIS }

/**
 * The books: applies commands to accounts and holds, and says what to write.
 * It does no input or output; the caller persists the writes of a command in one
 * synced batch with whatever the command is about.
 */
export class Ledger {
  readonly #accounts: Map<string, Account>
  readonly #holds: Map<string, Hold>
  readonly #keys: Map<string, number>
  #head: Place
  #lastAt: number
  #checkpoints: readonly Checkpoint[]
  #pruned: Place

  constructor (state: LedgerState) {
    this.#accounts = new Map(state.accounts)
    this.#holds = new Map(state.holds)
    this.#keys = new Map(state.keys)
    this.#head = state.head
    this.#lastAt = state.lastAt
    this.#checkpoints = state.checkpoints
    this.#pruned = state.pruned
  }

  /** What the books say at this moment; later commands do not change it. */
  snapshot (): LedgerState {
    return {
      accounts: new Map(this.#accounts), holds: new Map(this.#holds), keys: new Map(this.#keys),
      head: this.#head, lastAt: this.#lastAt, checkpoints: this.#checkpoints, pruned: this.#pruned
    }
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

  /** accounts and holds by their ids, as they are and as they change */
  get view (): Pick<LedgerState, 'accounts' | 'holds'> { return { accounts: this.#accounts, holds: this.#holds } }

  get head (): Place { return this.#head }
  get lastAt (): number { return this.#lastAt }
  get pruned (): Place { return this.#pruned }
  get checkpoint (): Checkpoint | undefined { return this.#checkpoints.at(-1) }

  /** Entries up to this one may leave the database: they are older than the last checkpoint but one. */
  get prunable (): number { return this.#checkpoints.at(-2)?.seq ?? 0 }

  /** Vouches for the books as they are; taken twice at one entry, the second takes the place of the first. */
  takeCheckpoint (at: number, signer: Signer): readonly Write[] {
    const taken = signCheckpoint(this.#head, this.#accounts.values(), this.#holds.values(), at, signer)
    this.#checkpoints = [...this.#checkpoints.filter(({ seq }) => seq < taken.seq), taken]
    return [{ key: LEDGER_KEYS.checkpoint + sortable(taken.seq), value: JSON.stringify(taken) }]
  }

  /**
   * Forgets entries that the archive has, the keys of their commands, and
   * checkpoints older than the last two.
   * @throws NS_E_LEDGER for entries that are still needed, or gone already
   */
  prune (upTo: Place): readonly Write[] {
    if (upTo.seq <= this.#pruned.seq || upTo.seq > this.prunable) {
      throw new NightshiftError('NS_E_LEDGER', `the journal cannot be pruned up to entry ${upTo.seq}: it is up to ${this.#pruned.seq}, and may be up to ${this.prunable}`)
    }
    const writes: Write[] = [{ key: LEDGER_KEYS.pruned, value: JSON.stringify({ seq: upTo.seq, hash: upTo.hash }) }]
    for (let seq = this.#pruned.seq + 1; seq <= upTo.seq; seq++) writes.push({ key: LEDGER_KEYS.entry + sortable(seq), value: undefined })
    for (const [key, seq] of this.#keys) {
      // in the order they were used in
      if (seq > upTo.seq) break
      this.#keys.delete(key)
      writes.push({ key: LEDGER_KEYS.key + key, value: undefined })
    }
    for (const { seq } of this.#checkpoints.slice(0, -2)) if (seq <= upTo.seq) writes.push({ key: LEDGER_KEYS.checkpoint + sortable(seq), value: undefined })
    this.#checkpoints = this.#checkpoints.filter(({ seq }, i) => seq > upTo.seq || i >= this.#checkpoints.length - 2)
    this.#pruned = { seq: upTo.seq, hash: upTo.hash }
    return writes
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
      written(LEDGER_KEYS.head, () => `{"seq":${entry.seq},"hash":"${entry.hash}"}`)
    ]
    for (const [id, account] of accounts) {
      this.#accounts.set(id, account)
      writes.push(written(LEDGER_KEYS.account + id, () => encodeAccount(account)))
    }
    for (const [id, hold] of holds) {
      if (hold === undefined) this.#holds.delete(id)
      else this.#holds.set(id, hold)
      writes.push(hold === undefined ? { key: LEDGER_KEYS.hold + id, value: undefined } : written(LEDGER_KEYS.hold + id, () => JSON.stringify([hold.debit, hold.credit, hold.amount.toString()])))
    }
    if (command.transfers.some(({ kind }) => kind === 'direct')) {
      this.#keys.set(command.key, entry.seq)
      writes.push({ key: LEDGER_KEYS.key + command.key, value: String(entry.seq) })
    }
    this.#head = { seq: entry.seq, hash: entry.hash }
    this.#lastAt = entry.at
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

/** A write whose value is made when it is read: most are overtaken by a later one of the same batch before that. */
function written (key: string, value: () => string): Write {
  return { key, get value () { return value() } }
}
