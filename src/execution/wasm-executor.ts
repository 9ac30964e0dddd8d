import type { Executor, Task, TaskIo, TaskOutcome } from '../model/executor.ts'
import { errorMessage } from '../model/errors.ts'
import { cancelled, memoryFailure, sandboxUnavailable, withoutRun } from './outcome.ts'
import { detectIsolation, sandboxCommand } from './sandbox.ts'
import type { RunnerIsolation, SandboxCommand } from './sandbox.ts'
import { selfTest } from './self-test.ts'
import { inputBytes } from './task-header.ts'
import { WasmWorker } from './wasm-worker.ts'
import type { Job } from './wasm-worker.ts'

/** heap of a runner's own JavaScript; WebAssembly memory and files live outside it, MiB */
const HEAP_MIB = 128
/** starts that may fail in a row before waiting tasks are refused */
const START_ATTEMPTS = 3

export interface WasmExecutorOptions {
  /** runner processes, that is tasks that run at the same time */
  readonly slots: number
  /** default: the strongest this machine offers */
  readonly isolation?: RunnerIsolation
  /** scheduling priority of runners started from now on, 0 to 19; default 0 */
  readonly niceness?: () => number
  readonly log?: (message: string) => void
}

/**
 * Runs `wasm` blocks: WASI preview 1 commands, each task in a fresh instance.
 * Runner processes are reused between tasks and replaced when one misbehaves.
 */
export async function createWasmExecutor (options: WasmExecutorOptions): Promise<Executor> {
  const isolation = options.isolation ?? await detectIsolation()
  const command = await sandboxCommand({ kind: 'wasm-runner', isolation, nodeFlags: [`--max-old-space-size=${HEAP_MIB}`] })
  return new WasmExecutor(options, isolation, { ...command, ...options.niceness === undefined ? {} : { niceness: options.niceness } })
}

class WasmExecutor implements Executor {
  readonly platform = 'wasm'
  readonly isolation: RunnerIsolation
  readonly #command: SandboxCommand
  readonly #slots: number
  readonly #log: (message: string) => void
  readonly #closing = new AbortController()
  readonly #workers = new Set<WasmWorker>()
  readonly #running = new Set<Promise<TaskOutcome>>()
  /** in the order of arrival, each with what to do when it leaves the line */
  #waiting = new Map<Job, () => void>()
  #failedStarts = 0

  constructor (options: WasmExecutorOptions, isolation: RunnerIsolation, command: SandboxCommand) {
    this.isolation = isolation
    this.#command = command
    this.#slots = options.slots
    this.#log = options.log ?? (() => undefined)
  }

  async selfTest (signal: AbortSignal): Promise<void> {
    await selfTest(this, this.platform, signal)
  }

  run (task: Task, io: TaskIo): Promise<TaskOutcome> {
    if (io.signal.aborted || this.#closing.signal.aborted) return Promise.resolve(withoutRun(cancelled()))
    if (inputBytes(task) > task.limits.memoryMiB * 1024 * 1024) return Promise.resolve(withoutRun(memoryFailure(task.limits, 'its input alone is larger')))
    const running = new Promise<TaskOutcome>((resolve) => {
      this.#enqueue({ task, io, resolve })
    })
    this.#running.add(running)
    void running.then(() => this.#running.delete(running))
    return running
  }

  /** Runners without a task end; while the machine rests no task comes that needs one. */
  async rest (resting: boolean): Promise<void> {
    if (!resting) return
    await Promise.all([...this.#workers].filter(worker => worker.load === 0).map(async worker => { await worker.close() }))
  }

  async close (): Promise<void> {
    this.#closing.abort()
    this.#refuseWaiting(withoutRun(cancelled()))
    await Promise.all([...this.#workers].map((worker) => worker.close()))
    await Promise.all(this.#running)
  }

  #enqueue (job: Job): void {
    const { signal } = job.io
    const onAbort = (): void => {
      this.#waiting.delete(job)
      job.resolve(withoutRun(cancelled()))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    this.#waiting.set(job, () => { signal.removeEventListener('abort', onAbort) })
    this.#dispatch()
  }

  #dispatch (): void {
    for (const [job, leave] of this.#waiting) {
      const worker = this.#pick()
      if (worker === undefined) return
      this.#waiting.delete(job)
      leave()
      try {
        worker.submit(job)
      } catch (error) {
        job.resolve(withoutRun(sandboxUnavailable(errorMessage(error))))
      }
    }
  }

  /** Ends the line: every waiting task gets `outcome`. */
  #refuseWaiting (outcome: TaskOutcome): void {
    for (const [job, leave] of this.#waiting) {
      leave()
      job.resolve(outcome)
    }
    this.#waiting.clear()
  }

  /** An idle runner, else a new one while there may be more, else the one with the shortest line that has room. */
  #pick (): WasmWorker | undefined {
    let best: WasmWorker | undefined
    for (const worker of this.#workers) {
      if (worker.hasRoom && (best === undefined || worker.load < best.load)) best = worker
    }
    if (best !== undefined && (best.load === 0 || this.#workers.size >= this.#slots)) return best
    return this.#workers.size < this.#slots ? this.#add() : best
  }

  #add (): WasmWorker {
    const worker: WasmWorker = new WasmWorker(this.#command, () => { this.#failedStarts = 0; this.#dispatch() }, (unstarted, error) => {
      this.#workers.delete(worker)
      this.#takeBack(unstarted, error)
    })
    this.#workers.add(worker)
    return worker
  }

  #takeBack (jobs: readonly Job[], error: Error | undefined): void {
    if (error !== undefined) this.#log(`A WebAssembly runner did not start: ${error.message}`)
    if (this.#closing.signal.aborted) {
      for (const job of jobs) job.resolve(withoutRun(cancelled()))
      return
    }
    if (error !== undefined && ++this.#failedStarts >= START_ATTEMPTS) {
      this.#failedStarts = 0
      const outcome = withoutRun(sandboxUnavailable(error.message))
      for (const job of jobs) job.resolve(outcome)
      this.#refuseWaiting(outcome)
      return
    }
    const later = this.#waiting
    this.#waiting = new Map()
    for (const job of jobs) this.#enqueue(job)
    this.#waiting = new Map([...this.#waiting, ...later])
    this.#dispatch()
  }
}
