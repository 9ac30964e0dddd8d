import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { viewJob } from '../coordinator/views.ts'
import type { LogLine } from '../coordinator/job-logs.ts'
import type { Job } from '../coordinator/state.ts'
import { jobEnded } from '../lifecycle/job.ts'
import { NightshiftError } from '../model/errors.ts'
import type { BlobRef } from '../model/store.ts'
import { jobById } from './jobs.ts'
import type { ApiOptions } from './options.ts'

/** A receipt that is just being made is waited for this long, milliseconds. */
const RECEIPT_MS = 60_000
/** A job is told of at most this often, milliseconds. */
const EVENT_MS = 100
/** Unread log lines kept for a slow reader of a followed log; then the stream is cut. */
const FOLLOW_LINES = 100_000

/** Routes that stay open: events of a job, and its log as it grows. */
export function jobStreamRoutes (server: FastifyInstance, options: ApiOptions): void {
  server.get<{ Params: { id: string } }>('/v1/jobs/:id/events', async (request, reply) => {
    const job = jobById(options, request.params.id)
    reply.hijack()
    await streamEvents(options, job, reply.raw)
  })

  server.get<{ Params: { id: string } }>('/v1/jobs/:id/receipt', async (request, reply) => {
    const { sha256, size } = await receiptOf(options, jobById(options, request.params.id))
    return await reply.headers({ 'content-type': 'application/json', 'content-length': size }).send(Readable.from(options.services.blobs.open(sha256), { objectMode: false }))
  })

  server.get<{ Params: { id: string }, Querystring: { chunk?: string, follow?: string } }>('/v1/jobs/:id/logs', async (request, reply) => {
    const job = jobById(options, request.params.id)
    const { chunk, follow } = request.query
    reply.hijack()
    await streamLogs(options, job, reply.raw, chunk === undefined ? undefined : Number(chunk), follow === 'true')
  })
}

/** A job's receipt; of one that has just ended it is waited for. */
async function receiptOf ({ services, feed }: ApiOptions, { record }: Job): Promise<BlobRef> {
  if (!jobEnded(record.state)) throw new NightshiftError('NS_E_JOB_STATE', `job ${record.id} is ${record.state}: its receipt is made when it has ended`)
  const changes = new Signal()
  const stop = feed.add(record.id, () => { changes.raise() })
  const timer = setTimeout(() => { changes.raise() }, RECEIPT_MS)
  const end = services.clock.now() + RECEIPT_MS
  try {
    while (record.receipt === undefined && record.receiptDue === true && services.clock.now() < end) await changes.wait()
  } finally {
    clearTimeout(timer)
    stop()
  }
  if (record.receipt !== undefined) return record.receipt
  throw new NightshiftError('NS_E_BLOB_MISSING', `there is no receipt of job ${record.id}${record.receiptDue === true ? ' yet' : ': it ended before this version made any'}`, record.receiptDue === true ? { remedy: 'ask again; the log of the coordinator says why it takes so long' } : {})
}

async function streamEvents ({ services, feed }: ApiOptions, job: Job, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const changes = new Signal()
  const stop = feed.add(job.record.id, () => { changes.raise() })
  response.once('close', () => { changes.raise() })
  try {
    while (!response.destroyed) {
      const view = viewJob(job, services.clock.now())
      await write(response, `event: job\ndata: ${JSON.stringify(view)}\n\n`)
      if (jobEnded(job.record.state)) break
      await changes.wait()
      await new Promise(resolve => setTimeout(resolve, EVENT_MS))
    }
  } finally {
    stop()
    response.end()
  }
}

async function streamLogs ({ services, feed }: ApiOptions, job: Job, response: ServerResponse, chunk: number | undefined, follow: boolean): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  const wanted = (line: LogLine): boolean => chunk === undefined || line.chunk === chunk
  const fresh: LogLine[] = []
  const changes = new Signal()
  const stopLines = services.logs.fresh.add(job.record.id, line => {
    if (wanted(line) && fresh.length < FOLLOW_LINES) fresh.push(line)
    changes.raise()
  })
  const stopFeed = feed.add(job.record.id, () => { changes.raise() })
  response.once('close', () => { changes.raise() })
  try {
    for await (const line of services.logs.read(job.record.id)) {
      if (response.destroyed) return
      if (wanted(line)) await write(response, JSON.stringify(line) + '\n')
    }
    if (!follow) return
    while (!response.destroyed) {
      for (const line of fresh.splice(0)) await write(response, JSON.stringify(line) + '\n')
      if (jobEnded(job.record.state) && fresh.length === 0) return
      await changes.wait()
    }
  } finally {
    stopLines()
    stopFeed()
    response.end()
  }
}

async function write (response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return
  await Promise.race([once(response, 'drain'), once(response, 'close')])
}

/** Wakes one waiter; a signal raised while nobody waits is kept. */
class Signal {
  #raised = false
  #wake: (() => void) | undefined

  raise (): void {
    this.#raised = true
    this.#wake?.()
  }

  async wait (): Promise<void> {
    if (!this.#raised) await new Promise<void>(resolve => { this.#wake = resolve })
    this.#raised = false
    this.#wake = undefined
  }
}
