import type { Partitioner } from '../../model/engine.ts'
import { zipped } from '../zip.ts'

export const files: Partitioner = {
  kind: 'partitioner',
  name: 'files',
  summary: 'Batches of n input files, each batch a zip archive',
  help: `Puts every n input files, in order of their paths, into one chunk: an uncompressed
zip archive with the files under their own paths. In Python, zipfile reads it.

Parameters
  n       files per chunk (default 10)

Example
  nightshift job run --app APP --partitioner files --param partitioner.n=50 --input DIR`,
  paramsSchema: {
    type: 'object',
    properties: { n: { type: 'integer', minimum: 1, maximum: 100_000, default: 10, description: 'Files per chunk' } },
    additionalProperties: false
  },
  async * partition (source, params, { signal }) {
    const size = Number(params['n'] ?? 10)
    for (let start = 0; start < source.length; start += size) {
      yield zipped(source.slice(start, start + size), { compress: false, signal })
    }
  }
}
