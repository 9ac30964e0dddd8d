import { createWriteStream } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pc } from './colours.ts'
import type { ApiClient } from '../api/client.ts'
import type { Usage } from '../model/executor.ts'
import type { JobView } from '../model/job.ts'
import type { Reason } from '../model/reasons.ts'
import { connect } from './connect.ts'
import { downloadOutputs } from './job-output.ts'
import { bytes, duration, harmless, print, printJson, printRows, say, shortPeer } from './output.ts'
import type { Format } from './output.ts'

interface Common { readonly data?: string, readonly output: Format }

interface LogLine { readonly chunk: number, readonly epoch: number, readonly worker: string, readonly stream: string, readonly text: string }

export async function list (command: Common & { readonly limit: number }): Promise<number> {
  const { jobs } = await (await connect(command.data)).get<{ jobs: JobView[] }>('/v1/jobs')
  printRows(command.output, 'jobs', jobs.slice(0, command.limit), {
    id: job => job.id, name: job => job.name, state: job => job.state, chunks: job => `${job.chunks.done}/${job.chunks.total}`,
    cost: job => `${job.cost} BYC`, created: job => new Date(job.createdAt).toISOString().slice(0, 19).replace('T', ' ')
  })
  return 0
}

export async function describe (id: string, command: Common): Promise<number> {
  const client = await connect(command.data)
  const job = await client.get<JobView>(`/v1/jobs/${id}`)
  if (command.output === 'json') {
    printJson(job)
    return 0
  }
  const rows: [string, string][] = [
    ['job', `${job.id}  ${job.name}`],
    ['state', job.state + (job.reason === undefined ? '' : `: ${job.reason.text}`)],
    ['blocks', `${job.partitioner} → ${job.app} → ${job.assembler}`],
    ['chunks', `${job.chunks.done} done, ${job.chunks.active} active, ${job.chunks.failed} failed, ${job.chunks.total} in all`],
    ['confidence', confidenceOf(job)],
    ['checks', checksOf(job)],
    ['evidence', evidenceOf(job)],
    ...job.warnings.map(text => ['warning', text] as [string, string]),
    ['cost', `${job.cost} of at most ${job.budget} BYC`],
    ...job.receipt === undefined ? [] : [['receipt', `${job.receipt.sha256}, ${bytes(job.receipt.size)}; nightshift job get ${job.id}`] as [string, string]],
    ['took', duration((job.endedAt ?? Date.now()) - job.createdAt)],
    ...job.error === undefined ? [] : [['error', `${job.error.code}: ${job.error.message}`] as [string, string]],
    ...job.error?.remedy === undefined ? [] : [['what to do', job.error.remedy] as [string, string]]
  ]
  const { incidents } = await client.get<{ incidents: { worker: string, jobId: string, reason: Reason, evidence?: object }[] }>('/v1/incidents')
  const struck = incidents.filter(incident => incident.jobId === job.id)
  if (struck.length > 0) rows.push(['struck', `${[...new Set(struck.map(({ worker }) => shortPeer(worker)))].join(', ')}: ${struck.length} wrong result${struck.length === 1 ? '' : 's'}, ${struck.filter(({ evidence }) => evidence !== undefined).length} with evidence (nightshift node describe)`])
  for (const [name, value] of rows) print(`${pc.dim(name.padEnd(11))} ${value}`)
  return 0
}

/** What was asked for and what is reached: 100 % less the mean chance that a verified result is wrong. */
function confidenceOf ({ replicas, verification: { confidence, achieved, trust } }: JobView): string {
  const asked = replicas === undefined ? `${confidence} % asked for` : `${replicas} must agree`
  return `${achieved === undefined ? 'none reached yet' : `${achieved} % reached`}, ${asked}, trust ${trust}`
}

function checksOf ({ verification: { checks, overhead }, executions }: JobView): string {
  return `${executions} executions so far (${overhead} per result); ${checks.comparisons} results compared, ${checks.audits} audits of ${checks.batches} batches`
}

function evidenceOf ({ disputes, strikes, trustedRuns, verification: { checks } }: JobView): string {
  const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
  return `${many(disputes, 'dispute')}, ${many(strikes, 'strike')}, ${many(trustedRuns, 'run')} of the coordinator itself, ${checks.backtracked} results taken back`
}

