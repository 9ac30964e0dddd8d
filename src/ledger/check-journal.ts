import { NightshiftError } from '../model/errors.ts'
import type { Signer } from '../model/signer.ts'
import { openBooksLine } from './books-line.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { LedgerState } from './ledger.ts'
import { Replay } from './replay.ts'
import type { Replayed } from './replay.ts'
import type { Entry } from './transfers.ts'

/** A checkpoint with the books it vouches for, known before a journal is looked at. */
export interface Known { readonly checkpoint: Checkpoint, readonly books: LedgerState }

export interface CheckedJournal extends Replayed {
  /** number of the first entry that was done once more */
  readonly from: number
  readonly checkpoints: number
  /** who signed them */
  readonly signers: ReadonlySet<string>
}

type Line = Partial<Entry> & { readonly checkpoint?: unknown, readonly accounts?: unknown }

/**
 * Does a journal once more, line by line: from its first entry, or from the
 * checkpoint that it begins with, or from a known one. Each checkpoint in it
 * must be signed and vouch for just what the entries before it come to.
 * @throws NS_E_LEDGER naming the line or entry that does not fit
 */
export async function checkJournal (lines: AsyncIterable<string> | Iterable<string>, signer: Pick<Signer, 'verify'>, known?: Known): Promise<CheckedJournal> {
  const signers = new Set<string>(known === undefined ? [] : [known.checkpoint.peer])
  let replay: Replay | undefined
  let from = 1
  let checkpoints = 0
  let number = 0
  for await (const text of lines) {
    const line = parsed(text, ++number)
    if (replay === undefined) {
      replay = startOf(line, signer, known, signers)
      from = replay.head.seq + 1
      if (line.checkpoint !== undefined) continue
    }
    if (line.checkpoint === undefined) {
      replay.enter(line as Entry)
      if (replay.head.seq === known?.checkpoint.seq) replay.pass(known.checkpoint)
    } else {
      const checkpoint = openCheckpoint(line.checkpoint, signer)
      replay.pass(checkpoint)
      signers.add(checkpoint.peer)
      checkpoints++
    }
  }
  replay ??= new Replay(known?.books)
  if (known !== undefined && replay.head.seq < known.checkpoint.seq) throw new NightshiftError('NS_E_LEDGER', `entry ${replay.head.seq} is its last, the checkpoint is of entry ${known.checkpoint.seq}`)
  if (known !== undefined && from > known.checkpoint.seq + 1) throw new NightshiftError('NS_E_LEDGER', `it begins after entry ${from - 1}, the checkpoint is of entry ${known.checkpoint.seq}: nothing joins the two`)
  return { ...replay.result(), from, checkpoints, signers }
}

function startOf (line: Line, signer: Pick<Signer, 'verify'>, known: Known | undefined, signers: Set<string>): Replay {
  if (line.checkpoint !== undefined) {
    const { checkpoint, books } = openBooksLine(line, signer)
    signers.add(checkpoint.peer)
    return new Replay(books)
  }
  if (line.seq === 1) return new Replay()
  if (line.seq === (known?.checkpoint.seq ?? NaN) + 1) return new Replay(known?.books)
  const missing = known === undefined ? 'give the checkpoint that it follows with --checkpoint' : `the checkpoint is of entry ${known.checkpoint.seq}`
  throw new NightshiftError('NS_E_LEDGER', `entry ${String(line.seq)} is its first, and nothing says what the books came to before: ${missing}`)
}

function parsed (text: string, number: number): Line {
  try {
    const line: unknown = JSON.parse(text)
    if (typeof line === 'object' && line !== null) return line
  } catch {
    // said below, with the number of the line
  }
  throw new NightshiftError('NS_E_LEDGER', `line ${number} is not an entry of a journal`)
}
