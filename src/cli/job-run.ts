import { ApiClient } from '../api/client.ts'
import { readEndpoint } from '../api/endpoint.ts'
import { throwAwayCluster } from '../cluster/local.ts'
import { NightshiftError, errorView } from '../model/errors.ts'
import type { JobView } from '../model/job.ts'
import { connect } from './connect.ts'
import { EXIT, print, printError, printJson, say } from './output.ts'
import type { Format } from './output.ts'
import { downloadOutputs } from './job-output.ts'
import { Progress } from './job-progress.ts'
import { prepareJob, uploadJob } from './job-request.ts'
import type { JobRunOptions, PreparedJob } from './job-request.ts'

export interface JobRunCommand extends JobRunOptions {
  readonly data?: string
  readonly out?: string
  readonly localCluster?: number
  readonly detach?: boolean
  readonly idOnly?: boolean
  /** seconds to wait for the job, then 124 */
  readonly timeout?: number
  /** seconds a job may be held before the command gives up waiting with 5 */
  readonly placementTimeout?: number
  readonly output: Format
}

const LOCAL_PLACEMENT_S = 30
const EMPTY = { id: null, state: 'REFUSED', chunks: { total: 0, done: 0, failed: 0 }, out: null, cost: '0' }

/** The job as it was last heard of, once the coordinator has taken it. */
interface Heard { job?: JobView }

/** `nightshift job run`: from a file to a result. With `--output json`, stdout is one object whatever happens. */
export async function runJob (command: JobRunCommand): Promise<number> {
  const heard: Heard = {}
  try {
    const job = await prepareJob(command)
    if (command.localCluster !== undefined) return await runLocally(command, job, command.localCluster, heard)
    return await submitAndFollow(command, job, await connect(command.data), heard)
  } catch (error) {
    const code = printError(error)
    // a job that was taken goes on without this command: who submits it again pays twice
    if (heard.job !== undefined && command.localCluster === undefined) next(heard.job)
    if (command.output === 'json') printJson({ ...heard.job === undefined ? EMPTY : summaryOf(heard.job), error: errorView(error) })
    return code
  }
}

/** Everything is checked before the cluster is started, and the cluster goes whatever happens. */
async function runLocally (command: JobRunCommand, job: PreparedJob, workers: number, heard: Heard): Promise<number> {
  if (command.detach === true) throw new NightshiftError('NS_E_USAGE', 'a throw-away cluster cannot be detached from', { remedy: 'leave out --detach, or start a cluster with "nightshift up"' })
  say(`starting a coordinator and ${workers} workers for this job`)
  const { cluster, close } = await throwAwayCluster({ workers })
  try {
    const endpoint = await readEndpoint(cluster.coordinator.dataDir)
    if (endpoint === undefined) throw new NightshiftError('NS_E_NO_COORDINATOR', 'the coordinator just started is gone')
    const waiting = { ...command, placementTimeout: command.placementTimeout ?? LOCAL_PLACEMENT_S }
    return await submitAndFollow(waiting, alone(job, workers), new ApiClient(endpoint), heard)
  } finally {
    await close()
  }
}

/** One worker cannot be checked against another: then one result is enough, unless asked otherwise. */
function alone (job: PreparedJob, workers: number): PreparedJob {
  return workers > 1 ? job : { ...job, options: { ...job.options, replicas: job.options.replicas ?? 1 } }
}

