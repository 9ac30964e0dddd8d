import { createLogUpdate } from 'log-update'
import { pc } from './colours.ts'
import type { JobView } from '../model/job.ts'
import { duration, harmless, say } from './output.ts'

const BAR = 24
/** Without a terminal, a line at most this often, milliseconds. */
const LINE_MS = 1000

/** Shows a job as it moves: one live block on a terminal, lines elsewhere. All of it on stderr. */
export class Progress {
  readonly #live = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined
  #lastLine = ''
  #lastAt = 0

  show (job: JobView): void {
    if (this.#live !== undefined) {
      this.#live(block(job))
      return
    }
    const line = summary(job)
    const waits = job.state === 'RUNNING' && Date.now() - this.#lastAt < LINE_MS
    if (line === this.#lastLine || waits) return
    this.#lastLine = line
    this.#lastAt = Date.now()
    say(line)
  }

  done (): void {
    this.#live?.done()
  }
}

function summary (job: JobView): string {
  const { total, done, failed } = job.chunks
  const parts = [
    job.state.toLowerCase(),
    total > 0 ? `${done}/${total} chunks` : '',
    failed > 0 ? `${failed} failed` : '',
    job.rate > 0 ? `${job.rate}/s` : '',
    job.etaMs === undefined ? '' : `about ${duration(job.etaMs)} left`,
    job.cost === '0' ? '' : `${job.cost} BYC`,
    job.reason === undefined ? '' : `waits: ${job.reason.text}`
  ]
  return harmless(parts.filter(part => part !== '').join(' · '))
}

function block (job: JobView): string {
  const { total, done } = job.chunks
  const filled = total === 0 ? 0 : Math.round(BAR * done / total)
  const bar = pc.green('█'.repeat(filled)) + pc.dim('░'.repeat(BAR - filled))
  return `${pc.bold(job.name)}  ${pc.dim(job.id)}\n${bar}  ${summary(job)}`
}
