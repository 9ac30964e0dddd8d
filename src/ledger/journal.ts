import type { JournalArchive } from '../model/archive.ts'
import { NightshiftError } from '../model/errors.ts'
import { LEDGER_KEYS } from './ledger.ts'
import type { Place } from './ledger.ts'
import type { Checkpoint } from './checkpoint.ts'
import { entryTexts, newestStored, under } from './load.ts'
import type { LedgerSource } from './load.ts'
import type { Entry } from './transfers.ts'

/** A checkpoint as a line of a journal, after the entry it was taken at. */
function checkpointLine (checkpoint: Checkpoint): string {
  return JSON.stringify({ checkpoint })
}

type Archive = Pick<JournalArchive, 'pieces'>

const ENTRY = /^\{"seq":(\d{1,16}),/

/** The number of the entry that a line holds; undefined for a checkpoint. */
export function seqOfLine (line: string): number | undefined {
  const [, seq] = ENTRY.exec(line) ?? []
  return seq === undefined ? undefined : Number(seq)
}

/**
 * The lines of a journal from entry `from` on: those that were pruned from the
 * archive, the rest from the database, also while entries are being pruned.
 * @throws NS_E_DATA_CORRUPT where entries are missing in both
 */
export async function * journalLines (store: LedgerSource, archive: Archive, from = 1): AsyncGenerator<string> {
  let next = from
  for (let before = -1; ;) {
    const { seq: pruned } = JSON.parse(await store.get(LEDGER_KEYS.pruned) ?? '{"seq":0}') as Place
    if (pruned === before) throw new NightshiftError('NS_E_DATA_CORRUPT', `entry ${next} of the journal is in neither the database nor the archive`, { remedy: 'see "nightshift ledger verify"' })
    before = pruned
    for await (const { line, seq } of archivedLines(archive, next, pruned)) {
      yield line
      next = seq + 1
    }
    const rest = databaseLines(store, next)
    const first = await rest.next()
    if (first.done === true) return
    if (seqOfLine(first.value) === next) {
      yield first.value
      yield * rest
      return
    }
    // it was pruned meanwhile, or is nowhere
    await rest.return(undefined)
  }
}

/** Lines of entries `from` to `to`, with the checkpoints among them. */
async function * archivedLines (archive: Archive, from: number, to: number): AsyncGenerator<{ readonly line: string, readonly seq: number }> {
  if (from > to) return
  let at = 0
  for await (const lines of archive.pieces(from)) {
    for (const line of lines) {
      at = seqOfLine(line) ?? at
      if (at > to) return
      if (at >= from) yield { line, seq: at }
    }
  }
}

/** Lines from entry `from` on as the database has them. */
export async function * databaseLines (store: LedgerSource, from: number): AsyncGenerator<string, undefined> {
  const checkpoints = new Map<number, string>()
  for await (const [, text] of under(store, LEDGER_KEYS.checkpoint)) {
    const checkpoint = JSON.parse(text) as Checkpoint
    checkpoints.set(checkpoint.seq, checkpointLine(checkpoint))
  }
  for await (const text of entryTexts(store, from)) {
    yield text
    const checkpoint = checkpoints.get(seqOfLine(text) ?? 0)
    if (checkpoint !== undefined) yield checkpoint
  }
}

/** Entries newest first, at most `limit`, wherever they are kept. */
export async function * newestEntries (store: LedgerSource, archive: Archive, limit: number): AsyncGenerator<Entry> {
  let left = limit
  let oldest = Infinity
  for await (const entry of newestStored(store, limit)) {
    yield entry
    oldest = entry.seq
    left--
  }
  if (left <= 0 || oldest <= 1) return
  for await (const lines of archive.pieces(1, { reverse: true })) {
    for (const line of [...lines].reverse()) {
      const seq = seqOfLine(line)
      if (seq === undefined || seq >= oldest) continue
      yield JSON.parse(line) as Entry
      if (--left <= 0) return
    }
  }
}
