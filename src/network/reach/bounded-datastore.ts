import { MemoryDatastore } from 'datastore-core'
import type { Key } from 'interface-datastore'

/** What strangers ask a node of the DHT to keep: in memory, and of that the latest. */
export class BoundedDatastore extends MemoryDatastore {
  readonly #max: number
  readonly #order = new Map<string, Key>()

  constructor (max: number) {
    super()
    this.#max = max
  }

  override put (...args: Parameters<MemoryDatastore['put']>): ReturnType<MemoryDatastore['put']> {
    const [key] = args
    this.#order.delete(key.toString())
    this.#order.set(key.toString(), key)
    for (const oldest of this.#order.values()) {
      if (this.#order.size <= this.#max) break
      void this.delete(oldest)
    }
    return super.put(...args)
  }

  override delete (...args: Parameters<MemoryDatastore['delete']>): ReturnType<MemoryDatastore['delete']> {
    this.#order.delete(args[0].toString())
    return super.delete(...args)
  }
}
