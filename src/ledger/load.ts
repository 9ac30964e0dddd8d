import { NightshiftError } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import { decodeAccount } from './accounts.ts'
import type { Account } from './accounts.ts'
import { checkBooks } from './audit.ts'
import { EMPTY_LEDGER, LEDGER_KEYS, Ledger, entryIsIntact } from './ledger.ts'
import type { Entry, Hold } from './transfers.ts'

/** Reads the books back and checks that they balance and that the journal's last entry is its head. */
export async function loadLedger (store: Store): Promise<Ledger> {
  const accounts = new Map<string, Account>()
  for await (const [id, value] of under(store, LEDGER_KEYS.account)) accounts.set(id, decodeAccount(id, value))
  const holds = new Map<string, Hold>()
  for await (const [id, value] of under(store, LEDGER_KEYS.hold)) {
    const [debit, credit, amount] = JSON.parse(value) as [string, string, string]
    holds.set(id, { id, debit, credit, amount: BigInt(amount) })
  }
  const headText = await store.get(LEDGER_KEYS.head)
  const head = headText === undefined ? EMPTY_LEDGER.head : JSON.parse(headText) as { seq: number, hash: string }
  const last = await lastEntry(store)
  if ((last?.hash ?? EMPTY_LEDGER.head.hash) !== head.hash || (last !== undefined && !entryIsIntact(last))) {
    throw new NightshiftError('NS_E_DATA_CORRUPT', `the journal's head ${head.seq} is not its last entry ${last?.seq ?? 0}`, {
      remedy: 'restore the data folder from a backup; the node will not serve with these books'
    })
  }
  checkBooks(accounts.values(), holds.values())
  return new Ledger({ accounts, holds, head })
}

/** Journal entries, newest first. */
export async function * readJournal (store: Store, limit: number): AsyncGenerator<Entry> {
  for await (const [, value] of store.range({ gte: LEDGER_KEYS.entry, lt: after(LEDGER_KEYS.entry), reverse: true, limit })) {
    yield JSON.parse(value) as Entry
  }
}

async function lastEntry (store: Store): Promise<Entry | undefined> {
  for await (const entry of readJournal(store, 1)) return entry
  return undefined
}

async function * under (store: Store, prefix: string): AsyncGenerator<readonly [string, string]> {
  for await (const [key, value] of store.range({ gte: prefix, lt: after(prefix) })) yield [key.slice(prefix.length), value]
}

function after (prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
}
