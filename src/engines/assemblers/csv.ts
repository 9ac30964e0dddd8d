import Papa from 'papaparse'
import type { Assembler, ResultSet } from '../../model/engine.ts'
import { NightshiftError } from '../../model/errors.ts'
import { tableBlocks } from '../record-blocks.ts'
import { RecordReader } from '../record-reader.ts'
import { outputName, SELECT_PROPERTIES, selectFiles } from './select.ts'

const NEWLINE = 0x0a

export const csv: Assembler = {
  kind: 'assembler',
  name: 'csv',
  summary: 'Tables one below the other, with one header',
  help: `Joins CSV result files into one table, in chunk order. The header is written once;
every file must have the same. Rows keep every byte they have.

Parameters
  file       path of the one file to take of every chunk
  extension  take only files with this extension
  header     files start with a header (default true)
  delimiter  "," by default; "\\t" for TSV
  output     name of the output (default: result, with the extension of the first file)
Without file and extension all files of a chunk are taken, in path order. Empty files are skipped.

Example
  nightshift job run --app APP --partitioner rows --assembler csv --param assembler.extension=.csv --input data.csv`,
  paramsSchema: {
    type: 'object',
    properties: {
      ...SELECT_PROPERTIES,
      header: { type: 'boolean', default: true, description: 'Files start with a header' },
      delimiter: { type: 'string', minLength: 1, maxLength: 1, default: ',', pattern: '^[^"\\r\\n]$', description: 'What separates two fields' }
    },
    additionalProperties: false
  },
  async assemble (results, out, params, { signal }) {
    await out.write(await outputName(selectFiles(results, params), params), table(results, params, signal))
  }
}

async function * table (results: ResultSet, params: Readonly<Record<string, unknown>>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const delimiter = (params['delimiter'] ?? ',') as string
  let header: string | undefined
  let ending: Uint8Array = Buffer.from('\n')
  let last: Uint8Array | undefined
  for await (const { chunk, file } of selectFiles(results, params)) {
    const reader = new RecordReader(tableBlocks(results.open(file), delimiter, `${file.path} of chunk ${chunk}`))
    try {
      if (params['header'] !== false) {
        const first = (await reader.take({ records: 1, bytes: Infinity }, true))?.bytes
        if (first === undefined) continue
        const fields = fieldsOf(first, delimiter)
        if (header === undefined) {
          header = fields
          if (first.at(-2) === 0x0d) ending = Buffer.from('\r\n')
          yield first
          last = first
        } else if (header !== fields) {
          throw mismatch(chunk, file.path, header, fields)
        }
      }
      for (let run = await all(reader); run !== undefined; run = await all(reader)) {
        signal.throwIfAborted()
        if (last !== undefined && last.at(-1) !== NEWLINE) yield ending
        yield run
        last = run
      }
    } finally {
      await reader.close()
    }
  }
}

async function all (reader: RecordReader): Promise<Uint8Array | undefined> {
  return (await reader.take({ records: Infinity, bytes: Infinity }, true))?.bytes
}

/** A header as JSON of its fields: how it is quoted and which line ending it has makes no difference. */
function fieldsOf (record: Uint8Array, delimiter: string): string {
  const text = new TextDecoder().decode(record)
  return JSON.stringify(Papa.parse<string[]>(text.replace(/\r?\n$/, ''), { delimiter, newline: '\n' }).data[0] ?? [])
}

function mismatch (chunk: number, path: string, expected: string, found: string): NightshiftError {
  return new NightshiftError('NS_E_ENGINE_FAILED', `${path} of chunk ${chunk} has the header ${found.slice(0, 500)}, but earlier chunks have ${expected.slice(0, 500)}`, {
    remedy: 'make the app write the same columns in every chunk, or set header to false'
  })
}
