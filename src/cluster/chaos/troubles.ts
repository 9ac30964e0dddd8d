import { setTimeout as delay } from 'node:timers/promises'
import type { HostileCluster, HostileWorker } from './hostile-cluster.ts'
import type { MortalNode } from './mortal-node.ts'
import { coordinatorFaultsOf, faultsOf } from './plan.ts'
import type { ChaosOptions, Fault } from './plan.ts'

/** A fault as it happened. */
export interface Done {
  /** milliseconds after the faults began */
  readonly atMs: number
  readonly node: string
  readonly kind: Fault['kind'] | 'death'
  readonly lastsMs: number
  readonly directions?: readonly string[]
}

/** How often nodes are looked after that may die by themselves, milliseconds. */
const LOOK_MS = 300

/**
 * Does to a cluster what the seed says, until the signal aborts; then the last
 * faults end. A node that dies by itself, as flaky ones do, is started again.
 * Rejects when a node does not come up again.
 */
export async function makeTrouble (cluster: HostileCluster, options: ChaosOptions, signal: AbortSignal, tell: (done: Done) => void): Promise<void> {
  const began = performance.now()
  const note = (node: MortalNode, kind: Done['kind'], lastsMs: number, directions: Fault['directions'] = []): void => {
    tell({ atMs: Math.round(performance.now() - began), node: node.name, kind, lastsMs, ...directions.length === 0 ? {} : { directions } })
  }
  const giveUp = new AbortController()
  const until = AbortSignal.any([signal, giveUp.signal])
  const play = async (node: MortalNode, faults: Iterable<Fault>, hit: Hit): Promise<void> => {
    for (const fault of faults) {
      if (!await slept(fault.waitMs, until)) return
      const undo = await hit(fault)
      note(node, fault.kind, fault.lastsMs, fault.directions)
      await slept(fault.lastsMs, until)
      await undo()
    }
  }
  const watch = async (node: MortalNode, again: () => Promise<void>): Promise<void> => {
    while (await slept(LOOK_MS, until)) {
      if (!await node.isLost()) continue
      node.deaths++
      note(node, 'death', 0)
      await again()
    }
  }
  const { coordinator, workers } = cluster
  const tasks = [
    play(coordinator, coordinatorFaultsOf(options.seed, options.coordinatorKills), async () => {
      await coordinator.kill()
      return async () => { await cluster.restartCoordinator() }
    }),
    ...workers.map(async worker => { await play(worker.node, faultsOf(options.seed, worker.node.name, worker.behaviour), hitter(worker)) }),
    watch(coordinator, async () => { await cluster.restartCoordinator() }),
    ...workers.map(async ({ node }) => { await watch(node, async () => { await node.restart() }) })
  ]
  const results = await Promise.allSettled(tasks.map(async task => { await task.catch((error: unknown) => { giveUp.abort(); throw error }) }))
  const failed = results.find(result => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

/** Does it, and returns what ends it. */
type Hit = (fault: Fault) => Promise<() => Promise<void>>

function hitter (worker: HostileWorker): Hit {
  const { node, link } = worker
  return async fault => {
    switch (fault.kind) {
      case 'kill':
        await node.kill()
        return async () => { await node.restart() }
      case 'freeze':
        await node.freeze()
        return async () => { await node.thaw() }
      case 'partition':
        worker.partitions++
        link.partition(...fault.directions)
        return () => {
          link.mend()
          return Promise.resolve()
        }
    }
  }
}

/** False when the signal cut it short. */
async function slept (ms: number, signal: AbortSignal): Promise<boolean> {
  return await delay(ms, true, { signal }).catch(() => false)
}
