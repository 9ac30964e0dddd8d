import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Level } from 'level'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import type { Store, Write } from '../model/store.ts'
import { withSum, withoutSum } from './checked.ts'
import { chainedLine } from './chain.ts'
import { accessError, openError, syncError } from './errors.ts'
import { START, batchesAfter } from './mirror-files.ts'
import type { Position } from './mirror-files.ts'
import { Mirror } from './mirror.ts'
import type { Signer } from './mirror.ts'
import { finishRepair, removeUnfinished } from './repaired.ts'
import { writeBatch } from './write-batch.ts'

/** Keys of the store's own, beside everything else: before any letter. */
const OWN = '!store/'
const HEAD = `${OWN}head`
const STAMP = `${OWN}batch/`
/** Stamps kept: far more batches than LevelDB's log ever holds, which is where it may lose some. */
const STAMPS = 65_536
/** Entries read at once. */
const READ_AT_ONCE = 1000
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

/**
 * A store that does not take LevelDB's word for it. Every value carries a sum,
 * every batch a stamp in an unbroken chain, and every batch is mirrored: a lost
 * page, a flipped bit or a file of another day is found at the next open.
 * Batches the mirror has and the database lost at its end are applied again.
 *
 * @throws NS_E_DATA_LOCKED when another process holds the folder
 * @throws NS_E_DATA_CORRUPT when the database is damaged, with what to do; nothing is changed then
 */
export async function openDurableStore (options: DurableStoreOptions): Promise<DurableStore> {
  const { dir, mirrorDir, log } = options
  const level = new Level<string, string>(dir, { keyEncoding: 'utf8', valueEncoding: 'utf8' })
  try {
    await finishRepair(dir, log)
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await level.open()
  } catch (error) {
    throw repairable(openError(error, dir), dir)
  }
  let mirror: Mirror | undefined
  let store: MirroredLevel | undefined
  try {
    mirror = await openMirror(mirrorDir, log)
    if (mirror?.isEmpty === true) await upgrade(level, log)
    const head = await verified(level, dir)
    store = new MirroredLevel(level, mirror, head, options)
    await store.agree()
    await removeUnfinished(dir)
    return store
  } catch (error) {
    await (store?.abandon() ?? mirror?.close())
    await level.close()
    throw repairable(accessError(error, dir), dir)
  }
}

/** A damaged mirror beside a whole database is made anew; the damage is said. */
async function openMirror (dir: string, log: (message: string) => void): Promise<Mirror | undefined> {
  try {
    return await Mirror.open(dir)
  } catch (error) {
    log(`${errorMessage(error)}: a new one is made from the database, which is whole`)
    return undefined
  }
}

/** Gives a database of before there were sums and mirrors what it lacks. */
async function upgrade (level: Level<string, string>, log: (message: string) => void): Promise<void> {
  if (await level.get(HEAD) !== undefined) return
  const entries = await level.iterator().all()
  if (entries.length === 0) return
  const writes = entries.map(([key, value]) => ({ key, value }))
  await writeStamped(level, [{ writes, position: { n: 1, hash: chainedLine(START.hash, { n: 1 }).hash } }], { sync: true })
  log(`the database of an earlier version was taken over: ${entries.length} entries`)
}

/** Checks every value's sum and that no stamp is missing. */
export async function verified (level: Level<string, string>, dir: string): Promise<Position> {
  const headText = await level.get(HEAD)
  if (headText === undefined) {
    for await (const [key] of level.iterator({ limit: 1 })) throw corrupt(dir, `it has entries, ${key.slice(0, 100)} for one, but no head`)
    return START
  }
  const head = JSON.parse(withoutSum(HEAD, headText)) as Position
  let stamp: number | undefined
  for await (const [key, stored] of entriesOf(level, {})) {
    const value = withoutSum(key, stored)
    if (!key.startsWith(STAMP)) continue
    const n = Number(key.slice(STAMP.length))
    if (stamp !== undefined && n !== stamp + 1) throw corrupt(dir, `batches ${stamp + 1} to ${n - 1} are missing`)
    if (n === head.n && value !== head.hash) throw corrupt(dir, `batch ${n} is not the one the head names`)
    stamp = n
  }
  if (stamp !== head.n) throw corrupt(dir, `its head is batch ${head.n}, the last one found is ${stamp ?? 0}`)
  return head
}

class MirroredLevel implements DurableStore {
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

interface Bounds { readonly gte?: string, readonly lt?: string, readonly limit?: number, readonly reverse?: boolean }

/** Entries as they were when this was called, many at a time: one by one costs ten times as much. */
function entriesOf (level: Level<string, string>, bounds: Bounds): AsyncIterable<readonly [string, string]> {
  const iterator = level.iterator(bounds)
  return (async function * () {
    try {
      for (let entries = await iterator.nextv(READ_AT_ONCE); entries.length > 0; entries = await iterator.nextv(READ_AT_ONCE)) yield * entries
    } finally {
      await iterator.close()
    }
  })()
}

interface Stamped { readonly writes: readonly Write[], readonly position: Position }

/** Writes batches with their sums, each one's stamp, the new head, and takes away the stamps that are old enough to go. */
export async function writeStamped (level: Level<string, string>, batches: readonly Stamped[], options: { readonly sync: boolean }): Promise<void> {
  await writeBatch(level, batch => {
    const put = (key: string, value: string): void => { batch.put(key, withSum(key, value)) }
    for (const { writes, position } of batches) {
      for (const { key, value } of writes) {
        if (value === undefined) batch.del(key)
        else put(key, value)
      }
      put(stampKey(position.n), position.hash)
      if (position.n > STAMPS) batch.del(stampKey(position.n - STAMPS))
    }
    const last = batches.at(-1)
    if (last !== undefined) put(HEAD, JSON.stringify(last.position))
  }, options)
}

function stampKey (n: number): string {
  return STAMP + String(n).padStart(15, '0')
}

function corrupt (dir: string, why: string): NightshiftError {
  return new NightshiftError('NS_E_DATA_CORRUPT', `the database ${dir} is damaged: ${why}`)
}

/** What a person does about a damaged database. */
function repairable (error: unknown, dir: string): unknown {
  if (!(error instanceof NightshiftError) || error.code !== 'NS_E_DATA_CORRUPT') return error
  const folder = dirname(dir)
  return new NightshiftError('NS_E_DATA_CORRUPT', error.message, {
    remedy: `nothing was changed; see "nightshift ledger verify --data ${folder}", then "nightshift ledger repair --from-mirror --data ${folder}"`,
    cause: error
  })
}
