import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { NightshiftError } from '../model/errors.ts'
import { startNodeProcess, stopNodeProcess } from './node-process.ts'
import type { NodeProcess, StartedProcess } from './node-process.ts'

/** What a worker of a test cluster is like; the last three are honest, and it is done to them from outside. */
export type Behaviour = 'honest' | 'liar' | 'on-off' | 'secretive' | 'flaky' | 'slow' | 'partitioned' | 'killed' | 'frozen'

export interface ClusterWorker extends NodeProcess {
  readonly behaviour: Behaviour
}

export interface Cluster {
  readonly dir: string
  readonly coordinator: NodeProcess
  readonly workers: readonly ClusterWorker[]
}

export interface ClusterOptions {
  /** everything of the cluster lives below this folder */
  readonly dir: string
  readonly workers: number
  /** how many of the workers change their results */
  readonly liars: number
  /** how many of the workers take two seconds longer for every task */
  readonly slow: number
  /** the nodes end as soon as this process is gone */
  readonly owned: boolean
}

/** A slow worker takes this much longer for every task, milliseconds. */
const SLOW_MS = 2000
/** A flaky worker fails or dies of this many of its tasks, percent. */
const FLAKY_PERCENT = 25
/** An on-off liar is honest for this many results. */
const HONEST_RESULTS = 5
export const MAX_WORKERS = 100
/** Up to this many workers are a process each; of more, those alike share processes, so that one machine can hold them. */
const MOST_PROCESSES = 16
const LARGEST_CREW = 25
/** Nodes of a cluster on this machine: a free port each, found by nobody. */
export const LOCAL = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns', '--profile', 'local']
/** A worker of such a cluster. */
export const WORKER = ['worker', '--slots', '1', '--allow-process-isolation']

/**
 * Starts a coordinator and workers as processes on free ports. When one does not come up, all are taken down again.
 * @param before a cluster in this folder whose coordinator has ended: its nodes go on with what they have, and whatever
 * happens nothing of it is removed
 */
export async function startCluster (options: ClusterOptions, before?: Cluster): Promise<Cluster> {
  check(options)
  const { dir, owned } = options
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const started: NodeProcess[] = []
  const start = async (name: string, args: readonly string[]): Promise<StartedProcess> => {
    const node = await startNodeProcess([...args, ...LOCAL], { dataDir: join(dir, name), logFile: join(dir, 'logs', `${name}.log`), owned })
    started.push(node)
    return node
  }
  try {
    const coordinator = await start('coordinator', ['coordinator'])
    // not earlier: where the coordinator cannot come up they are of use to whoever holds its folder
    if (before !== undefined) await endNodes(before.workers)
    const peers = coordinator.addresses.flatMap(address => ['--peer', address])
    const results = await Promise.allSettled(crewsOf(options).map(async ({ first, count, behaviour }) => {
      const flags = [...WORKER, ...flagsOf(behaviour), ...peers]
      const node = count === 1
        ? await start(`worker-${first}`, flags)
        : await start(`workers-${first}-${first + count - 1}`, [...flags, '--crew', String(count)])
      return (node.crew ?? [node]).map(worker => ({ ...worker, behaviour }))
    }))
    const failed = results.find(result => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return { dir, coordinator, workers: results.flatMap(result => (result as PromiseFulfilledResult<ClusterWorker[]>).value) }
  } catch (error) {
    await Promise.allSettled(started.map(async node => { await stopNodeProcess(node) }))
    if (before === undefined) await rm(dir, { recursive: true, force: true })
    throw error
  }
}

/** Ends every node of a cluster and removes everything it wrote. */
export async function stopCluster ({ dir, coordinator, workers }: Cluster): Promise<void> {
  await endNodes([...workers, coordinator])
  await rm(dir, { recursive: true, force: true })
}

async function endNodes (nodes: readonly NodeProcess[]): Promise<void> {
  const processes = new Map(nodes.map(node => [node.pid, node]))
  const results = await Promise.allSettled([...processes.values()].map(async node => { await stopNodeProcess(node) }))
  const failed = results.find(result => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

function check ({ workers, liars, slow }: ClusterOptions): void {
  const whole = [workers, liars, slow].every(count => Number.isInteger(count) && count >= 0)
  if (!whole || workers < 1 || workers > MAX_WORKERS || liars + slow > workers) {
    throw new NightshiftError('NS_E_USAGE', `a cluster of ${workers} workers, ${liars} of them liars and ${slow} slow, is not possible`, {
      remedy: `choose 1 to ${MAX_WORKERS} workers; liars and slow ones are among them`
    })
  }
}

/** Which workers share a process: of a small cluster none. `first` counts from 1. */
export function crewsOf (options: Pick<ClusterOptions, 'workers' | 'liars' | 'slow'>): readonly { readonly first: number, readonly count: number, readonly behaviour: Behaviour }[] {
  const largest = options.workers <= MOST_PROCESSES ? 1 : LARGEST_CREW
  const crews: { first: number, count: number, behaviour: Behaviour }[] = []
  for (let i = 0; i < options.workers; i++) {
    const behaviour = behaviourOf(i, options)
    const crew = crews.at(-1)
    if (crew?.behaviour === behaviour && crew.count < largest) crew.count++
    else crews.push({ first: i + 1, count: 1, behaviour })
  }
  return crews
}

/** Liars are the last ones, slow ones stand before them. */
function behaviourOf (index: number, { workers, liars, slow }: Pick<ClusterOptions, 'workers' | 'liars' | 'slow'>): Behaviour {
  if (index >= workers - liars) return 'liar'
  return index >= workers - liars - slow ? 'slow' : 'honest'
}

/** What makes a worker process behave so. */
export function flagsOf (behaviour: Behaviour): readonly string[] {
  switch (behaviour) {
    case 'liar': return ['--lie']
    case 'on-off': return ['--on-off', String(HONEST_RESULTS)]
    case 'secretive': return ['--secretive']
    case 'flaky': return ['--flaky', String(FLAKY_PERCENT)]
    case 'slow': return ['--slow', String(SLOW_MS)]
    default: return []
  }
}
