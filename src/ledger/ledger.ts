import { NightshiftError } from '../model/errors.ts'
import { sortable } from '../model/ids.ts'
import type { Signer } from '../model/signer.ts'
import type { Write } from '../model/store.ts'
import { MINT, available, emptyAccount, encodeAccount } from './accounts.ts'
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
    const writes: Write[] = [{ key: LEDGER_KEYS.pruned, value: encodePlace(upTo) }]
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
    const draft: Draft = { accounts: new Map(), holds: new Map() }
    const lines = command.transfers.map(transfer => this.#applyOne(transfer, draft))
    const { entry, text } = chain(this.#head, command, lines)
    const head = { seq: entry.seq, hash: entry.hash }
    const writes: Write[] = [
      { key: LEDGER_KEYS.entry + sortable(entry.seq), value: text },
      new LateWrite(LEDGER_KEYS.head, head, encodePlace)
    ]
    for (const [id, account] of draft.accounts) {
      this.#accounts.set(id, account)
      writes.push(new LateWrite(LEDGER_KEYS.account + id, account, encodeAccount))
    }
    for (const [id, hold] of draft.holds) {
      if (hold === undefined) this.#holds.delete(id)
      else this.#holds.set(id, hold)
      writes.push(hold === undefined ? { key: LEDGER_KEYS.hold + id, value: undefined } : new LateWrite(LEDGER_KEYS.hold + id, hold, encodeHold))
    }
    if (command.transfers.some(({ kind }) => kind === 'direct')) {
      this.#keys.set(command.key, entry.seq)
      writes.push({ key: LEDGER_KEYS.key + command.key, value: String(entry.seq) })
    }
    this.#head = head
    this.#lastAt = entry.at
    return { entry, writes }
  }

  #applyOne (transfer: Transfer, draft: Draft): EntryTransfer {
    if (transfer.kind === 'direct' || transfer.kind === 'hold') {
      const { kind, debit, credit, amount } = transfer
      checkTransfer(transfer, draft.accounts.get(debit) ?? this.account(debit))
      const [from, to] = [this.#drafted(debit, draft), this.#drafted(credit, draft)]
      if (kind === 'direct') {
        from.debitsPosted += amount
        to.creditsPosted += amount
      } else {
        if (this.#pending(transfer.holdId, draft) !== undefined) throw new NightshiftError('NS_E_LEDGER', `hold ${transfer.holdId} is taken already`)
        draft.holds.set(transfer.holdId, { id: transfer.holdId, debit, credit, amount })
        from.debitsPending += amount
        to.creditsPending += amount
      }
      return { ...transfer, amount: amount.toString() }
    }
    const hold = this.#pending(transfer.holdId, draft)
    if (hold === undefined) {
      throw new NightshiftError('NS_E_LEDGER', `hold ${transfer.holdId} cannot be ${transfer.kind === 'post' ? 'posted' : 'voided'}: it is not pending`)
    }
    draft.holds.set(hold.id, undefined)
    const [from, to] = [this.#drafted(hold.debit, draft), this.#drafted(hold.credit, draft)]
    from.debitsPending -= hold.amount
    to.creditsPending -= hold.amount
    if (transfer.kind === 'post') {
      from.debitsPosted += hold.amount
      to.creditsPosted += hold.amount
    }
    return { kind: transfer.kind, holdId: hold.id, debit: hold.debit, credit: hold.credit, amount: hold.amount.toString(), ref: transfer.ref }
  }

  #pending (holdId: string, { holds }: Draft): Hold | undefined {
    return holds.has(holdId) ? holds.get(holdId) : this.#holds.get(holdId)
  }

  /** The command's own copy of an account. */
  #drafted (id: string, { accounts }: Draft): Changing<Account> {
    const known = accounts.get(id)
    if (known !== undefined) return known
    const { debitsPending, debitsPosted, creditsPending, creditsPosted } = this.account(id)
    const copy = { id, debitsPending, debitsPosted, creditsPending, creditsPosted }
    accounts.set(id, copy)
    return copy
  }
}

type Changing<T> = { -readonly [Key in keyof T]: T[Key] }

/** What a command changes, until all of it is known to be allowed. */
interface Draft {
  readonly accounts: Map<string, Changing<Account>>
  /** undefined for a hold that it posts or voids */
  readonly holds: Map<string, Hold | undefined>
}

function checkTransfer (transfer: Transfer & { kind: 'direct' | 'hold' }, debit: Account): void {
  if (transfer.amount < 0n) throw new NightshiftError('NS_E_LEDGER', `an amount may not be negative: ${transfer.amount}`)
  if (transfer.debit === transfer.credit) throw new NightshiftError('NS_E_LEDGER', `a transfer needs two accounts, not ${transfer.debit} twice`)
  if (transfer.debit !== MINT && available(debit) < transfer.amount) {
    throw new NightshiftError('NS_E_FUNDS', `${transfer.debit} has ${available(debit)} units available, ${transfer.amount} are needed`)
  }
}

/** A write whose value is made when it is read: most are overtaken by a later one of the same batch before that. */
class LateWrite<T> implements Write {
  readonly key: string
  readonly #of: T
  readonly #encode: (of: T) => string

  constructor (key: string, of: T, encode: (of: T) => string) {
    this.key = key
    this.#of = of
    this.#encode = encode
  }

  get value (): string { return this.#encode(this.#of) }
}

function encodePlace ({ seq, hash }: Place): string {
  return `{"seq":${seq},"hash":"${hash}"}`
}

function encodeHold ({ debit, credit, amount }: Hold): string {
  return JSON.stringify([debit, credit, amount.toString()])
}
