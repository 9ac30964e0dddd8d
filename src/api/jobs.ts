import type { FastifyInstance } from 'fastify'
import { acceptJob } from '../coordinator/accept.ts'
import { Accountant } from '../coordinator/account.ts'
import type { Account } from '../coordinator/account.ts'
import { explainJob } from '../coordinator/explain.ts'
import { planJob } from '../coordinator/plan-job.ts'
import { KEYS, after } from '../coordinator/keys.ts'
import { decodeChunk } from '../coordinator/records.ts'
import type { Job } from '../coordinator/state.ts'
import { viewJob } from '../coordinator/views.ts'
import type { FileRef } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { JobRequestSchema, PlanRequestSchema } from '../model/job.ts'
import type { JobRequest, JobView } from '../model/job.ts'
import { formatByc } from '../model/money.ts'
import type { ApiOptions } from './options.ts'

interface ById { readonly Params: { readonly id: string } }

/** A job by its id or any unique beginning of it, with or without `j-`. */
export function jobById ({ services }: ApiOptions, text: string): Job {
  const prefix = text.startsWith('j-') ? text : `j-${text}`
  const found = [...services.state.jobs.values()].filter(job => job.record.id.startsWith(prefix))
  if (found.length > 1 && found.every(job => job.record.id !== prefix)) {
    throw new NightshiftError('NS_E_JOB_UNKNOWN', `${text} is the beginning of ${found.length} job ids`, { remedy: 'give more of the id' })
  }
  const job = found.find(candidate => candidate.record.id === prefix) ?? found[0]
  if (job === undefined || prefix.length < 3) throw new NightshiftError('NS_E_JOB_UNKNOWN', `there is no job ${text}`, { remedy: 'nightshift job list shows all jobs' })
  return job
}

export function jobRoutes (server: FastifyInstance, options: ApiOptions): void {
  const { services } = options
  const view = (job: Job): JobView => viewJob(job, services.clock.now())

  server.post<{ Body: JobRequest }>('/v1/jobs', { schema: { body: JobRequestSchema } }, async (request, reply) => {
    const record = await acceptJob(services, options.registry, request.body)
    await options.request({ kind: 'submit', record })
    return await reply.status(201).send(view(jobById(options, record.id)))
  })

  server.post<{ Body: JobRequest & { chunks?: number } }>('/v1/jobs/plan', { schema: { body: PlanRequestSchema } }, async (request, reply) => {
    const { chunks, ...job } = request.body
    const gone = new AbortController()
    // whoever asked may leave before a large input is counted
    reply.raw.once('close', () => { gone.abort() })
    return await planJob(services, options.registry, job, chunks, gone.signal)
  })

  server.get('/v1/jobs', async () => ({
    jobs: [...services.state.jobs.values()].sort((a, b) => b.record.createdAt - a.record.createdAt).map(view)
  }))

  server.get<ById>('/v1/jobs/:id', async request => view(jobById(options, request.params.id)))
  server.get<ById>('/v1/jobs/:id/explain', async request => {
    const job = jobById(options, request.params.id)
    return { ...explainJob(services.state, job, services.clock.now()), account: await accountOf(options, job) }
  })

  server.get<ById>('/v1/jobs/:id/outputs', async request => {
    const { record } = jobById(options, request.params.id)
    // the end of a job may be decided and its outputs be on their way to the disk: what was decided before a request is there after it
    if (record.outputs > 0 && await services.store.get(KEYS.outputs + record.id) === undefined) await options.request({ kind: 'tick' })
    const text = await services.store.get(KEYS.outputs + record.id)
    return { files: text === undefined ? [] : JSON.parse(text) as FileRef[] }
  })

  server.get<ById & { Querystring: { limit?: string, state?: string } }>('/v1/jobs/:id/tasks', async request => {
    const limit = Math.min(10_000, Number(request.query.limit ?? '1000') || 1000)
    return { tasks: await tasksOf(options, jobById(options, request.params.id), limit, request.query.state) }
  })

  for (const kind of ['abort', 'retry'] as const) {
    server.post<ById>(`/v1/jobs/:id/${kind}`, async request => {
      const job = jobById(options, request.params.id)
      await options.request({ kind, jobId: job.record.id })
      return view(job)
    })
  }
}

async function accountOf ({ services }: ApiOptions, job: Job): Promise<Account> {
  const accountant = new Accountant(services.state.self)
  const prefix = KEYS.chunks(job.record.id)
  for await (const [, text] of services.store.range({ gte: prefix, lt: after(prefix) })) accountant.add(decodeChunk(text))
  return accountant.result()
}

async function tasksOf ({ services }: ApiOptions, job: Job, limit: number, wanted: string | undefined) {
  const tasks = []
  const prefix = KEYS.chunks(job.record.id)
  for await (const [, text] of services.store.range({ gte: prefix, lt: after(prefix) })) {
    const chunk = decodeChunk(text)
    const rows = chunk.attempts.map(attempt => ({
      chunk: chunk.index,
      epoch: attempt.epoch,
      worker: attempt.worker,
      state: attempt.state,
      price: formatByc(attempt.price),
      ...(attempt.reason === undefined ? {} : { reason: attempt.reason }),
      ...(attempt.usage === undefined ? {} : { usage: attempt.usage }),
      chunkState: chunk.state,
      // hash of the list of files that counts as the chunk's result
      ...(chunk.value === undefined ? {} : { result: chunk.value }),
      ...(chunk.error === undefined ? {} : { error: chunk.error })
    }))
    for (const row of rows) {
      if (wanted !== undefined && row.state.toLowerCase() !== wanted.toLowerCase()) continue
      tasks.push(row)
      if (tasks.length >= limit) return tasks
    }
  }
  return tasks
}
