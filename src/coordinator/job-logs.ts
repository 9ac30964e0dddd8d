import { createReadStream } from 'node:fs'
import { appendFile, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { AttemptId } from '../model/ids.ts'
import { LIMITS } from '../model/limits.ts'
import { Listeners } from './listeners.ts'

export interface LogLine {
  readonly chunk: number
  readonly epoch: number
  readonly worker: string
  readonly stream: string
  readonly text: string
}

/** Bytes of log kept per job; later lines are dropped with a note in their place. */
const JOB_LOG_BYTES = 256 * 1024 * 1024

/**
 * What tasks print, one NDJSON file per job. Logs help people; nothing depends on
 * them, so they are appended without syncing.
 */
export class JobLogs {
  readonly #dir: string
  readonly #onError: (error: unknown) => void
  readonly #seen = new Map<string, Map<string, number>>()
  readonly #bytes = new Map<string, number>()
  /** new lines as they come */
  readonly fresh = new Listeners<LogLine>()
  #tail: Promise<void> = Promise.resolve()
  #pending = new Map<string, string[]>()

  /** @param onError told when lines could not be written; the job goes on without them */
  constructor (dir: string, onError: (error: unknown) => void) {
    this.#dir = dir
    this.#onError = onError
  }

  /** Adds what an attempt printed, as far as its share and the job's allow. */
  add (attempt: AttemptId, worker: string, stream: string, text: string): void {
    const allowed = this.#allowed(attempt, text)
    if (allowed === '') return
    const line: LogLine = { chunk: attempt.chunk, epoch: attempt.epoch, worker, stream: stream === 'stderr' ? 'stderr' : 'stdout', text: allowed }
    this.fresh.tell(attempt.jobId, line)
    const lines = this.#pending.get(attempt.jobId)
    if (lines !== undefined) {
      lines.push(JSON.stringify(line))
      return
    }
    this.#pending.set(attempt.jobId, [JSON.stringify(line)])
    this.#tail = this.#tail.then(async () => { await this.#flush(attempt.jobId) }).catch((error: unknown) => { this.#onError(error) })
  }

  #allowed (attempt: AttemptId, text: string): string {
    const job = this.#seen.get(attempt.jobId) ?? new Map<string, number>()
    this.#seen.set(attempt.jobId, job)
    const key = `${attempt.chunk}/${attempt.epoch}`
    const used = job.get(key) ?? 0
    const total = this.#bytes.get(attempt.jobId) ?? 0
    const room = Math.min(2 * LIMITS.attemptLogBytes - used, JOB_LOG_BYTES - total)
    if (room <= 0) return ''
    job.set(key, used + text.length)
    this.#bytes.set(attempt.jobId, total + text.length)
    return text.length <= room ? text : text.slice(0, room) + '\n[log cut here]\n'
  }

  async #flush (jobId: string): Promise<void> {
    const lines = this.#pending.get(jobId) ?? []
    this.#pending.delete(jobId)
    await mkdir(this.#dir, { recursive: true })
    await appendFile(this.#file(jobId), lines.join('\n') + '\n')
  }

  /** Lines kept of a job so far, in the order they came. */
  async * read (jobId: string): AsyncGenerator<LogLine> {
    await this.#tail
    const known = await readdir(this.#dir).catch((): string[] => [])
    if (!known.includes(`${jobId}.ndjson`)) return
    for await (const line of createInterface({ input: createReadStream(this.#file(jobId)), crlfDelay: Infinity })) {
      if (line !== '') yield JSON.parse(line) as LogLine
    }
  }

  /** The job has ended: what was counted for its limits is no longer needed. */
  ended (jobId: string): void {
    this.#seen.delete(jobId)
    this.#bytes.delete(jobId)
  }

  async delete (jobId: string): Promise<void> {
    await this.#tail
    await rm(this.#file(jobId), { force: true })
  }

  async close (): Promise<void> {
    await this.#tail
  }

  #file (jobId: string): string {
    return join(this.#dir, `${jobId}.ndjson`)
  }
}
