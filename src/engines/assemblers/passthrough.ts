import { layoutResults } from '../../blocks/index.ts'
import type { Assembler } from '../../model/engine.ts'

export const passthrough: Assembler = {
  kind: 'assembler',
  name: 'passthrough',
  summary: 'All result files, as the tasks wrote them',
  help: `Hands on the result files of all tasks in one folder. When two tasks wrote the same
path, each of those files gets its chunk number: a.txt becomes a_0.txt, a_1.txt …

Parameters: none

Example
  nightshift job run --app APP --input DIR --out results`,
  paramsSchema: { type: 'object', additionalProperties: false },
  async assemble (results, out, _params, { signal }) {
    for await (const { file, placedPath } of layoutResults(results.chunks, results.chunkCount)) {
      signal.throwIfAborted()
      await out.write(placedPath, results.open(file))
    }
  }
}
