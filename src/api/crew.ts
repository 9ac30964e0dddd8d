import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { closeExecutors, openExecutors } from '../composition/executors.ts'
import type { WorkerNode } from '../composition/worker-node.ts'
import { detectIsolation } from '../execution/index.ts'
import { serveWorker } from './worker.ts'
import type { ServedWorkerOptions } from './worker.ts'

/** Several workers of one process; each has an identity, a database, connections and an API of its own. */
export interface Crew {
  readonly workers: readonly { readonly dataDir: string, readonly node: WorkerNode }[]
  /** resolves with the reason when one of them can no longer serve */
  readonly failed: Promise<Error>
  readonly close: WorkerNode['close']
}

/**
 * Starts `count` workers that share the sandboxes of this process, for clusters larger than the machine
 * could hold as processes. As many tasks run at once as there are cores; the others wait in their worker.
 */
export async function startCrew (count: number, options: ServedWorkerOptions): Promise<Crew> {
  const { log, dataDir } = options
  const atOnce = availableParallelism()
  const sandboxes = await openExecutors({ isolation: await detectIsolation(), slots: atOnce, ready: 1, log })
  const started = await Promise.allSettled(Array.from({ length: count }, async (_, i) => {
    const own = join(dataDir, `worker-${i + 1}`)
    return { dataDir: own, node: await serveWorker({ ...options, dataDir: own, sandboxes }) }
  }))
  const workers = started.filter(result => result.status === 'fulfilled').map(({ value }) => value)
  const close: Crew['close'] = async ending => {
    const ends = await Promise.allSettled(workers.map(async ({ node }) => { await node.close(ending) }))
    await closeExecutors(sandboxes)
    const failed = ends.find(end => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
  const refused = started.find(result => result.status === 'rejected')
  if (refused !== undefined) {
    await close({ drain: false })
    throw refused.reason
  }
  return { workers, failed: Promise.race(workers.map(async ({ node }) => await node.failed)), close }
}
