import type { JournalArchive } from '../model/archive.ts'
import type { Store } from '../model/store.ts'
import type { Place } from '../ledger/ledger.ts'
import { databaseLines, seqOfLine } from '../ledger/journal.ts'
import { entryTexts } from '../ledger/load.ts'
import { placeOf } from '../ledger/entries.ts'
import { BooksWatch } from '../ledger/watch.ts'
import type { CoordinatorEvent } from './events.ts'
import { checkPromises } from './promises.ts'
import type { CoordinatorState } from './state.ts'

/** Entries followed, or archived, at once. */
const FOLLOWED = 500
const ARCHIVED = 5000
/** How often what is decided may be looked for on the disk before the check is left to the next time, and how long to wait between, milliseconds. */
const LOOKS = 200
const LOOK_MS = 25

export interface Keeping {
  readonly state: CoordinatorState
  readonly store: Store
  readonly archive: JournalArchive
  /** hands an event to the core; resolves when what it decided is on disk */
  readonly request: (event: CoordinatorEvent) => Promise<void>
  /** lets others run, for so many milliseconds at least */
  readonly pause: (ms: number) => Promise<void>
}

/**
 * Looks after the books of a coordinator while it runs: follows the journal on
 * the disk and compares it with what is in memory, then moves entries that are
 * old enough from the database into the archive. No entry leaves the database
 * before it was followed.
 */
export class BookKeeper {
  readonly #keeping: Keeping
  readonly #watch: BooksWatch

  /** To be made from a state that was just loaded, which is verified. */
  constructor (keeping: Keeping) {
    this.#keeping = keeping
    this.#watch = new BooksWatch(keeping.state.ledger.snapshot())
  }

  /**
   * One round, for one caller at a time.
   * @throws NS_E_LEDGER when the books are not what they promise: nothing more may be decided with them
   */
  async round (signal: AbortSignal): Promise<void> {
    await this.#check(signal)
    while (!signal.aborted) if (!await this.#archivePiece()) return
  }

  async #check (signal: AbortSignal): Promise<void> {
    const { state, pause } = this.#keeping
    checkPromises(state)
    const books = state.ledger.snapshot()
    // what is decided may be on its way to the disk
    for (let i = 0; i < LOOKS && this.#watch.seq < books.head.seq; i++) {
      if (i > 0) await pause(LOOK_MS)
      if (signal.aborted) return
      await this.#follow(books.head.seq, signal)
    }
    if (this.#watch.seq !== books.head.seq) return
    for (const _ of this.#watch.compare(books)) {
      await pause(0)
      if (signal.aborted) return
    }
  }

  async #follow (to: number, signal: AbortSignal): Promise<void> {
    let steps = 0
    for await (const text of entryTexts(this.#keeping.store, this.#watch.seq + 1)) {
      this.#watch.follow(text)
      if (this.#watch.seq >= to || signal.aborted) return
      if (++steps % FOLLOWED === 0) await this.#keeping.pause(0)
    }
  }

  /** True when a piece was archived: there may be more. */
  async #archivePiece (): Promise<boolean> {
    const { state: { ledger }, store, archive, request } = this.#keeping
    const first = ledger.pruned.seq + 1
    const last = Math.min(ledger.prunable, this.#watch.seq, first + ARCHIVED - 1)
    if (last < first) return false
    const lines: string[] = []
    let upTo: Place | undefined
    for await (const line of databaseLines(store, first)) {
      const seq = seqOfLine(line)
      if (seq !== undefined && seq > last) break
      lines.push(line)
      if (seq !== undefined) upTo = placeOf(line)
    }
    if (upTo?.seq !== last) return false
    await archive.append(first, lines)
    await request({ kind: 'archived', upTo })
    return true
  }
}
