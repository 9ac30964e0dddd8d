import type { Partitioner } from '../../model/engine.ts'
import { parseSize, SIZE_SCHEMA } from '../format.ts'

export const passthrough: Partitioner = {
  kind: 'partitioner',
  name: 'passthrough',
  summary: 'Every input file is one chunk, unchanged',
  help: `Hands every input file on as one chunk, unchanged, in order of the files' paths.
Without input there is one empty chunk.

Parameters: none

Example
  nightshift job run --app APP --input DIR`,
  paramsSchema: { type: 'object', additionalProperties: false },
  async * partition (source, _params, { signal }) {
    for (const file of source) {
      signal.throwIfAborted()
      yield file.open()
    }
  }
}

export const replicate: Partitioner = {
  kind: 'partitioner',
  name: 'replicate',
  summary: 'Every input file n times, for sweeps and seeds',
  help: `Makes n chunks of every input file, all with its whole content. Apps tell their
copy apart by CHUNK_NUMBER and CHUNK_SEED. Without input the chunks are empty.

Parameters
  n             copies of each file (also spelled num_replicas)

Example
  nightshift job run --app APP --partitioner replicate --param partitioner.n=16`,
  paramsSchema: {
    type: 'object',
    properties: {
      n: { type: 'integer', minimum: 1, maximum: 1_000_000, description: 'Copies of each file' },
      num_replicas: { type: 'integer', minimum: 1, maximum: 1_000_000, description: 'Another spelling of n' }
    },
    oneOf: [{ required: ['n'] }, { required: ['num_replicas'] }],
    additionalProperties: false
  },
  async * partition (source, params, { signal }) {
    const copies = Number(params['n'] ?? params['num_replicas'])
    for (const file of source) {
      for (let copy = 0; copy < copies; copy++) {
        signal.throwIfAborted()
        yield file.open()
      }
    }
  }
}

export const bytes: Partitioner = {
  kind: 'partitioner',
  name: 'bytes',
  summary: 'Pieces of a fixed number of bytes',
  help: `Cuts files into pieces of a fixed size, in order; the last piece of a file may be
smaller. An empty file gives no chunk.

Parameters
  size    bytes per chunk: 65536, "64 KiB", "10MB" (default 1 MiB)

Example
  nightshift job run --app APP --partitioner bytes --param partitioner.size=4MiB --input FILE`,
  paramsSchema: {
    type: 'object',
    properties: { size: { ...SIZE_SCHEMA, default: 1024 * 1024, description: 'Bytes per chunk, such as 65536 or "64 KiB"' } },
    additionalProperties: false
  },
  async * partition (source, params, { signal }) {
    const size = parseSize(params['size'] ?? 1024 * 1024)
    for (const file of source) {
      for (let start = 0; start < file.size; start += size) {
        signal.throwIfAborted()
        yield file.open({ start, end: Math.min(start + size, file.size) })
      }
    }
  }
}
