import { mkdir } from 'node:fs/promises'
import { Level } from 'level'
import { accessError, openError } from './errors.ts'
import { writeBatch } from './write-batch.ts'

interface Pending {
  readonly key: string
  readonly value: Uint8Array
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Blobs small enough to live in a database. Puts that arrive together are written as one batch. */
export class SmallBlobs {
  readonly #level: Level<string, Uint8Array>
  readonly #dir: string
  #pending: Pending[] = []
  #flushing: Promise<void> | undefined

  private constructor (level: Level<string, Uint8Array>, dir: string) {
    this.#level = level
    this.#dir = dir
  }

  static async open (dir: string): Promise<SmallBlobs> {
    const level = new Level<string, Uint8Array>(dir, { keyEncoding: 'utf8', valueEncoding: 'view' })
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      await level.open()
    } catch (error) {
      throw openError(error, dir)
    }
    return new SmallBlobs(level, dir)
  }

  async get (key: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#level.get(key)
    } catch (error) {
      throw accessError(error, this.#dir)
    }
  }

  async put (key: string, value: Uint8Array): Promise<void> {
    return await new Promise((resolve, reject) => {
      this.#pending.push({ key, value, resolve, reject })
      this.#flushing ??= this.#flush()
    })
  }

  async delete (key: string): Promise<void> {
    await this.#level.del(key)
  }

  /** Resolves once everything put before the call survives power loss. */
  async sync (): Promise<void> {
    await this.#flushing
    // an empty marker is enough: syncing the log covers all that was written before it
    await this.#level.put('', new Uint8Array(0), { sync: true })
  }

  async close (): Promise<void> {
    await this.#flushing
    await this.#level.close()
  }

  async #flush (): Promise<void> {
    // lets all puts of this turn join the batch
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#pending.length > 0) {
      const batch = this.#pending
      this.#pending = []
      try {
        await writeBatch(this.#level, it => { for (const { key, value } of batch) it.put(key, value) }, { sync: false })
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(accessError(error, this.#dir))
      }
    }
    this.#flushing = undefined
  }
}
