import type { Level } from 'level'
import { NightshiftError } from '../model/errors.ts'
import type { Write } from '../model/store.ts'
import { withSum, withoutSum } from './checked.ts'
import { START } from './mirror-files.ts'
import type { Position } from './mirror-files.ts'
import { writeBatch } from './write-batch.ts'

/** Keys of the store's own, beside everything else: before any letter. */
export const OWN = '!store/'
export const HEAD = `${OWN}head`
const STAMP = `${OWN}batch/`
/** Stamps kept: far more batches than LevelDB's log ever holds, which is where it may lose some. */
const STAMPS = 65_536
/** Entries read at once. */
const READ_AT_ONCE = 1000

export interface Stamped { readonly writes: readonly Write[], readonly position: Position }

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

export interface Bounds { readonly gte?: string, readonly lt?: string, readonly limit?: number, readonly reverse?: boolean }

/** Entries as they were when this was called, many at a time: one by one costs ten times as much. */
export function entriesOf (level: Level<string, string>, bounds: Bounds): AsyncIterable<readonly [string, string]> {
  const iterator = level.iterator(bounds)
  return (async function * () {
    try {
      for (let entries = await iterator.nextv(READ_AT_ONCE); entries.length > 0; entries = await iterator.nextv(READ_AT_ONCE)) yield * entries
    } finally {
      await iterator.close()
    }
  })()
}

export function corrupt (dir: string, why: string): NightshiftError {
  return new NightshiftError('NS_E_DATA_CORRUPT', `the database ${dir} is damaged: ${why}`)
}
