import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FileRef } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { FileRefSchema } from '../model/job.ts'
import { LIMITS } from '../model/limits.ts'
import type { BlobRef } from '../model/store.ts'
import type { Services } from './services.ts'

/** A list of result files that travels as a blob, bytes. */
const MOST_BYTES = 64 * 1024 * 1024
const FETCH_MS = 60_000
const FileList = Type.Array(FileRefSchema, { maxItems: LIMITS.resultFiles })

/**
 * Fetches lists of result files. A list is kept with its attempt, and as content
 * nothing ever names it: it is removed once the last reveal that points to it was
 * read, for workers that agree show the same one at the same time.
 */
export class ResultLists {
  readonly #services: Services
  readonly #readers = new Map<string, { count: number, readonly isOurs: boolean }>()

  constructor (services: Services) {
    this.#services = services
  }

  /** @throws NS_E_TOO_LARGE, NS_E_PROTOCOL or NS_E_BLOB_CORRUPT for what the worker is to blame for, others when it could not be had */
  async fetch (peer: string, ref: BlobRef): Promise<readonly FileRef[]> {
    if (ref.size > MOST_BYTES) throw new NightshiftError('NS_E_TOO_LARGE', `a list of result files of ${ref.size} bytes is over the limit of ${MOST_BYTES}`)
    const { blobs, transport } = this.#services
    const done = await this.#read(ref.sha256)
    try {
      await transport.fetch(peer, ref, blobs, AbortSignal.timeout(FETCH_MS))
      const parts: Uint8Array[] = []
      for await (const part of blobs.open(ref.sha256)) parts.push(part)
      return parseResultList(Buffer.concat(parts).toString('utf8'))
    } finally {
      await done()
    }
  }

  async #read (sha256: string): Promise<() => Promise<void>> {
    const { blobs, pins } = this.#services
    const wasHere = await blobs.has(sha256)
    const readers = this.#readers.get(sha256) ?? { count: 0, isOurs: !wasHere }
    this.#readers.set(sha256, readers)
    readers.count++
    return async () => {
      if (--readers.count > 0) return
      this.#readers.delete(sha256)
      if (readers.isOurs) await pins.delete(sha256, blobs)
    }
  }
}

/** Throws NS_E_PROTOCOL for a text that is no list of result files. */
export function parseResultList (text: string): readonly FileRef[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    list = undefined
  }
  if (!Value.Check(FileList, list)) throw new NightshiftError('NS_E_PROTOCOL', 'a list of result files is malformed')
  return list
}