async function submitAndFollow (command: JobRunCommand, prepared: PreparedJob, client: ApiClient, heard: Heard): Promise<number> {
  const stop = new AbortController()
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    const job = await client.post<JobView>('/v1/jobs', await uploadJob(client, prepared, stop.signal))
    heard.job = job
    if (command.idOnly === true) print(job.id)
    else if (command.output !== 'json') print(`job ${job.id}`)
    if (command.detach === true || command.idOnly === true) return detached(command, job)
    const end = await follow(client, job, command, stop.signal, heard)
    for (const warning of end.job.warnings) say(`warning: ${warning}`)
    return await finish(command, client, end, stop.signal)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

type End = { readonly job: JobView, readonly why: 'ended' | 'detached' | 'timeout' | 'held' }

/** Watches a job until it ends, the watcher leaves, or waiting has lasted long enough. */
async function follow (client: ApiClient, submitted: JobView, command: JobRunCommand, stop: AbortSignal, heard: Heard): Promise<End> {
  const progress = new Progress()
  const leave = new AbortController()
  const signal = AbortSignal.any([stop, leave.signal, ...command.timeout === undefined ? [] : [AbortSignal.timeout(command.timeout * 1000)]])
  let held: NodeJS.Timeout | undefined
  let job = submitted
  try {
    for await (const view of client.events(submitted.id, signal)) {
      job = heard.job = view
      progress.show(view)
      if (view.state !== 'HELD') {
        clearTimeout(held)
        held = undefined
      } else if (command.placementTimeout !== undefined) {
        held ??= setTimeout(() => { leave.abort() }, command.placementTimeout * 1000)
      }
    }
    return { job, why: 'ended' }
  } catch (error) {
    if (!signal.aborted) throw error
    return { job, why: leave.signal.aborted ? 'held' : stop.aborted ? 'detached' : 'timeout' }
  } finally {
    clearTimeout(held)
    progress.done()
  }
}

async function finish (command: JobRunCommand, client: ApiClient, { job, why }: End, signal: AbortSignal): Promise<number> {
  if (why === 'ended' && job.state === 'COMPLETED') {
    const out = command.out ?? `job-${job.id}/outputs`
    const files = await downloadOutputs(client, job.id, out, signal)
    if (command.output === 'json') report(command, job, out)
    else {
      print(`done: ${files.length} file${files.length === 1 ? '' : 's'} in ${out}, for ${job.cost} BYC`)
      if (command.localCluster === undefined) next(job)
    }
    return EXIT.done
  }
  if (why === 'held') {
    const code = 'NS_E_NOT_PLACED'
    const error = { code, message: `the job could not be placed: ${job.reason?.text ?? 'no reason is known'}`, remedy: whatHelps(job) }
    return failed(command, { ...job, error }, EXIT.notPlaced)
  }
  if (why === 'ended') return failed(command, job, job.state === 'FAILED' ? EXIT.jobFailed : EXIT.error)
  if (command.localCluster !== undefined) {
    const message = `${why === 'timeout' ? `it did not end within ${command.timeout ?? 0} s` : 'it was interrupted'}: its throw-away cluster is taken down, and the job with it`
    return failed(command, { ...job, state: 'CANCELLED', error: { code: 'NS_E_ABORTED', message } }, why === 'timeout' ? EXIT.timeout : EXIT.error)
  }
  if (command.output === 'json') report(command, job, undefined)
  say(why === 'timeout' ? `stopped waiting after ${command.timeout ?? 0} s; the job keeps running` : 'the job keeps running')
  next(job)
  return why === 'timeout' ? EXIT.timeout : EXIT.done
}

/** What a job was submitted with cannot be changed any more. */
function whatHelps ({ id, reason }: JobView): string {
  const tooLittle = reason?.code === 'BUDGET_EXHAUSTED' || reason?.code === 'PRICE_TOO_HIGH'
  return tooLittle ? `wait for cheaper workers, it goes on by itself; or "nightshift job abort ${id}", and submit it again with more --budget or --max-price` : `add what is missing and it goes on by itself; or "nightshift job abort ${id}"`
}

function failed (command: JobRunCommand, job: JobView, exit: number): number {
  if (command.output === 'json') report(command, job, undefined)
  say(`job ${job.id} ${job.state.toLowerCase()}`)
  if (job.error !== undefined) {
    say(`error ${job.error.code}: ${job.error.message}`)
    if (job.error.remedy !== undefined && command.localCluster === undefined) say(`  what to do: ${job.error.remedy}`)
  }
  return exit
}

function detached (command: JobRunCommand, job: JobView): number {
  if (command.output === 'json' && command.idOnly !== true) report(command, job, undefined)
  else if (command.idOnly !== true) next(job)
  return EXIT.done
}

function report (command: JobRunCommand, job: JobView, out: string | undefined): void {
  printJson({ ...summaryOf(job), out: out ?? null, ...(job.warnings.length === 0 ? {} : { warnings: job.warnings }), ...(job.error === undefined ? {} : { error: job.error }) })
}

function summaryOf ({ id, state, chunks: { total, done, failed: bad }, cost }: JobView): Omit<typeof EMPTY, 'id'> & { readonly id: string } {
  return { id, state, chunks: { total, done, failed: bad }, out: null, cost }
}

function next ({ id }: JobView): void {
  say(`  nightshift job describe ${id}\n  nightshift job logs ${id}\n  nightshift job get ${id}`)
}
