import { createHash } from 'node:crypto'
import type { FileRef } from './block.ts'
import { comparePaths } from './paths.ts'

const TAG = 'nightshift/result/1\0'

/** What one run of an app produced; two honest runs of a deterministic app have equal ones. */
export interface ResultManifest {
  readonly exitCode: number
  readonly files: readonly FileRef[]
}

/**
 * SHA-256, in hex, of the canonical encoding of a result: the tag
 * `nightshift/result/1\0`, the exit code and the number of files as unsigned
 * 32-bit, then per file, ordered by path, the length of the path in UTF-8
 * bytes (32-bit), the path, the size (64-bit) and the 32 bytes of its SHA-256.
 * All numbers are big-endian. The order of `files` does not matter.
 */
export function resultHash ({ exitCode, files }: ResultManifest): string {
  const hash = createHash('sha256').update(TAG).update(uint32(exitCode)).update(uint32(files.length))
  for (const file of [...files].sort((a, b) => comparePaths(a.path, b.path))) {
    const path = Buffer.from(file.path)
    hash.update(uint32(path.length)).update(path).update(uint64(file.size)).update(Buffer.from(file.sha256, 'hex'))
  }
  return hash.digest('hex')
}

function uint32 (value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

function uint64 (value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
