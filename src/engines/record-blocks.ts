import Papa from 'papaparse'
import type { ParseStepResult } from 'papaparse'
import { NightshiftError } from '../model/errors.ts'

/** A run of bytes and the offsets in it at which a record ends; nothing follows the last of them. */
export interface RecordBlock {
  readonly bytes: Buffer
  readonly ends: readonly number[]
}

/** Finds the ends of records in `bytes`, which start at a record. A record that may go on does not count. */
type FindEnds = (bytes: Buffer) => number[]

/** No record may be larger, in bytes. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024

const NEWLINE = 0x0a
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** Lines, each with its newline; the last may have none. */
export function lineBlocks (data: AsyncIterable<Uint8Array>, file: string): AsyncIterable<RecordBlock> {
  return blocks(data, file, lineEnds, 'a line')
}

/**
 * Records of delimited text, each with its line ending and quotes as written;
 * newlines inside quotes do not end a record.
 */
export function tableBlocks (data: AsyncIterable<Uint8Array>, delimiter: string, file: string): AsyncIterable<RecordBlock> {
  return blocks(data, file, (bytes) => tableEnds(bytes, delimiter), 'a record')
}

async function * blocks (data: AsyncIterable<Uint8Array>, file: string, findEnds: FindEnds, what: string): AsyncIterable<RecordBlock> {
  let rest: Buffer = Buffer.alloc(0)
  let fresh: Uint8Array[] = []
  let freshBytes = 0
  for await (const bytes of data) {
    fresh.push(bytes)
    freshBytes += bytes.length
    // waiting until the text has doubled keeps the work linear when one record is very long
    if (freshBytes < rest.length) continue
    const all = Buffer.concat([rest, ...fresh])
    fresh = []
    freshBytes = 0
    const ends = findEnds(all)
    const last = ends.at(-1) ?? 0
    rest = all.subarray(last)
    if (last > 0) yield { bytes: all.subarray(0, last), ends }
    if (rest.length > MAX_RECORD_BYTES) throw endless(file, what)
  }
  const tail = Buffer.concat([rest, ...fresh])
  if (tail.length === 0) return
  const ends = findEnds(tail)
  const last = ends.at(-1) ?? 0
  if (last < tail.length) {
    checkClosed(tail.subarray(last), findEnds, file)
    ends.push(tail.length)
  }
  yield { bytes: tail, ends }
}

function lineEnds (bytes: Buffer): number[] {
  const ends: number[] = []
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) ends.push(at + 1)
  return ends
}

/** One character per byte (Latin-1), so that the parser's positions are byte offsets whatever the encoding. */
function tableEnds (bytes: Buffer, delimiter: string): number[] {
  // a byte order mark would hide an opening quote from the parser
  const skipped = bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0
  const ends: number[] = []
  const parser = new Papa.Parser({
    delimiter,
    newline: '\n',
    step: ({ meta }: ParseStepResult<unknown>) => { ends.push(skipped + meta.cursor) }
  })
  parser.parse(bytes.toString('latin1', skipped), 0, true)
  return ends
}

/** The last record has no newline; with one it must end, else a quote was never closed. */
function checkClosed (record: Buffer, findEnds: FindEnds, file: string): void {
  if (findEnds(Buffer.concat([record, Buffer.from('\n')])).length > 0) return
  throw new NightshiftError('NS_E_INPUT_UNREADABLE', `${file} ends inside a quoted field that starts within its last ${record.length} bytes`, {
    remedy: 'close the quote, or cut the file by plain lines instead (format "lines")'
  })
}

function endless (file: string, what: string): NightshiftError {
  return new NightshiftError('NS_E_INPUT_UNREADABLE', `${file} has ${what} of more than ${MAX_RECORD_BYTES} bytes`, {
    remedy: 'a quote that is never closed is the usual cause; cut the file by "bytes" when it has no records'
  })
}
