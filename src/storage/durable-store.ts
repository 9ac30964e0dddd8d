import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Level } from 'level'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { chainedLine } from './chain.ts'
import { accessError, openError } from './errors.ts'
import { START } from './mirror-files.ts'
import { Mirror } from './mirror.ts'
import { MirroredLevel } from './mirrored-level.ts'
import type { DurableStore, DurableStoreOptions } from './mirrored-level.ts'
import { finishRepair, removeUnfinished } from './repaired.ts'
import { HEAD, verified, writeStamped } from './stamps.ts'

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

/** What a person does about a damaged database. */
function repairable (error: unknown, dir: string): unknown {
  if (!(error instanceof NightshiftError) || error.code !== 'NS_E_DATA_CORRUPT') return error
  const folder = dirname(dir)
  return new NightshiftError('NS_E_DATA_CORRUPT', error.message, {
    remedy: `nothing was changed; see "nightshift ledger verify --data ${folder}", then "nightshift ledger repair --from-mirror --data ${folder}"`,
    cause: error
  })
}
