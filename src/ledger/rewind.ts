import { NightshiftError } from '../model/errors.ts'
import { add, emptyAccount } from './accounts.ts'
import type { Account } from './accounts.ts'
import { isUnused } from './checkpoint.ts'
import type { Entry, EntryTransfer, Hold } from './transfers.ts'

/** Accounts and open holds at one moment. */
export interface Books {
  readonly accounts: ReadonlyMap<string, Account>
  readonly holds: ReadonlyMap<string, Hold>
}

/**
 * The books as they were before these entries, which are oldest first: every
 * line says all that it takes to undo it.
 * @throws NS_E_LEDGER when the books cannot have come from these entries
 */
export function rewind (books: Books, entries: readonly Entry[]): Books {
  const accounts = new Map(books.accounts)
  const holds = new Map(books.holds)
  const take = (id: string, field: Exclude<keyof Account, 'id'>, amount: bigint): void => { accounts.set(id, add(accounts.get(id) ?? emptyAccount(id), field, -amount)) }
  for (const entry of [...entries].reverse()) {
    for (const line of [...entry.transfers].reverse()) undo(entry, line, holds, take)
  }
  for (const [id, account] of accounts) if (isUnused(account)) accounts.delete(id)
  return { accounts, holds }
}

function undo (entry: Entry, line: EntryTransfer, holds: Map<string, Hold>, take: (id: string, field: Exclude<keyof Account, 'id'>, amount: bigint) => void): void {
  const { kind, holdId = '', debit, credit } = line
  const amount = BigInt(line.amount)
  if (kind === 'direct' || kind === 'post') {
    take(debit, 'debitsPosted', amount)
    take(credit, 'creditsPosted', amount)
  }
  if (kind === 'direct') return
  const open = holds.get(holdId)
  const taken = kind === 'hold'
  if (taken !== (open !== undefined) || (open !== undefined && (open.debit !== debit || open.credit !== credit || open.amount !== amount))) {
    throw new NightshiftError('NS_E_LEDGER', `entry ${entry.seq} cannot have been entered: hold ${holdId} is ${open === undefined ? 'not ' : ''}open after it`)
  }
  if (taken) holds.delete(holdId)
  else holds.set(holdId, { id: holdId, debit, credit, amount })
  take(debit, 'debitsPending', taken ? amount : -amount)
  take(credit, 'creditsPending', taken ? amount : -amount)
}
