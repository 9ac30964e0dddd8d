import { ApiClient } from '../../api/client.ts'
import { readEndpoint } from '../../api/endpoint.ts'
import { jobEnded } from '../../lifecycle/job.ts'
import { NightshiftError } from '../../model/errors.ts'
import type { JobView } from '../../model/job.ts'
import { throwAwayCluster, throwAwayFolder } from '../local.ts'
import { checkAccounts } from './books.ts'
import { compare } from './compare.ts'
import { HostileCluster } from './hostile-cluster.ts'
import { checkChaos } from './plan.ts'
import type { ChaosOptions } from './plan.ts'
import { workerRows } from './report.ts'
import type { ChaosReport } from './report.ts'
import { follow, tasksOf } from './run-job.ts'
import type { Prepare } from './run-job.ts'
import { makeTrouble } from './troubles.ts'
import type { Done } from './troubles.ts'

export interface ChaosRun {
  readonly options: ChaosOptions
  /** called for every run of the job */
  readonly prepare: Prepare
  /** the cluster lives in this folder and its logs and data stay; without, in one that goes with it */
  readonly keep?: string
  /** runs the job on as many honest workers first, to know what it takes without faults */
  readonly baseline: boolean
  readonly onPhase: (text: string) => void
  readonly onJob: (job: JobView) => void
  readonly onFault: (done: Done) => void
}

/** Once the faults have ended the job has this long to end as well, milliseconds. */
const AFTER_MS = 120_000

/**
 * Runs a job on a cluster of real processes while the faults of a plan are done to it; then heals it,
 * runs the job once more where nobody can lie, and takes stock.
 * @throws NS_E_USAGE for a plan that is not possible, NS_E_CLUSTER when a node does not come up (again), NS_E_ABORTED when told to stop
 */
export async function runChaos (run: ChaosRun, signal: AbortSignal): Promise<ChaosReport> {
  const { options, onPhase } = run
  checkChaos(options)
  const quietMs = run.baseline ? await quietRun(run, signal) : undefined
  onPhase(`starting a coordinator and ${options.workers} workers, each behind a link of its own`)
  const cluster = await HostileCluster.open(run.keep ?? await throwAwayFolder(), options, run.keep !== undefined, signal).catch((error: unknown) => {
    stopIfAborted(signal)
    throw error
  })
  try {
    const first = await cluster.api()
    const { id } = await first.post<JobView>('/v1/jobs', await run.prepare(first, signal))
    const { job, faults } = await underFire(run, cluster, id, signal)
    const api = await cluster.api()
    if (job !== undefined && !jobEnded(job.state as Parameters<typeof jobEnded>[0])) await api.post(`/v1/jobs/${id}/abort`)
    onPhase('running the job once more on the coordinator alone, to compare')
    const comparison = job === undefined ? undefined : await compare(api, run.prepare, job, AbortSignal.any([signal, AbortSignal.timeout(options.durationMs)]))
    onPhase('checking the books')
    const books = await checkAccounts(cluster, signal)
    stopIfAborted(signal)
    const tasks = await tasksOf(api, id)
    const { coordinator } = cluster
    return {
      seed: options.seed, job, comparison, books, faults,
      workers: await workerRows(api, cluster, tasks),
      coordinator: { run: tasks.filter(({ worker }) => worker === coordinator.peerId).length, kills: coordinator.kills, deaths: coordinator.deaths },
      time: { ms: lastedMs(job), ...quietMs === undefined ? {} : { quietMs } }
    }
  } catch (error) {
    stopIfAborted(signal)
    throw error
  } finally {
    await cluster.close()
  }
}

/** Follows the job while the faults are done, and on after they ended; heals the cluster either way. */
async function underFire (run: ChaosRun, cluster: HostileCluster, id: string, signal: AbortSignal): Promise<{ readonly job: JobView | undefined, readonly faults: readonly Done[] }> {
  const { options, onFault, onJob, onPhase } = run
  const faults: Done[] = []
  const over = new AbortController()
  const broken = new AbortController()
  onPhase(`the faults of seed ${options.seed} begin`)
  const troubles = makeTrouble(cluster, options, AbortSignal.any([signal, over.signal, AbortSignal.timeout(options.durationMs)]), done => {
    faults.push(done)
    onFault(done)
  }).then(async () => {
    if (signal.aborted) return
    onPhase('the faults are over')
    await cluster.heal()
  })
  troubles.catch(() => { broken.abort() })
  const job = await follow(async () => await cluster.api(), id, AbortSignal.any([signal, broken.signal, AbortSignal.timeout(options.durationMs + AFTER_MS)]), onJob)
  over.abort()
  await troubles
  stopIfAborted(signal)
  return { job, faults }
}

/** The same job without faults. Returns how long it took, milliseconds. */
async function quietRun ({ options, prepare, onPhase, onJob }: ChaosRun, signal: AbortSignal): Promise<number> {
  onPhase(`running the job on ${options.workers} honest workers, without faults`)
  const { cluster, close } = await throwAwayCluster({ workers: options.workers })
  try {
    const api = async (): Promise<ApiClient> => {
      const endpoint = await readEndpoint(cluster.coordinator.dataDir)
      if (endpoint === undefined) throw new NightshiftError('NS_E_NO_COORDINATOR', 'the coordinator just started is gone')
      return new ApiClient(endpoint)
    }
    const client = await api()
    const { id } = await client.post<JobView>('/v1/jobs', await prepare(client, signal))
    const job = await follow(api, id, AbortSignal.any([signal, AbortSignal.timeout(options.durationMs)]), onJob)
    stopIfAborted(signal)
    if (job?.state !== 'COMPLETED') {
      throw new NightshiftError('NS_E_CHUNK_FAILED', `the job does not complete without faults either: ${job?.error?.message ?? job?.reason?.text ?? 'it did not end in time'}`, { remedy: 'see that it works with "nightshift job run --local-cluster 3" first' })
    }
    return lastedMs(job)
  } finally {
    await close()
  }
}

function lastedMs (job: JobView | undefined): number {
  return job?.endedAt === undefined ? 0 : job.endedAt - job.createdAt
}

function stopIfAborted (signal: AbortSignal): void {
  if (signal.aborted) throw new NightshiftError('NS_E_ABORTED', 'stopped before the run had ended', { remedy: 'nothing of its cluster is left; run it again' })
}
