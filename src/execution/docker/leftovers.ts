import { readFileSync } from 'node:fs'
import type { Engine } from './engine.ts'
import { statusOf } from './engine.ts'
import { LABEL } from './container-spec.ts'

/**
 * A mark of this very process: its id and when it started, so that a later
 * process with the same id is not taken for it.
 */
export function processMark (pid: number = process.pid): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the name in parentheses may hold spaces; the start time is field 22
    return `${pid}-${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0'}`
  } catch {
    return undefined
  }
}

/** Removes the containers of this node, which runs none at the moment, and those of any node whose process is gone. Returns the tasks they ran. */
export async function removeLeftovers (engine: Engine, node: string): Promise<readonly string[]> {
  const found = await engine.api.listContainers({ all: true, filters: { label: [LABEL.node] } })
  const removed: string[] = []
  for (const { Id, Labels } of found) {
    if (Labels[LABEL.node] !== node && isAlive(Labels[LABEL.process] ?? '')) continue
    await remove(engine, Id)
    removed.push(Labels[LABEL.task] ?? Id.slice(0, 12))
  }
  return removed
}

/** Removes a container and everything of its own; one that is gone already is as well removed. */
export async function remove (engine: Engine, id: string): Promise<void> {
  try {
    await engine.api.getContainer(id).remove({ force: true, v: true })
  } catch (error) {
    const status = statusOf(error)
    // 404: gone; 409: somebody else's removal is under way
    if (status !== 404 && status !== 409) throw error
  }
}

/** True while the process of a mark lives. */
export function isAlive (mark: string): boolean {
  const pid = Number(mark.split('-')[0])
  return Number.isSafeInteger(pid) && pid > 0 && processMark(pid) === mark
}
