import { createReadStream } from 'node:fs'
import type { BlobStore } from '../model/store.ts'
import type { FileRef } from '../model/block.ts'
import type { SourceFile } from '../model/engine.ts'
import { checkRelativePath } from '../model/paths.ts'

const READ_BYTES = 256 * 1024

/** A file of this machine as an input file named `path`. */
export function hostFile (hostPath: string, path: string, size: number): SourceFile {
  return {
    path,
    size,
    open: (range) => readRange(hostPath, size, range)
  }
}

async function * readRange (hostPath: string, size: number, { start = 0, end = size }: { start?: number, end?: number } = {}): AsyncIterable<Uint8Array> {
  const last = Math.min(end, size)
  if (start >= last) return
  yield * createReadStream(hostPath, { start, end: last - 1, highWaterMark: READ_BYTES })
}

/**
 * Input files that lie in a blob store.
 *
 * @throws NS_E_PATH_UNSAFE
 */
export function blobSource (blobs: BlobStore, refs: readonly FileRef[]): SourceFile[] {
  return refs.map(({ path, size, sha256 }) => ({
    path: checkRelativePath(path),
    size,
    open: (range) => blobs.open(sha256, range)
  }))
}

/** The source of a job without input: one empty file, so that partitioners have something to hand on. */
export function bypassSource (): SourceFile[] {
  return [{ path: 'data.bin', size: 0, open: () => nothing() }]
}

async function * nothing (): AsyncIterable<Uint8Array> {}
