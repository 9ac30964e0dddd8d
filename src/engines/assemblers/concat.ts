import type { Assembler, ResultSet } from '../../model/engine.ts'
import { outputName, SELECT_PROPERTIES, selectFiles } from './select.ts'

export const concat: Assembler = {
  kind: 'assembler',
  name: 'concat',
  summary: 'Result files one after the other, in chunk order',
  help: `Joins result files into one, in chunk order, byte for byte.

Parameters
  file       path of the one file to take of every chunk
  extension  take only files with this extension
  separator  text put between two files (default: nothing)
  output     name of the output (default: result, with the extension of the first file)
Without file and extension all files of a chunk are taken, in path order.

Example
  nightshift job run --app APP --partitioner lines --assembler concat --param assembler.output=all.txt`,
  paramsSchema: {
    type: 'object',
    properties: { ...SELECT_PROPERTIES, separator: { type: 'string', maxLength: 65_536, default: '', description: 'Text put between two files' } },
    additionalProperties: false
  },
  async assemble (results, out, params, { signal }) {
    await out.write(await outputName(selectFiles(results, params), params), joined(results, params, signal))
  }
}

async function * joined (results: ResultSet, params: Readonly<Record<string, unknown>>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const separator = Buffer.from((params['separator'] ?? '') as string)
  let first = true
  for await (const { file } of selectFiles(results, params)) {
    signal.throwIfAborted()
    if (!first && separator.length > 0) yield separator
    first = false
    yield * results.open(file)
  }
}
