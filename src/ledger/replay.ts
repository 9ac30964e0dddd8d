import { NightshiftError } from '../model/errors.ts'
import type { Account } from './accounts.ts'
import { checkBooks } from './audit.ts'
import type { Books } from './audit.ts'
import { EMPTY_LEDGER, Ledger, entryIsIntact } from './ledger.ts'
import type { Entry, EntryTransfer, Hold, Transfer } from './transfers.ts'

/** What a whole journal adds up to. */
export interface Replayed {
  readonly entries: number
  readonly head: { readonly seq: number, readonly hash: string }
  readonly accounts: ReadonlyMap<string, Account>
  readonly holds: ReadonlyMap<string, Hold>
  readonly books: Books
}

/**
 * Does everything a journal tells once more, from nothing. An entry counts only
 * if the rules allow it there and give it the very hash it carries, so none can
 * be changed, dropped, added or moved.
 * @throws NS_E_LEDGER naming the first entry that does not fit
 */
export async function replay (entries: AsyncIterable<Entry> | Iterable<Entry>): Promise<Replayed> {
  const ledger = new Ledger(EMPTY_LEDGER)
  let count = 0
  for await (const entry of entries) {
    // what comes from a file has not been looked at by anybody
    if ((entry as Entry | null)?.seq !== ledger.head.seq + 1) throw broken(entry, `it follows ${ledger.head.seq}`)
    const again = applied(ledger, entry)
    if (again?.hash !== entry.hash || !entryIsIntact(entry)) throw broken(entry, 'its hash is not that of its content and of the entry before it')
    count++
  }
  const accounts = new Map([...ledger.accounts()].map(account => [account.id, account]))
  const holds = new Map([...ledger.holds()].map(hold => [hold.id, hold]))
  return { entries: count, head: ledger.head, accounts, holds, books: checkBooks(accounts.values(), holds.values()) }
}

function applied (ledger: Ledger, entry: Entry): Entry | undefined {
  try {
    return ledger.apply({ key: entry.key, at: entry.at, incarnation: entry.incarnation, transfers: entry.transfers.map(transferOf) }).entry
  } catch (error) {
    throw broken(entry, (error as Error).message)
  }
}

function transferOf (line: EntryTransfer): Transfer {
  const { kind, holdId = '', debit, credit, ref } = line
  if (kind === 'post' || kind === 'void') return { kind, holdId, ref }
  const amount = BigInt(line.amount)
  return kind === 'hold' ? { kind, holdId, debit, credit, amount, ref } : { kind, debit, credit, amount, ref }
}

function broken (entry: Entry | null, why: string): NightshiftError {
  return new NightshiftError('NS_E_LEDGER', `entry ${String(entry?.seq)} of the journal does not fit: ${why}`)
}