export async function tasks (id: string, command: Common & { readonly limit: number, readonly state?: string }): Promise<number> {
  const client = await connect(command.data)
  const query = new URLSearchParams({ limit: String(command.limit), ...(command.state === undefined ? {} : { state: command.state }) })
  const answer = await client.get<{ tasks: { chunk: number, epoch: number, worker: string, state: string, price: string, reason?: Reason, usage?: Usage, chunkState: string }[] }>(`/v1/jobs/${id}/tasks?${query.toString()}`)
  printRows(command.output, 'tasks', answer.tasks, {
    chunk: task => String(task.chunk), attempt: task => String(task.epoch), worker: task => shortPeer(task.worker), state: task => task.state,
    price: task => `${task.price} BYC`,
    time: task => task.usage === undefined ? '' : `${(task.usage.wallMs / 1000).toFixed(2)} s`,
    cpu: task => task.usage === undefined ? '' : `${(task.usage.cpuMs / 1000).toFixed(2)} s`,
    memory: task => task.usage === undefined ? '' : bytes(task.usage.peakMemoryBytes),
    why: task => task.reason?.text ?? ''
  })
  return 0
}

export async function logs (id: string, command: Common & { readonly chunk?: number, readonly follow?: boolean }): Promise<number> {
  const client = await connect(command.data)
  for await (const line of client.lines<LogLine>(logPath(id, command.chunk, command.follow))) {
    if (command.output === 'json') printJson(line)
    else (line.stream === 'stderr' ? process.stderr : process.stdout).write(prefixed(line))
  }
  return 0
}

function logPath (id: string, chunk: number | undefined, follow: boolean | undefined): string {
  const query = new URLSearchParams({ ...(chunk === undefined ? {} : { chunk: String(chunk) }), ...(follow === true ? { follow: 'true' } : {}) })
  return `/v1/jobs/${id}/logs?${query.toString()}`
}

function prefixed ({ chunk, epoch, worker, text }: LogLine): string {
  const who = chunk === -1 ? 'partitioner' : chunk === -2 ? 'assembler' : `${chunk}/${epoch} ${shortPeer(worker)}`
  return text.split('\n').filter((line, i, all) => i < all.length - 1 || line !== '').map(line => `${pc.dim(who)}  ${harmless(line)}\n`).join('')
}

export async function get (id: string, command: Common & { readonly out?: string }): Promise<number> {
  const client = await connect(command.data)
  const job = await client.get<JobView>(`/v1/jobs/${id}`)
  const dir = command.out ?? `job-${job.id}`
  const signal = new AbortController().signal
  const files = await downloadOutputs(client, job.id, join(dir, 'outputs'), signal)
  await saveLogs(client, job.id, join(dir, 'logs'))
  const receipt = job.endedAt === undefined ? undefined : join(dir, 'receipt.json')
  if (receipt !== undefined) await saveReceipt(client, job.id, receipt)
  if (command.output === 'json') printJson({ id: job.id, state: job.state, out: dir, files, receipt: receipt ?? null })
  else {
    print(`${files.length} file${files.length === 1 ? '' : 's'} in ${join(dir, 'outputs')}, logs in ${join(dir, 'logs')}`)
    if (receipt !== undefined) print(`receipt in ${receipt}; check it anywhere with: nightshift receipt verify ${receipt} --outputs ${join(dir, 'outputs')}`)
  }
  if (job.state !== 'COMPLETED') say(`the job is ${job.state}: there is no output${job.endedAt === undefined ? ' yet' : ''}`)
  return 0
}

/** Written beside its place first, so that what is there is whole. */
async function saveReceipt (client: ApiClient, id: string, file: string): Promise<void> {
  await pipeline(await client.stream(`/v1/jobs/${id}/receipt`), createWriteStream(`${file}.part`))
  await rename(`${file}.part`, file)
}

async function saveLogs (client: ApiClient, id: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  const file = createWriteStream(join(dir, 'tasks.ndjson'))
  for await (const line of client.lines<LogLine>(logPath(id, undefined, false))) if (!file.write(JSON.stringify(line) + '\n')) await once(file, 'drain')
  file.end()
  await once(file, 'finish')
}

export async function act (kind: 'abort' | 'retry', id: string, command: Common): Promise<number> {
  const job = await (await connect(command.data)).post<JobView>(`/v1/jobs/${id}/${kind}`)
  if (command.output === 'json') printJson(job)
  else print(`job ${job.id} is ${job.state}`)
  return 0
}
