import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { NightshiftError } from '../model/errors.ts'
import type { BlobRef, BlobStore } from '../model/store.ts'
import { LargeBlobs } from './large-blobs.ts'
import type { IncomingBlob } from './large-blobs.ts'
import { SmallBlobs } from './small-blobs.ts'

/** Blobs up to this size live in the database, larger ones are files. Bytes. */
export const SMALL_BLOB_BYTES = 16 * 1024

const SHA256 = /^[0-9a-f]{64}$/

export interface PutOptions {
  /** the content must have this SHA-256, else NS_E_BLOB_CORRUPT and nothing is stored */
  readonly expect?: string
  /** most bytes to accept, else NS_E_TOO_LARGE and nothing is stored; unlimited by default */
  readonly maxBytes?: number
  readonly signal?: AbortSignal
}

/** A blob store that owns files and must be closed. */
export interface OpenBlobStore extends BlobStore {
  /** Resolves once every blob stored before the call survives power loss. Large ones always do. */
  sync: () => Promise<void>
  close: () => Promise<void>
}

/**
 * Opens the content-addressed store in `dir`, creating it when missing.
 *
 * @throws NS_E_DATA_LOCKED when another process holds the folder
 * @throws NS_E_DATA_CORRUPT when its database is damaged
 */
export async function openBlobStore (dir: string): Promise<OpenBlobStore> {
  const small = await SmallBlobs.open(join(dir, 'small'))
  try {
    return new FolderBlobStore(small, await LargeBlobs.open(join(dir, 'large')))
  } catch (error) {
    await small.close()
    throw error
  }
}

class FolderBlobStore implements OpenBlobStore {
  readonly #small: SmallBlobs
  readonly #large: LargeBlobs

  constructor (small: SmallBlobs, large: LargeBlobs) {
    this.#small = small
    this.#large = large
  }

  async has (sha256: string): Promise<boolean> {
    return await this.size(sha256) !== undefined
  }

  async size (sha256: string): Promise<number | undefined> {
    if (!SHA256.test(sha256)) return undefined
    return (await this.#small.get(sha256))?.length ?? await this.#large.size(sha256)
  }

  async put (data: AsyncIterable<Uint8Array> | Uint8Array, options: PutOptions = {}): Promise<BlobRef> {
    options.signal?.throwIfAborted()
    return data instanceof Uint8Array ? await this.#putBytes(data, options) : await this.#putStream(data, options)
  }

  async * open (sha256: string, range: { start?: number, end?: number } = {}): AsyncIterable<Uint8Array> {
    const bytes = SHA256.test(sha256) ? await this.#small.get(sha256) : undefined
    const size = bytes?.length ?? await this.size(sha256)
    if (size === undefined) throw missing(sha256)
    const start = Math.max(0, range.start ?? 0)
    const end = Math.min(size, range.end ?? size)
    if (start >= end) return
    if (bytes === undefined) yield * this.#large.read(sha256, start, end)
    else yield bytes.subarray(start, end)
  }

  async content (sha256: string): Promise<Uint8Array | { readonly hostPath: string }> {
    const bytes = SHA256.test(sha256) ? await this.#small.get(sha256) : undefined
    if (bytes !== undefined) return bytes
    if (await this.size(sha256) === undefined) throw missing(sha256)
    return { hostPath: this.#large.path(sha256) }
  }

  async delete (sha256: string): Promise<void> {
    if (!SHA256.test(sha256)) return
    await this.#small.delete(sha256)
    await this.#large.delete(sha256)
  }

  async sync (): Promise<void> {
    await this.#small.sync()
  }

  async close (): Promise<void> {
    await this.#small.close()
  }

  async #putBytes (bytes: Uint8Array, options: PutOptions): Promise<BlobRef> {
    checkSize(bytes.length, options)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    checkHash(sha256, options)
    if (bytes.length <= SMALL_BLOB_BYTES) {
      await this.#small.put(sha256, bytes)
    } else if (await this.#large.size(sha256) !== bytes.length) {
      await this.#putFile(bytes, sha256)
    }
    return { sha256, size: bytes.length }
  }

  async #putStream (data: AsyncIterable<Uint8Array>, options: PutOptions): Promise<BlobRef> {
    const hash = createHash('sha256')
    const head: Uint8Array[] = []
    let size = 0
    let file: IncomingBlob | undefined
    try {
      for await (const bytes of data) {
        options.signal?.throwIfAborted()
        size += bytes.length
        checkSize(size, options)
        hash.update(bytes)
        if (file === undefined) head.push(bytes)
        else await file.write(bytes)
        if (file === undefined && size > SMALL_BLOB_BYTES) {
          file = await this.#large.create()
          for (const early of head) await file.write(early)
        }
      }
      if (file === undefined) return await this.#putBytes(Buffer.concat(head), options)
      const sha256 = hash.digest('hex')
      checkHash(sha256, options)
      await file.commit(sha256)
      return { sha256, size }
    } catch (error) {
      await file?.discard()
      throw error
    }
  }

  async #putFile (bytes: Uint8Array, sha256: string): Promise<void> {
    const file = await this.#large.create()
    try {
      await file.write(bytes)
      await file.commit(sha256)
    } catch (error) {
      await file.discard()
      throw error
    }
  }
}

function checkSize (size: number, { maxBytes }: PutOptions): void {
  if (maxBytes === undefined || size <= maxBytes) return
  throw new NightshiftError('NS_E_TOO_LARGE', `content is larger than the ${maxBytes} bytes allowed here`, {
    remedy: 'make it smaller or raise the limit'
  })
}

function checkHash (sha256: string, { expect }: PutOptions): void {
  if (expect === undefined || sha256 === expect) return
  throw new NightshiftError('NS_E_BLOB_CORRUPT', `content has SHA-256 ${sha256}, but ${expect} was promised`, {
    remedy: 'fetch it again, from another peer if it happens twice'
  })
}

function missing (sha256: string): NightshiftError {
  return new NightshiftError('NS_E_BLOB_MISSING', `no content with SHA-256 ${sha256.slice(0, 64)} is stored here`, {
    remedy: 'fetch it from a peer that has it, or upload it again'
  })
}
