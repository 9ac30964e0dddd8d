import { layoutResults } from '../../blocks/index.ts'
import type { Assembler, ResultSet } from '../../model/engine.ts'
import { zipped } from '../zip.ts'
import type { ZipEntry } from '../zip.ts'

export const zip: Assembler = {
  kind: 'assembler',
  name: 'zip',
  summary: 'All result files in one zip archive',
  help: `Packs the result files of all tasks into one zip archive, under the paths the
passthrough assembler would give them. Equal results give an equal archive.

Parameters
  output    name of the archive (default results.zip)
  compress  deflate the files (default true)

Example
  nightshift job run --app APP --assembler zip --param assembler.output=pictures.zip --out results`,
  paramsSchema: {
    type: 'object',
    properties: {
      output: { type: 'string', minLength: 1, maxLength: 255, default: 'results.zip', description: 'Name of the archive' },
      compress: { type: 'boolean', default: true, description: 'Deflate the files' }
    },
    additionalProperties: false
  },
  async assemble (results, out, { output = 'results.zip', compress = true }, { signal }) {
    await out.write(String(output), zipped(entriesOf(results), { compress: compress === true, signal }))
  }
}

async function * entriesOf (results: ResultSet): AsyncIterable<ZipEntry> {
  for await (const { file, placedPath } of layoutResults(results.chunks, results.chunkCount)) {
    yield { path: placedPath, open: () => results.open(file) }
  }
}
