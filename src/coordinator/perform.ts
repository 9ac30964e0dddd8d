import { NightshiftError, asNightshiftError, errorView } from '../model/errors.ts'
import { attemptKey } from '../model/ids.ts'
import { LIMITS } from '../model/limits.ts'
import type { Message } from '../model/messages/control.ts'
import { assembleJob } from './assemble.ts'
import { cleanUp } from './cleanup.ts'
import type { CoordinatorEffect } from './events.ts'
import { examine } from './examine.ts'
import { fetchResults } from './fetch.ts'
import { partitionJob } from './partition.ts'
import { runReferee } from './referee.ts'
import { storeReceipt } from './store-receipt.ts'
import type { Services } from './services.ts'
import type { Job } from './state.ts'
import type { Turn } from './turn.ts'

/** Carries out what turns decide: sends messages, runs the steps of jobs, stops them when a job ends. */
export class Performer {
  readonly #services: Services
  readonly #onChanged: (jobId: string) => void
  readonly #running = new Map<string, AbortController>()
  readonly #work = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor (services: Services, onChanged: (jobId: string) => void) {
    this.#services = services
    this.#onChanged = onChanged
  }

  /** Called after the turn's writes are on disk. */
  async perform (turn: Turn): Promise<void> {
    await Promise.all(turn.sends.map(async ({ message }) => { await this.#inline(message) }))
    for (const { peer, message } of turn.sends) this.#services.transport.send(peer, message)
    for (const effect of turn.effects) this.#effect(effect)
  }

  /** Small chunk inputs travel inside the lease: no worker then asks for them. */
  async #inline (message: Message): Promise<void> {
    const input = message.lease?.input
    if (input === undefined || input.size > LIMITS.inlineBytes || input.size === 0) return
    const content = await this.#services.blobs.content(Buffer.from(input.sha256).toString('hex')).catch(() => undefined)
    if (content instanceof Uint8Array) input.inline = Uint8Array.from(content)
  }

  #effect (effect: CoordinatorEffect): void {
    const { logs, log, state } = this.#services
    switch (effect.kind) {
      case 'changed': this.#onChanged(effect.jobId); break
      case 'note': log[effect.level](effect.about, effect.text); break
      case 'log': {
        const worker = state.jobs.get(effect.attempt.jobId)?.chunks[effect.attempt.chunk]?.attempts.find(attempt => attempt.epoch === effect.attempt.epoch)?.worker
        logs.add(effect.attempt, worker ?? 'unknown', effect.stream, effect.text)
        break
      }
      case 'stop':
        this.#running.get(effect.jobId)?.abort(new NightshiftError('NS_E_ABORTED', 'the job has ended'))
        this.#running.delete(effect.jobId)
        logs.ended(effect.jobId)
        this.#cleanUp(effect.jobId)
        break
      case 'make-receipt': this.#makeReceipt(effect.jobId); break
      case 'drop-receipt':
        this.#track(this.#services.pins.delete(effect.sha256, this.#services.blobs).catch((error: unknown) => { log.error({ err: error }, 'an old receipt could not be removed') }))
        break
      case 'partition': this.#step(effect.jobId, async (job, signal) => { await partitionJob(this.#services, job, effect.run, signal) }); break
      case 'assemble': this.#step(effect.jobId, async (job, signal) => {
        const outputs = await assembleJob(this.#services, job, signal)
        await this.#services.blobs.sync()
        this.#services.post({ kind: 'assembled', jobId: effect.jobId, outputs })
      }); break
      case 'run-trusted': this.#start(effect.attempt.jobId, async (job, signal) => {
        const outcome = await runReferee(this.#services, job, effect.attempt, signal)
        await this.#services.blobs.sync()
        this.#services.post({ kind: 'trusted-done', attempt: effect.attempt, outcome })
      }, () => {
        this.#services.log.error({ attempt: attemptKey(effect.attempt) }, 'a trusted run could not be started')
      }); break
      case 'examine': this.#start(effect.jobId, async (job, signal) => {
        const examined = await examine(this.#services, job, effect.chunk, effect.exhibits, signal)
        if (!signal.aborted) this.#services.post(examined)
      }, ({ message }) => {
        this.#services.post({ kind: 'examined', jobId: effect.jobId, chunk: effect.chunk, values: effect.exhibits.map(({ value }) => value), text: message, unavailableAt: [] })
      }); break
      case 'fetch-results': this.#start(effect.jobId, async (_, signal) => { await fetchResults(this.#services, effect, signal) }, error => {
        this.#services.log.error({ err: error, job: effect.jobId, chunk: effect.chunk }, 'results could not be stored')
        this.#services.post({ kind: 'results-stored', jobId: effect.jobId, chunk: effect.chunk, stored: false, unavailableAt: [...effect.from] })
      })
    }
  }

  #cleanUp (jobId: string): void {
    const job = this.#services.state.jobs.get(jobId)
    if (job === undefined) return
    const { state } = job.record
    if (state === 'COMPLETED' || state === 'CANCELLED') job.chunks = []
    this.#track(cleanUp(this.#services, job).catch((error: unknown) => {
      this.#services.log.error({ err: error, job: jobId }, 'what an ended job had used could not be removed')
    }))
  }

  /** One that could not be made stays due: the next start makes it. */
  #makeReceipt (jobId: string): void {
    const job = this.#services.state.jobs.get(jobId)
    if (job === undefined) return
    this.#track(storeReceipt(this.#services, job, this.#closing.signal).catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#services.log.error({ err: error, job: jobId }, 'the receipt of a job could not be made')
    }))
  }

  #track (work: Promise<void>): void {
    const tracked = work.finally(() => { this.#work.delete(tracked) })
    this.#work.add(tracked)
  }

  /** A step whose failure is the job's failure. */
  #step (jobId: string, work: (job: Job, signal: AbortSignal) => Promise<void>): void {
    this.#start(jobId, work, error => {
      this.#services.post({
        kind: 'step-failed',
        jobId,
        error: errorView(error)
      })
    })
  }

  #start (jobId: string, work: (job: Job, signal: AbortSignal) => Promise<void>, onError: (error: NightshiftError) => void): void {
    const job = this.#services.state.jobs.get(jobId)
    if (job === undefined) return
    const controller = this.#running.get(jobId) ?? new AbortController()
    this.#running.set(jobId, controller)
    const { signal } = controller
    this.#track(work(job, signal).catch((error: unknown) => { if (!signal.aborted) onError(asNightshiftError(error)) }))
  }

  /** Stops every step; jobs go on at the next start. */
  async close (): Promise<void> {
    this.#closing.abort(new NightshiftError('NS_E_ABORTED', 'the coordinator is shutting down'))
    for (const controller of this.#running.values()) controller.abort(new NightshiftError('NS_E_ABORTED', 'the coordinator is shutting down'))
    await Promise.allSettled(this.#work)
  }
}
