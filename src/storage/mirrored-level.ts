import type { Level } from 'level'
import { errorMessage } from '../model/errors.ts'
import type { Store, Write } from '../model/store.ts'
import { withoutSum } from './checked.ts'
import { accessError, syncError } from './errors.ts'
import { batchesAfter } from './mirror-files.ts'
import type { Position } from './mirror-files.ts'
import { Mirror } from './mirror.ts'
import type { Signer } from './mirror.ts'
import { OWN, corrupt, entriesOf, writeStamped } from './stamps.ts'

/** A snapshot is taken when this much was mirrored since the last, bytes. */
const SNAPSHOT_BYTES = 64 * 1024 * 1024
/** The mirror is synced this long after a write at the latest, milliseconds. */
const MIRROR_SYNC_MS = 1000

export interface DurableStoreOptions {
  /** folder of the database */
  readonly dir: string
  /** folder of the mirror */
  readonly mirrorDir: string
  readonly sign?: Signer
  readonly log: (message: string) => void
  readonly snapshotBytes?: number
}

/** What opening a store found and did. */
export interface DurableStore extends Store {
  readonly position: Position
}

/** A database and its mirror, written to as one. */
export class MirroredLevel implements DurableStore {
  readonly #level: Level<string, string>
  readonly #options: DurableStoreOptions
  #mirror: Mirror | undefined
  #head: Position
  #queue: { readonly writes: readonly Write[], readonly resolve: () => void, readonly reject: (error: unknown) => void }[] = []
  #flushing: Promise<void> | undefined
  #snapshotting: Promise<void> | undefined
  #syncTimer: NodeJS.Timeout | undefined
  #syncing: Promise<void> | undefined
  #failed: unknown

  constructor (level: Level<string, string>, mirror: Mirror | undefined, head: Position, options: DurableStoreOptions) {
    this.#level = level
    this.#mirror = mirror
    this.#head = head
    this.#options = options
  }

  get position (): Position { return this.#head }

  /** Brings database and mirror to the same batch. */
  async agree (): Promise<void> {
    const { dir, mirrorDir, log } = this.#options
    let mirror = this.#mirror ?? await Mirror.anew(mirrorDir)
    this.#mirror = mirror
    if (mirror.position.n > this.#head.n) {
      let applied = 0
      for await (const { position, writes } of batchesAfter(mirrorDir, this.#head)) {
        await writeStamped(this.#level, [{ writes, position }], { sync: true })
        this.#head = position
        applied++
      }
      log(`${applied} batches were taken from the mirror: the database had not kept its end`)
    }
    if (mirror.position.n === this.#head.n && mirror.position.hash !== this.#head.hash) {
      throw corrupt(dir, `batch ${this.#head.n} is not the one the mirror has: one of them is of another day`)
    }
    if (mirror.position.n < this.#head.n || mirror.isEmpty) {
      if (this.#head.n > 0) log('the mirror lacks what the database has: a new snapshot is taken')
      // its files end before the snapshot begins: nothing could be read across the gap
      if (!mirror.isEmpty) {
        await mirror.close()
        mirror = await Mirror.anew(mirrorDir)
        this.#mirror = mirror
      }
      await mirror.begin(this.#head)
      await this.#snapshot()
    }
  }

  async get (key: string): Promise<string | undefined> {
    try {
      const stored = await this.#level.get(key)
      return stored === undefined ? undefined : withoutSum(key, stored)
    } catch (error) {
      throw accessError(error, this.#options.dir)
    }
  }

  async * range (bounds: { gte: string, lt: string, limit?: number, reverse?: boolean }): AsyncIterable<readonly [string, string]> {
    try {
      for await (const [key, stored] of entriesOf(this.#level, bounds)) yield [key, withoutSum(key, stored)]
    } catch (error) {
      throw accessError(error, this.#options.dir)
    }
  }

  /**
   * Always synced in the database, and handed to the system for the mirror, which is synced within a second: a power
   * loss may cost the mirror its end, which it gets back from the database at the next start. Batches that come
   * together share one write.
   */
  async batch (writes: readonly Write[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#queue.push({ writes, resolve, reject })
      this.#flushing ??= this.#flush().finally(() => { this.#flushing = undefined })
    })
  }

  /** Lets go of the mirror's file, for a store that could not be opened. */
  async abandon (): Promise<void> {
    await this.#mirror?.close()
  }

  async close (): Promise<void> {
    await this.#flushing
    await this.#snapshotting
    clearTimeout(this.#syncTimer)
    await this.#syncing
    try {
      await this.#mirror?.close()
    } finally {
      await this.#level.close()
    }
  }

  async #flush (): Promise<void> {
    while (this.#queue.length > 0) {
      const taken = this.#queue.splice(0)
      try {
        // a failed sync is final: what is on disk is not known any more, so nothing more is promised
        if (this.#failed !== undefined) throw this.#failed
        await this.#write(taken.map(({ writes }) => writes))
        for (const { resolve } of taken) resolve()
      } catch (error) {
        this.#failed ??= syncError(error, this.#options.dir)
        for (const { reject } of taken) reject(this.#failed)
      }
    }
  }

  async #write (batches: readonly (readonly Write[])[]): Promise<void> {
    const mirror = this.#mirror as Mirror
    const lines = mirror.encode(batches)
    const { positions } = lines
    const stamped = batches.map((writes, i) => ({ writes, position: positions[i] ?? this.#head }))
    await Promise.all([writeStamped(this.#level, stamped, { sync: true }), mirror.append(lines)])
    this.#head = positions.at(-1) ?? this.#head
    this.#syncTimer ??= setTimeout(() => { this.#syncing = this.#syncMirror() }, MIRROR_SYNC_MS)
    if (mirror.bytes >= (this.#options.snapshotBytes ?? SNAPSHOT_BYTES) && this.#snapshotting === undefined) {
      await mirror.begin(this.#head)
      this.#snapshotting = this.#snapshot()
        .catch((error: unknown) => { this.#options.log(`a snapshot could not be taken, the mirror grows on: ${errorMessage(error)}`) })
        .finally(() => { this.#snapshotting = undefined })
    }
  }

  async #syncMirror (): Promise<void> {
    this.#syncTimer = undefined
    try {
      await this.#mirror?.sync()
    } catch (error) {
      this.#failed ??= syncError(error, this.#options.dir)
      this.#options.log(`the mirror could not be synced, nothing more is written: ${errorMessage(error)}`)
    }
  }

  /** Of the moment it is called in: LevelDB's iterators see what was there when they were made. */
  async #snapshot (): Promise<void> {
    const at = this.#head
    const held = entriesOf(this.#level, {})
    async function * entries (): AsyncGenerator<readonly [string, string]> {
      for await (const [key, stored] of held) if (!key.startsWith(OWN)) yield [key, withoutSum(key, stored)]
    }
    await this.#mirror?.snapshot(at, entries(), this.#options.sign)
  }
}
