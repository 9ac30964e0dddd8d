import { mkdir } from 'node:fs/promises'
import { Level } from 'level'
import type { Store, Write } from '../model/store.ts'
import { accessError, openError } from './errors.ts'
import { writeBatch } from './write-batch.ts'

/**
 * Opens the node's ordered key–value store in `dir`, creating it when missing.
 * The folder is locked for this process until `close`.
 *
 * @throws NS_E_DATA_LOCKED when another node holds the folder
 * @throws NS_E_DATA_CORRUPT when the files are damaged
 * @throws NS_E_CONFIG when the folder cannot be used
 */
export async function openStore (dir: string): Promise<Store> {
  const level = new Level<string, string>(dir, { keyEncoding: 'utf8', valueEncoding: 'utf8' })
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await level.open()
  } catch (error) {
    throw openError(error, dir)
  }
  return new LevelStore(level, dir)
}

class LevelStore implements Store {
  readonly #level: Level<string, string>
  readonly #dir: string

  constructor (level: Level<string, string>, dir: string) {
    this.#level = level
    this.#dir = dir
  }

  async get (key: string): Promise<string | undefined> {
    try {
      return await this.#level.get(key)
    } catch (error) {
      throw accessError(error, this.#dir)
    }
  }

  async * range (bounds: { gte: string, lt: string, limit?: number, reverse?: boolean }): AsyncIterable<readonly [string, string]> {
    try {
      yield * this.#level.iterator(bounds)
    } catch (error) {
      throw accessError(error, this.#dir)
    }
  }

  async batch (writes: readonly Write[], options: { sync: boolean }): Promise<void> {
    try {
      await writeBatch(this.#level, batch => {
        for (const { key, value } of writes) {
          if (value === undefined) batch.del(key)
          else batch.put(key, value)
        }
      }, options)
    } catch (error) {
      throw accessError(error, this.#dir)
    }
  }

  async close (): Promise<void> {
    await this.#level.close()
  }
}
