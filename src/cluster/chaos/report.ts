import type { ApiClient } from '../../api/client.ts'
import type { NodeView } from '../../coordinator/views.ts'
import type { JobView } from '../../model/job.ts'
import type { Behaviour } from '../cluster.ts'
import type { BooksCheck } from './books.ts'
import type { Comparison } from './compare.ts'
import type { HostileCluster } from './hostile-cluster.ts'
import type { Task } from './run-job.ts'
import type { Done } from './troubles.ts'

/** What one worker did, what it got for it, and what it had to bear. */
export interface WorkerRow {
  readonly name: string
  readonly peer: string
  readonly behaviour: Behaviour
  /** attempts it took */
  readonly run: number
  readonly verified: number
  readonly rejected: number
  /** failed, expired, recalled or taken back */
  readonly lost: number
  readonly strikes: number
  readonly banned: boolean
  /** ByteChips */
  readonly paid: string
  readonly suffered: { readonly kills: number, readonly freezes: number, readonly partitions: number, readonly resets: number, readonly deaths: number }
}

export interface ChaosReport {
  readonly seed: number
  readonly job: JobView | undefined
  readonly workers: readonly WorkerRow[]
  /** `run`: chunks it ran itself, to settle disputes or to check */
  readonly coordinator: { readonly run: number, readonly kills: number, readonly deaths: number }
  /** from the submission to the end of the job, milliseconds; `quietMs`: on as many honest workers, without faults */
  readonly time: { readonly ms: number, readonly quietMs?: number }
  readonly comparison: Comparison | undefined
  readonly books: BooksCheck
  readonly faults: readonly Done[]
}

const VERIFIED = ['VERIFIED', 'SETTLED']
const LOST = ['FAILED', 'EXPIRED', 'RECALLED', 'BACKTRACKED']

export async function workerRows (api: ApiClient, cluster: HostileCluster, tasks: readonly Task[]): Promise<readonly WorkerRow[]> {
  const { nodes } = await api.get<{ nodes: readonly NodeView[] }>('/v1/nodes')
  return cluster.workers.map(({ node, behaviour, link, partitions }) => {
    const own = tasks.filter(task => task.worker === node.peerId && task.state !== 'DECLINED')
    const inState = (...states: readonly string[]): number => own.filter(task => states.includes(task.state)).length
    const view = nodes.find(({ peer }) => peer === node.peerId)
    return {
      name: node.name, peer: node.peerId, behaviour,
      run: own.length, verified: inState(...VERIFIED), rejected: inState('REJECTED'), lost: inState(...LOST),
      strikes: view?.strikes ?? 0, banned: view?.banned ?? false, paid: view?.earned ?? '0',
      suffered: { kills: node.kills, freezes: node.freezes, partitions, resets: link.figures.resets, deaths: node.deaths }
    }
  })
}

/** `right`: output right and books whole; `wrong`: a wrong result was accepted; the rest says what went wrong instead. */
export type Verdict = { readonly end: 'right' | 'wrong' | 'job-failed' | 'error', readonly reasons: readonly string[] }

/** What the run shows. The worst is said first. */
export function verdictOf ({ job, comparison, books, workers, coordinator }: ChaosReport): Verdict {
  const wrong = comparison === undefined || comparison.wrong.length === 0 ? [] : [`${comparison.wrong.length} wrong results were accepted: of chunks ${some(comparison.wrong)}`]
  if (wrong.length === 0 && comparison?.sameOutput === false && comparison.erratic.length === 0) wrong.push('the assembled output is not that of the reference')
  const notRun = job === undefined
    ? ['the job is not known to the coordinator']
    : job.state === 'FAILED'
      ? [`the job failed: ${job.error?.code ?? ''}: ${job.error?.message ?? 'no reason is known'}${comparison?.referenceError === undefined ? '' : `; so it does on the coordinator itself: ${comparison.referenceError}`}`]
      : []
  const unended = job === undefined || ['COMPLETED', 'FAILED'].includes(job.state) ? [] : [`the job did not end: ${job.state.toLowerCase()}, ${job.chunks.done} of ${job.chunks.total} chunks; ${job.reason?.text ?? 'no reason is known'}`]
  const errors = [
    ...unended,
    ...comparison !== undefined && comparison.erratic.length > 0 ? [`the app gives other results each time (chunks ${some(comparison.erratic)}): what is right cannot be said of them`] : [],
    ...comparison?.referenceError !== undefined && job?.state !== 'FAILED' ? [`there is no reference: on the coordinator itself the job failed: ${comparison.referenceError}`] : [],
    ...job?.state === 'COMPLETED' && comparison?.compared === 0 && comparison.referenceError === undefined ? ['no result could be compared in time'] : [],
    ...books.problems,
    ...workers.filter(worker => worker.suffered.deaths > 0 && worker.behaviour !== 'flaky').map(({ name, suffered }) => `${name} died ${suffered.deaths} times although nobody killed it`),
    ...coordinator.deaths > 0 ? [`the coordinator died ${coordinator.deaths} times although nobody killed it`] : []
  ]
  const end = wrong.length > 0 ? 'wrong' : notRun.length > 0 ? 'job-failed' : errors.length > 0 ? 'error' : 'right'
  return { end, reasons: [...wrong, ...notRun, ...errors] }
}

function some (chunks: readonly number[]): string {
  return chunks.length <= 10 ? chunks.join(', ') : `${chunks.slice(0, 10).join(', ')} …`
}
