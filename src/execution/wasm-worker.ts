import type { Task, TaskIo, TaskOutcome } from '../model/executor.ts'
import { cancelled } from './outcome.ts'
import { RunnerProcess } from './runner-process.ts'
import type { RunnerExit } from './runner-process.ts'
import { FRAME } from './runner/wire.ts'
import type { SandboxCommand } from './sandbox.ts'
import { taskHeader } from './task-header.ts'
import { TaskSession } from './task-session.ts'

/** resident memory of a runner beside the memory its task is allowed, bytes */
const OVERHEAD_BYTES = 512 * 1024 * 1024
const CACHED_BUNDLES = 16
const CACHED_BYTES = 64 * 1024 * 1024
/** tasks shorter than this may be sent ahead, ms */
const SHORT_MS = 5
const AHEAD = 16

export interface Job {
  readonly task: Task
  readonly io: TaskIo
  readonly resolve: (outcome: TaskOutcome) => void
}

interface Active {
  readonly job: Job
  readonly session: TaskSession
  isSent: boolean
}

/**
 * One WebAssembly runner process and the tasks sent to it. The first is
 * running, the others wait in its pipe. When the process ends, the first gets
 * the blame and the others go back through `onGone`, untouched.
 */
export class WasmWorker {
  readonly #runner: RunnerProcess
  readonly #onFree: () => void
  readonly #onGone: (unstarted: readonly Job[], error: Error | undefined) => void
  readonly #active: Active[] = []
  /** bundles the runner holds and their size, least recently used first */
  readonly #bundles = new Map<string, number>()
  #bundleBytes = 0
  #averageMs = Number.POSITIVE_INFINITY
  #isReady = false

  constructor (command: SandboxCommand, onFree: () => void, onGone: (unstarted: readonly Job[], error: Error | undefined) => void) {
    this.#onFree = onFree
    this.#onGone = onGone
    this.#runner = new RunnerProcess(command, {
      onFrame: (kind, payload) => { this.#onFrame(kind, payload) },
      onExit: (exit) => { this.#onExit(exit) }
    })
  }

  get load (): number { return this.#active.length }

  /** Whether another task may be sent now: one at a time, more while tasks are short. */
  get hasRoom (): boolean {
    if (this.#runner.isKilled) return false
    return this.#active.length < (this.#averageMs < SHORT_MS ? AHEAD : 1)
  }

  /** @throws NightshiftError for inputs that break the contract */
  submit (job: Job): void {
    const { task, io } = job
    const isKnown = this.#bundles.has(task.bundleKey)
    const { header, contents } = taskHeader(task, !isKnown, this.#touch(task))
    const session = new TaskSession(task, io, this.#runner, OVERHEAD_BYTES)
    const active: Active = { job, session, isSent: false }
    this.#active.push(active)
    void session.outcome.then(job.resolve)
    const sent = this.#runner.send(header, contents)
    if (sent === undefined) this.#sent(active)
    else sent.then(() => { this.#sent(active) }, (error: unknown) => { session.inputFailed(error) })
  }

  async close (): Promise<void> {
    for (const { session } of this.#active) session.fail(cancelled())
    this.#runner.kill()
    await this.#runner.exited
  }

  #sent (active: Active): void {
    active.isSent = true
    this.#startFirst()
  }

  #startFirst (): void {
    const first = this.#active[0]
    if (first?.isSent === true && this.#isReady) first.session.start()
  }

  #onFrame (kind: number, payload: Buffer): void {
    if (!this.#isReady) {
      if (kind !== FRAME.ready) return this.#runner.kill()
      this.#isReady = true
      this.#startFirst()
      return
    }
    const first = this.#active[0]
    if (first === undefined) return this.#runner.kill()
    if (!first.session.onFrame(kind, payload) || this.#runner.isKilled) return
    this.#active.shift()
    this.#startFirst()
    void first.session.finish().then(({ usage }) => {
      this.#averageMs = Number.isFinite(this.#averageMs) ? this.#averageMs * 0.8 + usage.wallMs * 0.2 : usage.wallMs
      this.#onFree()
    })
  }

  #onExit (exit: RunnerExit): void {
    const [first, ...rest] = this.#active.splice(0)
    const stopped = first?.session.isDone === true || rest.some(({ session }) => session.isDone)
    if (!this.#isReady && !stopped) {
      const error = new Error(`the runner ended while starting (${exit.signal ?? `code ${exit.code}`}): ${exit.stderr.trim().slice(-500)}`)
      for (const { session } of [...first === undefined ? [] : [first], ...rest]) session.abandon()
      return this.#onGone([...first === undefined ? [] : [first.job], ...rest.map(({ job }) => job)], error)
    }
    const all = first === undefined ? [] : [first, ...rest]
    const ended = all.filter(({ session }, index) => session.isDone || (index === 0 && !stopped))
    const unstarted = all.filter((active) => !ended.includes(active))
    for (const { session } of ended) session.onExit(exit)
    for (const { session } of unstarted) session.abandon()
    this.#onGone(unstarted.map(({ job }) => job), undefined)
  }

  /** Marks the bundle as used; returns those the runner must drop to make room. */
  #touch (task: Task): string[] {
    const size = this.#bundles.get(task.bundleKey) ?? task.bundle.reduce((sum, file) => sum + file.size, 0)
    if (!this.#bundles.delete(task.bundleKey)) this.#bundleBytes += size
    this.#bundles.set(task.bundleKey, size)
    const forget: string[] = []
    for (const [key, bytes] of this.#bundles) {
      if (key === task.bundleKey || (this.#bundles.size <= CACHED_BUNDLES && this.#bundleBytes <= CACHED_BYTES)) break
      this.#bundles.delete(key)
      this.#bundleBytes -= bytes
      forget.push(key)
    }
    return forget
  }
}
