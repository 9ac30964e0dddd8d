import { NightshiftError } from '../model/errors.ts'
import type { Account } from './accounts.ts'
import { checkBooks } from './audit.ts'
import type { Books as Sums } from './audit.ts'
import { accountsRoot } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { entryIsIntact } from './entries.ts'
import { EMPTY_LEDGER, Ledger } from './ledger.ts'
import type { LedgerState, Place } from './ledger.ts'
import type { Entry, EntryTransfer, Hold, Transfer } from './transfers.ts'

/** What a journal adds up to. */
export interface Replayed {
  readonly entries: number
  readonly head: Place
  readonly accounts: ReadonlyMap<string, Account>
  readonly holds: ReadonlyMap<string, Hold>
  readonly keys: ReadonlyMap<string, number>
  /** when the head was entered, milliseconds */
  readonly lastAt: number
  readonly books: Sums
}

/**
 * Does everything a journal tells once more, from nothing or from books that
 * are known. An entry counts only if the rules allow it there and give it the
 * very hash it carries, so none can be changed, dropped, added or moved.
 */
export class Replay {
  readonly #ledger: Ledger
  #entries = 0

  constructor (start: LedgerState = EMPTY_LEDGER) {
    this.#ledger = new Ledger(start)
  }

  get head (): Place { return this.#ledger.head }

  /** accounts and holds as they are after the last entry, to look at */
  get books (): Pick<LedgerState, 'accounts' | 'holds'> { return this.#ledger.view }

  /**
   * @param isIntact true when its text is known to be what its hash covers
   * @throws NS_E_LEDGER when the entry does not fit
   */
  enter (entry: Entry, isIntact = false): void {
    // what comes from a file has not been looked at by anybody
    if ((entry as Entry | null)?.seq !== this.#ledger.head.seq + 1) throw broken(entry, `it follows ${this.#ledger.head.seq}`)
    const again = this.#apply(entry)
    if (again?.hash !== entry.hash || !(isIntact || entryIsIntact(entry))) throw broken(entry, 'its hash is not that of its content and of the entry before it')
    this.#entries++
  }

  /** @throws NS_E_LEDGER when the checkpoint is not of the books as they are here; its signature is for the caller to check */
  pass ({ seq, hash, accountsRoot: root }: Checkpoint): void {
    if (seq !== this.head.seq || hash !== this.head.hash) throw new NightshiftError('NS_E_LEDGER', `the checkpoint at entry ${seq} is of another journal: entry ${this.head.seq} is where it stands`)
    if (root !== accountsRoot(this.#ledger.accounts(), this.#ledger.holds())) throw new NightshiftError('NS_E_LEDGER', `the checkpoint at entry ${seq} vouches for other balances than the journal adds up to`)
  }

  /** @throws NS_E_LEDGER when the books do not balance */
  result (): Replayed {
    const { accounts, holds, keys, head, lastAt } = this.#ledger.snapshot()
    return { entries: this.#entries, head, lastAt, accounts, holds, keys, books: checkBooks(accounts.values(), holds.values()) }
  }

  #apply (entry: Entry): Entry | undefined {
    try {
      return this.#ledger.apply({ key: entry.key, at: entry.at, incarnation: entry.incarnation, transfers: entry.transfers.map(transferOf) }).entry
    } catch (error) {
      throw broken(entry, (error as Error).message)
    }
  }
}

/**
 * What entries add up to, after what is known.
 * @throws NS_E_LEDGER naming the first entry that does not fit
 */
export async function replay (entries: AsyncIterable<Entry> | Iterable<Entry>, start?: LedgerState, isIntact = false): Promise<Replayed> {
  const again = new Replay(start)
  for await (const entry of entries) again.enter(entry, isIntact)
  return again.result()
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
