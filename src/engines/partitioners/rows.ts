import type { ChunkData, Partitioner, SourceFile } from '../../model/engine.ts'
import { delimiterOf, formatOf, parseSize, SIZE_SCHEMA } from '../format.ts'
import type { RowFormat } from '../format.ts'
import { lineBlocks, tableBlocks } from '../record-blocks.ts'
import { RecordReader } from '../record-reader.ts'

const DEFAULT_BYTES = 1024 * 1024

interface Cut {
  readonly records: number
  readonly bytes: number
}

const PROPERTIES = {
  count: { type: 'integer', minimum: 1, maximum: 1e12, description: 'Rows per chunk; the header does not count' },
  size: { ...SIZE_SCHEMA, description: 'Bytes per chunk at most, header included, such as 65536 or "64 KiB"; a chunk has at least one row. 1 MiB when neither count nor size is given' },
  header: { type: 'boolean', description: 'Repeat the first row of a file at the start of each of its chunks; true for csv and tsv, else false' },
  format: {
    enum: ['auto', 'lines', 'csv', 'tsv', 'jsonl'],
    default: 'auto',
    description: 'What a row is; auto goes by the file\'s extension. In csv and tsv a newline inside quotes does not end a row'
  }
} as const

const HELP = `Cuts files into chunks of whole rows, in order. Rows keep every byte they have.
A chunk never spans two files. A file without rows but with a header is one chunk.

Parameters
  count   rows per chunk
  size    bytes per chunk at most: 65536, "64 KiB", "10MB" (default 1 MiB)
  header  repeat the first row in each chunk (default: yes for csv and tsv)
  format  auto, lines, csv, tsv or jsonl (default: by extension, else lines)

Example
  nightshift job run --app APP --partitioner NAME --param partitioner.count=1000 --input data.csv`

export const rows = rowsPartitioner('rows', 'auto', 'Whole rows of CSV, TSV, JSON Lines or plain lines, header kept')
export const lines = rowsPartitioner('lines', 'lines', 'Whole lines of text')

function rowsPartitioner (name: string, format: 'auto' | RowFormat, summary: string): Partitioner {
  return {
    kind: 'partitioner',
    name,
    summary,
    help: HELP.replace('NAME', name).replace('by extension, else lines', format === 'auto' ? 'by extension, else lines' : format),
    paramsSchema: { type: 'object', properties: { ...PROPERTIES, format: { ...PROPERTIES.format, default: format } }, additionalProperties: false },
    async * partition (source, params, { signal }) {
      const cut = cutOf(params)
      for (const file of source) yield * cutFile(file, params, cut, signal)
    }
  }
}

function cutOf ({ count, size }: Readonly<Record<string, unknown>>): Cut {
  return {
    records: count === undefined ? Infinity : Number(count),
    bytes: size !== undefined ? parseSize(size) : count === undefined ? DEFAULT_BYTES : Infinity
  }
}

async function * cutFile (file: SourceFile, params: Readonly<Record<string, unknown>>, cut: Cut, signal: AbortSignal): AsyncIterable<ChunkData> {
  const wanted = params['format'] ?? 'auto'
  const format = wanted === 'auto' ? formatOf(file.path) : wanted as RowFormat
  const delimiter = delimiterOf(format)
  const reader = new RecordReader(delimiter === undefined
    ? lineBlocks(file.open(), file.path)
    : tableBlocks(file.open(), delimiter, file.path))
  try {
    const hasHeader = params['header'] ?? delimiter !== undefined
    const header = hasHeader === true ? (await reader.take({ records: 1, bytes: Infinity }, true))?.bytes : undefined
    let first = true
    while (await reader.hasMore() || (first && header !== undefined)) {
      signal.throwIfAborted()
      first = false
      const data = chunk(reader, header, cut)
      yield data
      for await (const _ of data) signal.throwIfAborted()
    }
  } finally {
    await reader.close()
  }
}

async function * chunk (reader: RecordReader, header: Uint8Array | undefined, cut: Cut): AsyncGenerator<Uint8Array> {
  if (header !== undefined) yield header
  let records = cut.records
  let bytes = cut.bytes - (header?.length ?? 0)
  for (let empty = true; records > 0; empty = false) {
    const run = await reader.take({ records, bytes }, empty)
    if (run === undefined) return
    records -= run.records
    bytes -= run.bytes.length
    yield run.bytes
  }
}
