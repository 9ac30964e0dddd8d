import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from '../../api/client.ts'
import { NightshiftError } from '../../model/errors.ts'
import { jobEnded } from '../../lifecycle/job.ts'
import type { JobView } from '../../model/job.ts'

/** What is submitted: `JobRequest`, as a client sends it. */
export type Request = Readonly<Record<string, unknown>> & { readonly config: Readonly<Record<string, unknown>> }
/** Uploads what a job needs and returns what to submit. */
export type Prepare = (api: ApiClient, signal: AbortSignal) => Promise<Request>
type Api = () => Promise<ApiClient>

const POLL_MS = 200

/** Follows a job while its coordinator may die and come back. Resolves with its last view: when it has ended, or when the signal aborts. */
export async function follow (api: Api, id: string, signal: AbortSignal, show: (job: JobView) => void = () => undefined): Promise<JobView | undefined> {
  let last: JobView | undefined
  while (!signal.aborted) {
    last = await patiently(async () => await (await api()).get<JobView>(`/v1/jobs/${id}`)) ?? last
    if (last !== undefined) show(last)
    if (last !== undefined && jobEnded(last.state as Parameters<typeof jobEnded>[0])) return last
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
  return last
}

/** Undefined while nobody answers. */
async function patiently<T> (ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof NightshiftError && error.code === 'NS_E_NO_COORDINATOR') return undefined
    // an answer that was cut off
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The same job, but every chunk runs once, on the coordinator itself. */
export function trusted (request: Request): Request {
  const { replicas: _, ...config } = request.config
  return { ...request, name: 'reference', config: { ...config, trust: 'local' } }
}

/** An attempt as the API shows it, of those that are of use here. */
export interface Task {
  readonly chunk: number
  readonly worker: string
  readonly state: string
  readonly chunkState: string
  /** hash of what counts as the chunk's result */
  readonly result?: string
}

/** Attempts the API gives away at once. */
export const MOST_TASKS = 10_000

export async function tasksOf (api: ApiClient, id: string): Promise<readonly Task[]> {
  return (await api.get<{ tasks: readonly Task[] }>(`/v1/jobs/${id}/tasks?limit=${MOST_TASKS}`)).tasks
}

export function resultsOf (tasks: readonly Task[]): ReadonlyMap<number, string> {
  return new Map(tasks.flatMap(({ chunk, result }) => result === undefined ? [] : [[chunk, result] as const]))
}
