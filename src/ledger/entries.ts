import { hash as digest } from 'node:crypto'
import type { Place } from './ledger.ts'
import type { Command, Entry, EntryTransfer, TransferRef } from './transfers.ts'

const HASH = ',"hash":"'
const HASH_CHARS = 64
const END = '"}'

/** The next entry, and its JSON, which is that of what its hash covers with the hash at the end. */
export function chain (head: Place, command: Command, transfers: readonly EntryTransfer[]): { readonly entry: Entry, readonly text: string } {
  const { at, incarnation, key } = command
  const seq = head.seq + 1
  // what JSON.stringify makes of it, in a fifth of the time
  let lines = ''
  for (const transfer of transfers) lines += lines === '' ? lineText(transfer) : `,${lineText(transfer)}`
  const covered = `{"seq":${seq},"prevHash":"${head.hash}","at":${at},"incarnation":${incarnation},"key":${quoted(key)},"transfers":[${lines}]`
  const hash = digest('sha256', covered + '}')
  return { entry: { seq, prevHash: head.hash, at, incarnation, key, transfers, hash }, text: covered + HASH + hash + END }
}

/** A line as JSON, its members in the one order that the journal has them in. */
function lineText ({ kind, holdId, debit, credit, amount, ref }: EntryTransfer): string {
  const hold = holdId === undefined ? '' : `"holdId":${quoted(holdId)},`
  return `{"kind":"${kind}",${hold}"debit":${quoted(debit)},"credit":${quoted(credit)},"amount":"${amount}","ref":${refText(ref)}}`
}

function refText (ref: TransferRef): string {
  const { job, chunk, epoch, note } = ref
  // the reference of every hold and post of a chunk; what else there may be, in which order ever, stays as it came
  if (job !== undefined && chunk !== undefined && epoch !== undefined && note === undefined && Object.keys(ref).length === 3) {
    return `{"job":${quoted(job)},"chunk":${chunk},"epoch":${epoch}}`
  }
  return JSON.stringify(ref)
}

/** Anything but the characters that stand for themselves in JSON. */
const TO_ESCAPE = /[^ !#-[\]-~]/

function quoted (text: string): string {
  return TO_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** True when an entry's hash is the one its content and predecessor give. */
export function entryIsIntact (entry: Entry): boolean {
  const { hash, ...body } = entry
  return digest('sha256', JSON.stringify(body)) === hash
}

/** The place of a stored entry when it is whole and comes right after `head`; undefined when not. It is not parsed for that. */
export function placeAfter (head: Place, text: string): Place | undefined {
  const covered = text.length - HASH.length - HASH_CHARS - END.length
  if (!text.startsWith(`{"seq":${head.seq + 1},"prevHash":"${head.hash}",`) || !text.startsWith(HASH, covered)) return undefined
  const hash = text.slice(covered + HASH.length, -END.length)
  return digest('sha256', text.slice(0, covered) + '}') === hash ? { seq: head.seq + 1, hash } : undefined
}

/** The place of a stored entry, which is known to be whole. */
export function placeOf (text: string): Place {
  const { seq, hash } = JSON.parse(text) as Entry
  return { seq, hash }
}
