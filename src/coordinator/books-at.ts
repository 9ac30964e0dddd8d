import type { Checkpoint } from '../ledger/checkpoint.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { booksOf, entryTexts } from '../ledger/load.ts'
import type { LedgerSource } from '../ledger/load.ts'
import type { Books } from '../ledger/rewind.ts'
import type { Entry } from '../ledger/transfers.ts'
import { NightshiftError } from '../model/errors.ts'

/** How often entries that are on their way to the disk are looked for. */
const LOOKS = 50

/**
 * The books that a checkpoint vouches for, while they go on changing: what is
 * in memory, less the entries after the checkpoint.
 * @throws NS_E_LEDGER when they are not what it vouches for
 */
export async function booksAt (store: LedgerSource, ledger: Ledger, checkpoint: Checkpoint): Promise<Books> {
  for (let i = 0; i < LOOKS; i++) {
    const now = ledger.snapshot()
    const since: Entry[] = []
    for await (const text of entryTexts(store, checkpoint.seq + 1)) {
      if (since.length >= now.head.seq - checkpoint.seq) break
      since.push(JSON.parse(text) as Entry)
    }
    if (since.length === now.head.seq - checkpoint.seq) return booksOf(checkpoint, now, since)
  }
  throw new NightshiftError('NS_E_ABORTED', 'the books change faster than they can be read', { remedy: 'try again' })
}
