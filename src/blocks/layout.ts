import { posix } from 'node:path'
import type { FileRef } from '../model/block.ts'
import type { ChunkResult } from '../model/engine.ts'

/** One result file and where it is placed among those of all chunks. */
export interface PlacedFile {
  readonly chunk: number
  readonly file: FileRef
  readonly placedPath: string
}

/**
 * Places the results of all chunks in one folder, in chunk order, under their
 * own paths. A path that two chunks wrote, or that is a folder elsewhere, is
 * renamed in each of them to `<stem>_<chunk, zero-padded><ext>`; should a chunk
 * have written that very path itself, to `<stem>_<chunk>~<n><ext>`.
 *
 * May be iterated any number of times. Keeps the distinct paths in memory, nothing else.
 */
export function layoutResults (chunks: () => AsyncIterable<ChunkResult>, chunkCount: number): AsyncIterable<PlacedFile> {
  let names: Promise<Names> | undefined
  return {
    async * [Symbol.asyncIterator] () {
      const taken = await (names ??= countNames(chunks()))
      const width = String(Math.max(0, chunkCount - 1)).length
      for await (const { chunk, files } of chunks()) {
        for (const file of files) {
          yield { chunk, file, placedPath: place(file.path, String(chunk).padStart(width, '0'), taken) }
        }
      }
    }
  }
}

interface Names {
  readonly writers: ReadonlyMap<string, number>
  readonly folders: ReadonlySet<string>
}

async function countNames (chunks: AsyncIterable<ChunkResult>): Promise<Names> {
  const writers = new Map<string, number>()
  const folders = new Set<string>()
  for await (const { files } of chunks) {
    for (const { path } of files) {
      writers.set(path, (writers.get(path) ?? 0) + 1)
      for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) folders.add(path.slice(0, end))
    }
  }
  return { writers, folders }
}

function place (path: string, chunk: string, { writers, folders }: Names): string {
  if ((writers.get(path) ?? 0) <= 1 && !folders.has(path)) return path
  const ext = posix.extname(path)
  const stem = path.slice(0, path.length - ext.length)
  const free = (candidate: string): boolean => !writers.has(candidate) && !folders.has(candidate)
  let placed = `${stem}_${chunk}${ext}`
  for (let n = 1; !free(placed); n++) placed = `${stem}_${chunk}~${n}${ext}`
  return placed
}

/**
 * The JSON of RESULTS_INDEX, streamed:
 * `{"chunks": {"0": ["a.txt"]}, "files": {"a.txt": {"chunk": 0, "path": "a.txt", "size": 1, "sha256": "…"}}}`,
 * where `path` is what the task itself had called the file.
 */
export async function * resultsIndex (layout: AsyncIterable<PlacedFile>): AsyncIterable<Uint8Array> {
  yield Buffer.from('{"chunks":{')
  let current = -1
  for await (const { chunk, placedPath } of layout) {
    const start = chunk === current ? ',' : `${current === -1 ? '' : '],\n'}"${chunk}":[`
    current = chunk
    yield Buffer.from(start + JSON.stringify(placedPath))
  }
  yield Buffer.from(`${current === -1 ? '' : ']'}},\n"files":{`)
  let separator = ''
  for await (const { chunk, placedPath, file: { path, size, sha256 } } of layout) {
    yield Buffer.from(`${separator}${JSON.stringify(placedPath)}:${JSON.stringify({ chunk, path, size, sha256 })}`)
    separator = ',\n'
  }
  yield Buffer.from('}}\n')
}
