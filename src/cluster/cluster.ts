import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { NightshiftError } from '../model/errors.ts'
import { startNodeProcess, stopNodeProcess } from './node-process.ts'
import type { NodeProcess } from './node-process.ts'

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
/** Nodes of a cluster on this machine: a free port each, found by nobody. */
export const LOCAL = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns', '--profile', 'local']

/** Starts a coordinator and workers as processes on free ports. When one does not come up, all are taken down again. */
export async function startCluster (options: ClusterOptions): Promise<Cluster> {
  check(options)
  const { dir, owned } = options
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const started: NodeProcess[] = []
  const start = async (name: string, args: readonly string[]): Promise<NodeProcess> => {
    const node = await startNodeProcess([...args, ...LOCAL], { dataDir: join(dir, name), logFile: join(dir, 'logs', `${name}.log`), owned })
    started.push(node)
    return node
  }
  try {
    const coordinator = await start('coordinator', ['coordinator'])
    const peers = coordinator.addresses.flatMap(address => ['--peer', address])
    const results = await Promise.allSettled(Array.from({ length: options.workers }, async (_, i) => {
      const behaviour = behaviourOf(i, options)
      return { ...await start(`worker-${i + 1}`, ['worker', '--slots', '1', '--allow-process-isolation', ...flagsOf(behaviour), ...peers]), behaviour }
    }))
    const failed = results.find(result => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return { dir, coordinator, workers: results.map(result => (result as PromiseFulfilledResult<ClusterWorker>).value) }
  } catch (error) {
    await Promise.allSettled(started.map(async node => { await stopNodeProcess(node) }))
    await rm(dir, { recursive: true, force: true })
    throw error
  }
}

/** Ends every node of a cluster and removes everything it wrote. */
export async function stopCluster ({ dir, coordinator, workers }: Cluster): Promise<void> {
  const results = await Promise.allSettled([...workers, coordinator].map(async node => { await stopNodeProcess(node) }))
  const failed = results.find(result => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  await rm(dir, { recursive: true, force: true })
}

function check ({ workers, liars, slow }: ClusterOptions): void {
  const whole = [workers, liars, slow].every(count => Number.isInteger(count) && count >= 0)
  if (!whole || workers < 1 || workers > MAX_WORKERS || liars + slow > workers) {
    throw new NightshiftError('NS_E_USAGE', `a cluster of ${workers} workers, ${liars} of them liars and ${slow} slow, is not possible`, {
      remedy: `choose 1 to ${MAX_WORKERS} workers; liars and slow ones are among them`
    })
  }
}

/** Liars are the last ones, slow ones stand before them. */
function behaviourOf (index: number, { workers, liars, slow }: ClusterOptions): Behaviour {
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
