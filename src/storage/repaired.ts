import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './sync-folder.ts'

/** Where a database is built anew, and where it waits, whole, for its place. */
export const buildingAt = (dir: string): string => `${dir}.building`
export const repairedAt = (dir: string): string => `${dir}.repaired`

/** A repair that was cut off between taking the damaged database away and putting the whole one in its place is finished. */
export async function finishRepair (dir: string, log: (message: string) => void): Promise<void> {
  if (existsSync(dir) || !existsSync(repairedAt(dir))) return
  await move(repairedAt(dir), dir)
  log('a repair that had been cut off was finished')
}

/** Removes what a repair that was cut off has left beside a database. */
export async function removeUnfinished (dir: string): Promise<void> {
  for (const left of [buildingAt(dir), repairedAt(dir)]) await rm(left, { recursive: true, force: true })
}

/** Gives a folder another name, which survives power loss when this resolves. */
export async function move (from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}
