import { NightshiftError, errorMessage } from '../model/errors.ts'
import { sortable } from '../model/ids.ts'
import type { Signer } from '../model/signer.ts'
import type { Store } from '../model/store.ts'
import { decodeAccount, encodeAccount } from './accounts.ts'
import type { Account } from './accounts.ts'
import { accountsRoot, isUnused, openCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { placeAfter } from './entries.ts'
import { EMPTY_LEDGER, LEDGER_KEYS, Ledger } from './ledger.ts'
import type { LedgerState, Place } from './ledger.ts'
import { replay } from './replay.ts'
import type { Replayed } from './replay.ts'
import { rewind } from './rewind.ts'
import type { Entry, Hold } from './transfers.ts'

/** What of a store the books are read from. */
export type LedgerSource = Pick<Store, 'get' | 'range'>

/**
 * Reads the books back. The journal in the database must be one chain from its
 * beginning there to the head, and what came after the last checkpoint is done
 * once more: from the books the checkpoint vouches for it must lead to exactly
 * the accounts, holds and keys that are stored.
 * @throws NS_E_DATA_CORRUPT saying what differs
 */
export async function loadLedger (store: LedgerSource, signer: Pick<Signer, 'self' | 'verify'>): Promise<Ledger> {
  try {
    const state = await readBooks(store)
    for (const checkpoint of state.checkpoints) checkOwn(checkpoint, signer)
    const base = state.checkpoints.at(-1)
    const chain = readChain(store, state, base)
    const told = base === undefined ? await replay(chain, undefined, true) : await replayAfter(base, state, chain)
    compare('account', used(state.accounts), used(told.accounts), encodeAccount)
    compare('hold', state.holds, told.holds, hold => `${hold.debit} ${hold.credit} ${hold.amount}`)
    compare('key', state.keys, told.keys, String)
    return new Ledger({ ...state, lastAt: told.lastAt })
  } catch (error) {
    throw damaged(errorMessage(error), error)
  }
}

async function replayAfter (base: Checkpoint, state: LedgerState, chain: AsyncIterable<Entry>): Promise<Replayed> {
  const since: Entry[] = []
  for await (const entry of chain) since.push(entry)
  return await replay(since, booksOf(base, state, since), true)
}

/** The books as they are stored, whether they add up or not: to be looked at, not to be worked with. */
export async function readBooks (store: LedgerSource): Promise<LedgerState> {
  const accounts = new Map<string, Account>()
  for await (const [id, value] of under(store, LEDGER_KEYS.account)) accounts.set(id, decodeAccount(id, value))
  const holds = new Map<string, Hold>()
  for await (const [id, value] of under(store, LEDGER_KEYS.hold)) {
    const [debit, credit, amount] = JSON.parse(value) as [string, string, string]
    holds.set(id, { id, debit, credit, amount: BigInt(amount) })
  }
  const keys: [string, number][] = []
  for await (const [key, seq] of under(store, LEDGER_KEYS.key)) keys.push([key, Number(seq)])
  const checkpoints: Checkpoint[] = []
  for await (const [, value] of under(store, LEDGER_KEYS.checkpoint)) checkpoints.push(JSON.parse(value) as Checkpoint)
  return {
    accounts, holds, checkpoints,
    keys: new Map(keys.sort(([, a], [, b]) => a - b)),
    head: await place(store, LEDGER_KEYS.head),
    pruned: await place(store, LEDGER_KEYS.pruned),
    lastAt: 0
  }
}

function checkOwn (checkpoint: Checkpoint, signer: Pick<Signer, 'self' | 'verify'>): void {
  const { seq, peer } = openCheckpoint(checkpoint, signer)
  if (peer !== signer.self) throw new Error(`the checkpoint at entry ${seq} was signed by ${peer}, this node is ${signer.self}: was identity.key replaced?`)
}

async function place (store: LedgerSource, key: string): Promise<Place> {
  const text = await store.get(key)
  return text === undefined ? EMPTY_LEDGER.head : JSON.parse(text) as Place
}

/** Checks that the entries in the database are one chain up to the head that passes every checkpoint; gives those after `base`. */
async function * readChain (store: LedgerSource, { pruned, head, checkpoints }: LedgerState, base: Checkpoint | undefined): AsyncGenerator<Entry> {
  if (pruned.seq > (base?.seq ?? 0)) throw new Error(`entries up to ${pruned.seq} were pruned, and no checkpoint vouches for the books after them`)
  const vouched = new Map(checkpoints.map(({ seq, hash }) => [seq, hash]))
  const pass = ({ seq, hash }: Place): void => {
    if ((vouched.get(seq) ?? hash) !== hash) throw new Error(`the checkpoint at entry ${seq} is of another journal`)
    vouched.delete(seq)
  }
  let at = pruned
  pass(at)
  for await (const [, text] of under(store, LEDGER_KEYS.entry)) {
    const next = placeAfter(at, text)
    if (next === undefined) throw new Error(`entry ${at.seq + 1} of the journal is missing or is not what was written`)
    at = next
    pass(at)
    if (at.seq > (base?.seq ?? 0)) yield JSON.parse(text) as Entry
  }
  for (const seq of vouched.keys()) if (seq > at.seq) throw new Error(`there is a checkpoint at entry ${seq}, the journal ends with entry ${at.seq}`)
  if (at.hash !== head.hash || at.seq !== head.seq) throw new Error(`the journal's head is entry ${head.seq}, its last entry is ${at.seq}`)
}

/** The books a checkpoint vouches for, found by undoing what came after it. */
export function booksOf (base: Checkpoint, now: LedgerState, since: readonly Entry[]): LedgerState {
  const books = rewind(now, since)
  if (accountsRoot(books.accounts.values(), books.holds.values()) !== base.accountsRoot) {
    throw new NightshiftError('NS_E_LEDGER', `the balances are not what the checkpoint at entry ${base.seq} and the ${since.length} entries after it come to`)
  }
  const keys = new Map([...now.keys].filter(([, seq]) => seq <= base.seq))
  return { ...now, ...books, keys, head: { seq: base.seq, hash: base.hash }, lastAt: base.at }
}

/** Entries in the database from number `from` on, oldest first, as they are stored. */
export async function * entryTexts (store: LedgerSource, from = 0): AsyncGenerator<string> {
  for await (const [, text] of store.range({ gte: LEDGER_KEYS.entry + sortable(from), lt: after(LEDGER_KEYS.entry) })) yield text
}

/** Entries in the database, newest first. */
export async function * newestStored (store: LedgerSource, limit: number): AsyncGenerator<Entry> {
  for await (const [, value] of store.range({ gte: LEDGER_KEYS.entry, lt: after(LEDGER_KEYS.entry), reverse: true, limit })) {
    yield JSON.parse(value) as Entry
  }
}

function used (accounts: ReadonlyMap<string, Account>): ReadonlyMap<string, Account> {
  return new Map([...accounts].filter(([, account]) => !isUnused(account)))
}

function compare<T> (what: string, stored: ReadonlyMap<string, T>, told: ReadonlyMap<string, T>, text: (value: T) => string): void {
  for (const id of new Set([...stored.keys(), ...told.keys()])) {
    const [is, should] = [stored.get(id), told.get(id)]
    if (is === undefined || should === undefined || text(is) !== text(should)) {
      throw new Error(`${what} ${id} is ${is === undefined ? 'missing' : text(is)}, the journal adds up to ${should === undefined ? 'none' : text(should)}`)
    }
  }
}

function damaged (why: string, cause: unknown): NightshiftError {
  return new NightshiftError('NS_E_DATA_CORRUPT', `the books are damaged: ${why}`, {
    remedy: 'nothing is served with these books; see "nightshift ledger verify", then "nightshift ledger repair --from-mirror"',
    cause
  })
}

export async function * under (store: LedgerSource, prefix: string): AsyncGenerator<readonly [string, string]> {
  for await (const [key, value] of store.range({ gte: prefix, lt: after(prefix) })) yield [key.slice(prefix.length), value]
}

function after (prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
}
