import { NightshiftError, errorMessage } from '../model/errors.ts'
import type { Executor } from '../model/executor.ts'
import { LIMITS } from '../model/limits.ts'
import type { Message } from '../model/messages/control.ts'
import type { DurableBlobStore } from '../model/store.ts'
import type { Transport } from '../model/transport.ts'
import type { Logger } from '../observe/logger.ts'
import type { Holds } from '../storage/index.ts'
import type { Behaviour } from './behaviour.ts'
import type { Admission } from './admission.ts'
import type { WorkerEffect, WorkerEvent } from './events.ts'
import type { PriceQuestion } from './price.ts'
import { askScript } from './price-script.ts'
import type { TaskRunner } from './run-task.ts'
import type { Allowance } from './owner/allowance.ts'
import type { WorkerAttempt } from './state.ts'
import type { WorkerTurn } from './turn.ts'

export interface PerformerServices {
  readonly blobs: DurableBlobStore
  readonly holds: Holds
  readonly transport: Transport
  readonly runner: TaskRunner
  readonly admission: Admission
  readonly executors: ReadonlyMap<string, Executor>
  readonly behaviour: Behaviour
  readonly log: Logger
  readonly post: (event: WorkerEvent) => void
}

/** Carries out what turns decide: sends messages, runs and cancels tasks, frees what is no longer needed. */
export class WorkerPerformer {
  readonly #services: PerformerServices
  readonly #tasks = new Map<string, { readonly abort: AbortController, readonly done: Promise<void> }>()
  /** price scripts that run */
  readonly #asked = new Set<Promise<void>>()
  readonly #ending = new AbortController()

  constructor (services: PerformerServices) {
    this.#services = services
  }

  /** Called after the turn's writes are on disk. */
  async perform (turn: WorkerTurn): Promise<void> {
    await Promise.all(turn.sends.map(async ({ message }) => { await this.#inline(message) }))
    for (const { peer, message } of turn.sends) if (this.#services.behaviour.says(message)) this.#services.transport.send(peer, message)
    for (const effect of turn.effects) this.#effect(effect)
  }

  /** Small results travel inside the reveal: the coordinator then need not ask for them. */
  async #inline (message: Message): Promise<void> {
    const files = message.reveal?.files ?? []
    const total = files.reduce((sum, file) => sum + (file.content?.size ?? 0), 0)
    if (total === 0 || total > LIMITS.inlineBytes) return
    for (const { content } of files) {
      if (content === undefined || content.size === 0) continue
      const data = await this.#services.blobs.content(Buffer.from(content.sha256).toString('hex')).catch(() => undefined)
      if (data instanceof Uint8Array) content.inline = Uint8Array.from(data)
    }
  }

  #effect (effect: WorkerEffect): void {
    const { log, blobs, holds } = this.#services
    switch (effect.kind) {
      case 'run': this.#run(effect.key, effect.attempt); break
      case 'cancel': this.#tasks.get(effect.key)?.abort.abort(new NightshiftError('NS_E_ABORTED', 'the coordinator recalled the task')); break
      case 'note': log[effect.level](effect.about, effect.text); break
      case 'forget':
        for (const sha256 of effect.hashes) {
          holds.delete(sha256, async it => { await blobs.delete(it) }).catch((error: unknown) => { log.warn({ sha256, why: errorMessage(error) }, 'content could not be removed') })
        }
        break
      case 'allow': this.#allow(effect.allowance); break
      case 'price': this.#ask(effect.question); break
      case 'release': holds.release(effect.key); break
      case 'disconnect':
        this.#services.transport.disconnect(effect.peer, effect.why).catch((error: unknown) => { log.warn({ peer: effect.peer, why: errorMessage(error) }, 'the connection to a peer could not be ended') })
    }
  }

  #ask (question: PriceQuestion): void {
    const asked = askScript(question, this.#ending.signal).then(answer => {
      this.#asked.delete(asked)
      this.#services.post({ kind: 'priced', key: question.key, answer })
    })
    this.#asked.add(asked)
  }

  /** While nothing may run, nothing is kept ready either. */
  #allow (allowance: Allowance): void {
    const { admission, executors, log } = this.#services
    admission.set(allowance)
    for (const executor of executors.values()) {
      executor.rest?.(allowance.suspended).catch((error: unknown) => { log.warn({ platform: executor.platform, why: errorMessage(error) }, 'a sandbox could not be put to rest') })
    }
  }

  #run (key: string, attempt: WorkerAttempt): void {
    const abort = new AbortController()
    const done = this.#services.runner.run(key, attempt, abort.signal).then(result => {
      this.#tasks.delete(key)
      this.#services.post({ kind: 'task-done', key, result, content: this.#services.holds.of(key) })
    })
    this.#tasks.set(key, { abort, done })
  }

  /** Resolves when no task runs, or when the signal says not to wait longer. */
  async idle (signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>(resolve => { signal.addEventListener('abort', () => { resolve() }, { once: true }) })
    await Promise.race([Promise.all([...this.#tasks.values()].map(async task => { await task.done })), aborted])
  }

  /** Ends every task and script. */
  async close (): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#asked)
    for (const { abort } of this.#tasks.values()) abort.abort(new NightshiftError('NS_E_ABORTED', 'the worker is shutting down'))
    await Promise.allSettled([...this.#tasks.values()].map(async task => { await task.done }))
  }
}
