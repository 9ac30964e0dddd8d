import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Level } from 'level'
import { NightshiftError } from '../model/errors.ts'
import type { Write } from '../model/store.ts'
import { openError, syncError } from './errors.ts'
import { writeStamped } from './stamps.ts'
import { batchesAfter, wholeSnapshots } from './mirror-files.ts'
import type { Position } from './mirror-files.ts'
import { buildingAt, finishRepair, move, removeUnfinished, repairedAt } from './repaired.ts'

const ENTRIES_AT_ONCE = 1000

export interface Repaired {
  /** the batch the repaired database stands at */
  readonly position: Position
  readonly snapshot: number
  readonly batches: number
  /** where the damaged database is kept */
  readonly kept: string
}

/**
 * Builds a database anew from its mirror, beside the damaged one, and puts it in
 * its place. The damaged one is kept under another name. Cut off at any step,
 * either database is in place at the next open, and a repair may run again.
 * @throws NS_E_DATA_LOCKED while a node uses the folder
 * @throws NS_E_DATA_CORRUPT when the mirror holds no whole snapshot with what follows it
 */
export async function repairFromMirror (dir: string, mirrorDir: string, log: (message: string) => void): Promise<Repaired> {
  await finishRepair(dir, log)
  const fresh = buildingAt(dir)
  await refuseWhileUsed(dir)
  // another repair may be at it
  await refuseWhileUsed(fresh)
  await removeUnfinished(dir)
  for await (const { position, entries } of wholeSnapshots(mirrorDir, log)) {
    await rm(fresh, { recursive: true, force: true })
    const level = new Level<string, string>(fresh, { keyEncoding: 'utf8', valueEncoding: 'utf8' })
    await level.open()
    let at = position
    let batches = 0
    try {
      let pending: Write[] = []
      const flush = async (): Promise<void> => {
        await writeStamped(level, [{ writes: pending, position }], { sync: true })
        pending = []
      }
      for await (const [key, value] of entries) if (pending.push({ key, value }) >= ENTRIES_AT_ONCE) await flush()
      await flush()
      for await (const batch of batchesAfter(mirrorDir, position)) {
        await writeStamped(level, [batch], { sync: false })
        at = batch.position
        batches++
      }
      // a batch of nothing, synced, makes all before it durable
      await level.batch([], { sync: true })
    } catch (error) {
      if (!(error instanceof NightshiftError)) throw syncError(error, fresh)
      log(`snapshot ${position.n} cannot be followed to the end: ${error.message}`)
      continue
    } finally {
      await level.close()
    }
    // a node may have been started meanwhile
    await refuseWhileUsed(dir)
    await move(fresh, repairedAt(dir))
    const kept = await keep(dir)
    await move(repairedAt(dir), dir)
    return { position: at, snapshot: position.n, batches, kept }
  }
  await rm(fresh, { recursive: true, force: true })
  throw new NightshiftError('NS_E_DATA_CORRUPT', `the mirror ${mirrorDir} holds no whole snapshot that can be followed to the end`, { remedy: 'restore the data folder from a backup' })
}

async function refuseWhileUsed (dir: string): Promise<void> {
  if (!existsSync(dir)) return
  const level = new Level<string, string>(dir, { createIfMissing: false })
  try {
    await level.open()
    await level.close()
  } catch (error) {
    const known = openError(error, dir)
    // damage is what a repair is for
    if (known.code === 'NS_E_DATA_LOCKED') throw known
  }
}

async function keep (dir: string): Promise<string> {
  for (let i = 1; ; i++) {
    const kept = `${dir}.damaged-${i}`
    if (existsSync(kept)) continue
    if (existsSync(dir)) await move(dir, kept)
    return kept
  }
}
