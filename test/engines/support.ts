import { createHash } from 'node:crypto'
import { validateParams } from '../../src/blocks/index.ts'
import { builtinEngines } from '../../src/engines/index.ts'
import type { ChunkResult, OutputSink, SourceFile } from '../../src/model/engine.ts'
import type { FileRef } from '../../src/model/block.ts'
import { bytesOf } from '../support/bytes.ts'

export type Files = Readonly<Record<string, Uint8Array | string>>

/** Input files that hand out their bytes in pieces of a size. */
export function sourceOf (files: Files, piece = 7): SourceFile[] {
  return Object.entries(files).map(([path, content]) => {
    const all = Buffer.from(content as string)
    return {
      path,
      size: all.length,
      open: async function * ({ start = 0, end = all.length } = {}) {
        for (let at = start; at < end; at += piece) yield all.subarray(at, Math.min(at + piece, end))
      }
    }
  })
}

/** The chunks a built-in partitioner makes, the first `most` of them, its parameters validated as in a job. */
export async function partition (name: string, source: readonly SourceFile[], params: Record<string, unknown> = {}, most = Infinity): Promise<Buffer[]> {
  const engine = builtinEngines.partitioner(name)
  if (engine === undefined) throw new Error(`no partitioner ${name}`)
  const chunks: Buffer[] = []
  for await (const data of engine.partition(source, validateParams(engine, params), { signal: new AbortController().signal })) {
    chunks.push(await bytesOf(data))
    if (chunks.length >= most) break
  }
  return chunks
}

export async function texts (name: string, source: readonly SourceFile[], params: Record<string, unknown> = {}): Promise<string[]> {
  return (await partition(name, source, params)).map(String)
}

/** What a built-in assembler makes of the result files of each chunk. */
export async function assemble (name: string, chunks: readonly Files[], params: Record<string, unknown> = {}): Promise<Record<string, Buffer>> {
  const engine = builtinEngines.assembler(name)
  if (engine === undefined) throw new Error(`no assembler ${name}`)
  const contents = new Map<string, Buffer>()
  const results: ChunkResult[] = chunks.map((files, chunk) => ({ chunk, files: Object.entries(files).map(([path, content]) => refOf(path, content, contents)) }))
  const output: Record<string, Buffer> = {}
  const out: OutputSink = {
    async write (path, data) {
      if (path in output) throw new Error(`${path} was written twice`)
      output[path] = await bytesOf(data)
    }
  }
  await engine.assemble({
    chunkCount: chunks.length,
    chunks: async function * () { yield * results },
    open: async function * ({ sha256 }) { yield contents.get(sha256) ?? Buffer.alloc(0) }
  }, out, validateParams(engine, params), { signal: new AbortController().signal })
  return output
}

function refOf (path: string, content: Uint8Array | string, contents: Map<string, Buffer>): FileRef {
  const bytes = Buffer.from(content as string)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  contents.set(sha256, bytes)
  return { path, size: bytes.length, sha256 }
}
