import { NightshiftError, errorMessage } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import { decodeAccount, encodeAccount } from './accounts.ts'
import type { Account } from './accounts.ts'
import { EMPTY_LEDGER, LEDGER_KEYS, Ledger } from './ledger.ts'
import type { LedgerState } from './ledger.ts'
import { replay } from './replay.ts'
import type { Entry, Hold } from './transfers.ts'

/** The books as they are stored, whether they add up or not: to be looked at, not to be worked with. */
export async function readBooks (store: Store): Promise<LedgerState> {
  const accounts = new Map<string, Account>()
  for await (const [id, value] of under(store, LEDGER_KEYS.account)) accounts.set(id, decodeAccount(id, value))
  const holds = new Map<string, Hold>()
  for await (const [id, value] of under(store, LEDGER_KEYS.hold)) {
    const [debit, credit, amount] = JSON.parse(value) as [string, string, string]
    holds.set(id, { id, debit, credit, amount: BigInt(amount) })
  }
  const headText = await store.get(LEDGER_KEYS.head)
  const head = headText === undefined ? EMPTY_LEDGER.head : JSON.parse(headText) as { seq: number, hash: string }
  const keys = new Set<string>()
  for await (const [key] of under(store, LEDGER_KEYS.key)) keys.add(key)
  return { accounts, holds, keys, head }
}

/**
 * Reads the books back and does the whole journal once more: accounts and holds
 * must be exactly what it adds up to.
 * @throws NS_E_DATA_CORRUPT saying what differs
 */
export async function loadLedger (store: Store): Promise<Ledger> {
  const books = await readBooks(store)
  const { accounts, holds, head } = books
  const told = await replay(journal(store)).catch((error: unknown) => { throw damaged(errorMessage(error), error) })
  if (told.head.hash !== head.hash) throw damaged(`the journal's head is entry ${head.seq}, its last entry is ${told.head.seq}`)
  compare('account', accounts, told.accounts, encodeAccount)
  compare('hold', holds, told.holds, hold => `${hold.debit} ${hold.credit} ${hold.amount}`)
  return new Ledger(books)
}

/** Journal entries, oldest first. */
export async function * journal (store: Store): AsyncGenerator<Entry> {
  for await (const [, value] of store.range({ gte: LEDGER_KEYS.entry, lt: after(LEDGER_KEYS.entry) })) yield JSON.parse(value) as Entry
}

function compare<T> (what: string, stored: ReadonlyMap<string, T>, told: ReadonlyMap<string, T>, text: (value: T) => string): void {
  for (const id of new Set([...stored.keys(), ...told.keys()])) {
    const [is, should] = [stored.get(id), told.get(id)]
    if (is === undefined || should === undefined || text(is) !== text(should)) {
      throw damaged(`${what} ${id} is ${is === undefined ? 'missing' : text(is)}, the journal adds up to ${should === undefined ? 'none' : text(should)}`)
    }
  }
}

function damaged (why: string, cause?: unknown): NightshiftError {
  return new NightshiftError('NS_E_DATA_CORRUPT', `the books are damaged: ${why}`, {
    remedy: 'nothing is served with these books; see "nightshift ledger verify", then "nightshift ledger repair --from-mirror"',
    cause
  })
}

/** Journal entries, newest first. */
export async function * readJournal (store: Store, limit: number): AsyncGenerator<Entry> {
  for await (const [, value] of store.range({ gte: LEDGER_KEYS.entry, lt: after(LEDGER_KEYS.entry), reverse: true, limit })) {
    yield JSON.parse(value) as Entry
  }
}

async function * under (store: Store, prefix: string): AsyncGenerator<readonly [string, string]> {
  for await (const [key, value] of store.range({ gte: prefix, lt: after(prefix) })) yield [key.slice(prefix.length), value]
}

function after (prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
}
