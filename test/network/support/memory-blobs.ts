import { createHash } from 'node:crypto'
import { NightshiftError } from '../../../src/model/errors.ts'
import type { BlobStore } from '../../../src/model/store.ts'

/** A blob store in memory whose content a test may falsify: `plant` stores bytes under any hash. */
export function memoryBlobs (): BlobStore & { plant: (sha256: string, bytes: Uint8Array) => void } {
  const kept = new Map<string, Uint8Array>()
  const read = (sha256: string): Uint8Array => {
    const bytes = kept.get(sha256)
    if (bytes === undefined) throw new NightshiftError('NS_E_BLOB_MISSING', `no content ${sha256}`)
    return bytes
  }
  return {
    plant: (sha256, bytes) => { kept.set(sha256, bytes) },
    has: async sha256 => kept.has(sha256),
    size: async sha256 => kept.get(sha256)?.length,
    content: async sha256 => read(sha256),
    delete: async sha256 => { kept.delete(sha256) },
    put: async (data, options = {}) => {
      const parts: Uint8Array[] = []
      if (data instanceof Uint8Array) parts.push(data)
      else {
        for await (const part of data) {
          options.signal?.throwIfAborted()
          parts.push(part)
        }
      }
      const bytes = Buffer.concat(parts)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      if (options.expect !== undefined && options.expect !== sha256) throw new NightshiftError('NS_E_BLOB_CORRUPT', `${sha256} is not ${options.expect}`)
      kept.set(sha256, bytes)
      return { sha256, size: bytes.length }
    },
    async * open (sha256, { start = 0, end } = {}) {
      const bytes = read(sha256)
      for (let at = start; at < (end ?? bytes.length); at += 65_536) yield bytes.subarray(at, Math.min(at + 65_536, end ?? bytes.length))
    }
  }
}
