import type { ApiClient } from '../../api/client.ts'
import type { FileRef } from '../../model/block.ts'
import type { JobView } from '../../model/job.ts'
import { follow, resultsOf, tasksOf, trusted } from './run-job.ts'
import type { Prepare } from './run-job.ts'

/** What a job's results are worth, held against runs of its chunks on the coordinator itself. */
export interface Comparison {
  /** chunks whose result was compared; fewer than there are when time ran out */
  readonly compared: number
  /** chunks that were accepted with a wrong result */
  readonly wrong: readonly number[]
  /** chunks of which two trusted runs differ: nothing can be said of them */
  readonly erratic: readonly number[]
  /** whether the assembled output is that of the reference; undefined when there is none to compare with */
  readonly sameOutput?: boolean
  /** why the reference itself did not complete */
  readonly referenceError?: string
}

/**
 * Runs the job once more on the coordinator alone and compares chunk by chunk. Where results differ, it
 * runs a second time: what differs from itself is the app's doing. Ends early with what it has when the signal aborts.
 * `prepare` uploads what the job needs: the coordinator keeps nothing of a job that has ended.
 */
export async function compare (api: ApiClient, prepare: Prepare, job: JobView, signal: AbortSignal): Promise<Comparison> {
  const accepted = resultsOf(await tasksOf(api, job.id))
  const first = await runTrusted(api, prepare, signal)
  const known = [...accepted].filter(([chunk]) => first.results.has(chunk))
  const differing = known.filter(([chunk, result]) => first.results.get(chunk) !== result).map(([chunk]) => chunk)
  const second = differing.length === 0 ? first : await runTrusted(api, prepare, signal)
  const isErratic = (chunk: number): boolean => second.results.has(chunk) && second.results.get(chunk) !== first.results.get(chunk)
  const whole = first.job?.state === 'COMPLETED' && job.state === 'COMPLETED'
  return {
    compared: known.length,
    wrong: differing.filter(chunk => !isErratic(chunk)),
    erratic: differing.filter(isErratic),
    ...whole ? { sameOutput: same(await outputsOf(api, job.id), await outputsOf(api, first.job.id)) } : {},
    ...first.job?.error === undefined ? {} : { referenceError: first.job.error.message }
  }
}

async function runTrusted (api: ApiClient, prepare: Prepare, signal: AbortSignal): Promise<{ readonly job: JobView | undefined, readonly results: ReadonlyMap<number, string> }> {
  const { id } = await api.post<JobView>('/v1/jobs', trusted(await prepare(api, signal)))
  const job = await follow(() => Promise.resolve(api), id, signal)
  if (signal.aborted) await api.post(`/v1/jobs/${id}/abort`).catch(() => undefined)
  return { job, results: resultsOf(await tasksOf(api, id)) }
}

async function outputsOf (api: ApiClient, id: string): Promise<readonly FileRef[]> {
  return (await api.get<{ files: readonly FileRef[] }>(`/v1/jobs/${id}/outputs`)).files
}

function same (a: readonly FileRef[], b: readonly FileRef[]): boolean {
  const text = (files: readonly FileRef[]): string => JSON.stringify(files.map(({ path, sha256 }) => [path, sha256]).sort())
  return text(a) === text(b)
}
