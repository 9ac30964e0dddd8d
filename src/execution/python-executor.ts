import type { Executor, Task, TaskIo, TaskOutcome } from '../model/executor.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { cancelled, memoryFailure, sandboxUnavailable, withoutRun } from './outcome.ts'
import { PythonPool } from './python-pool.ts'
import { ensureSnapshot } from './python-snapshot.ts'
import type { RunnerProcess } from './runner-process.ts'
import { detectIsolation, sandboxCommand } from './sandbox.ts'
import type { RunnerIsolation } from './sandbox.ts'
import { selfTest } from './self-test.ts'
import { Slots } from './slots.ts'
import { inputBytes, taskHeader } from './task-header.ts'
import { TaskSession } from './task-session.ts'

/** resident memory of an interpreter beside the memory its task is allowed, bytes */
const OVERHEAD_BYTES = 384 * 1024 * 1024
/** interpreters that one task is given at most */
const TRIES = 4
/** heap of the runner's own JavaScript; a task's files and Python objects live outside it, MiB */
const HEAP_MIB = 160

export interface PythonExecutorOptions {
  /** folder for the interpreter's memory snapshot, kept between starts; may be shared by several nodes */
  readonly cacheDir: string
  /** tasks that run at the same time */
  readonly slots: number
  /** interpreters kept ready; default `slots` */
  readonly ready?: number
  /** default: the strongest this machine offers */
  readonly isolation?: RunnerIsolation
  /** start every interpreter the slow way, without a memory snapshot; default true */
  readonly snapshot?: boolean
  /** scheduling priority of interpreters started from now on, 0 to 19; default 0 */
  readonly niceness?: () => number
  readonly log?: (message: string) => void
}

/**
 * Runs `python-wasm` blocks: plain Python in CPython compiled to WebAssembly,
 * each task in a fresh interpreter in its own sandboxed process.
 */
export async function createPythonWasmExecutor (options: PythonExecutorOptions): Promise<Executor> {
  const isolation = options.isolation ?? await detectIsolation()
  return new PythonExecutor(options, isolation)
}

class PythonExecutor implements Executor {
  readonly platform = 'python-wasm'
  readonly isolation: RunnerIsolation
  readonly #slots: Slots
  readonly #closing = new AbortController()
  readonly #pool: Promise<PythonPool>
  readonly #running = new Set<Promise<TaskOutcome>>()

  constructor (options: PythonExecutorOptions, isolation: RunnerIsolation) {
    this.isolation = isolation
    this.#slots = new Slots(options.slots)
    this.#pool = openPool(options, isolation, this.#closing.signal)
    this.#pool.catch(() => undefined)
  }

  async selfTest (signal: AbortSignal): Promise<void> {
    await selfTest(this, this.platform, signal)
  }

  async run (task: Task, io: TaskIo): Promise<TaskOutcome> {
    const signal = AbortSignal.any([io.signal, this.#closing.signal])
    const running = this.#run(task, { ...io, signal })
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async rest (resting: boolean): Promise<void> {
    await this.#pool.then(pool => { pool.rest(resting) }, () => undefined)
  }

  async close (): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#running)
    await this.#pool.then((pool) => pool.close(), () => undefined)
  }

  async #run (task: Task, io: TaskIo): Promise<TaskOutcome> {
    if (inputBytes(task) > task.limits.memoryMiB * 1024 * 1024) return withoutRun(memoryFailure(task.limits, 'its input alone is larger'))
    if (!await this.#slots.acquire(io.signal)) return withoutRun(cancelled())
    try {
      return await this.#runInFreshInterpreter(task, io)
    } catch (error) {
      if (error instanceof NightshiftError) throw error
      return withoutRun(io.signal.aborted ? cancelled() : sandboxUnavailable(errorMessage(error)))
    } finally {
      this.#slots.release()
    }
  }

  /** An interpreter that ends before it says anything was lost while it waited, not by this task: another gets the task. */
  async #runInFreshInterpreter (task: Task, io: TaskIo): Promise<TaskOutcome> {
    for (let left = TRIES - 1; ; left--) {
      const outcome = await this.#tryInterpreter(task, io, left > 0)
      if (outcome !== undefined) return outcome
    }
  }

  /** @returns undefined when the interpreter was gone before it began, and `mayRetry` */
  async #tryInterpreter (task: Task, io: TaskIo, mayRetry: boolean): Promise<TaskOutcome | undefined> {
    const { header, contents } = taskHeader(task, true, [])
    const pool = await this.#pool
    let runner: RunnerProcess
    try {
      runner = (await pool.take()).runner
    } catch (error) {
      if (mayRetry && !io.signal.aborted) return undefined
      throw error
    }
    if (io.signal.aborted) {
      runner.kill()
      await runner.exited
      return withoutRun(cancelled())
    }
    const session = new TaskSession(task, io, runner, OVERHEAD_BYTES)
    let isSilent = true
    let giveBack: (nothing: undefined) => void = () => undefined
    const givenBack = new Promise<undefined>(resolve => { giveBack = resolve })
    runner.events = {
      onFrame: (kind, payload) => {
        isSilent = false
        if (session.onFrame(kind, payload)) runner.kill()
      },
      onExit: (exit) => {
        if (isSilent && mayRetry && !session.isDone) {
          session.abandon()
          giveBack(undefined)
        } else session.onExit(exit)
      }
    }
    const sent = runner.send(header, contents)
    if (sent === undefined) session.start()
    else sent.then(() => { session.start() }, (error: unknown) => { session.inputFailed(error) })
    return await Promise.race([session.outcome, givenBack])
  }
}

async function openPool (options: PythonExecutorOptions, isolation: RunnerIsolation, signal: AbortSignal): Promise<PythonPool> {
  const log = options.log ?? (() => undefined)
  const files: string[] = []
  if (options.snapshot !== false) {
    try {
      files.push(await ensureSnapshot(options.cacheDir, isolation, signal))
    } catch (error) {
      signal.throwIfAborted()
      log(`Python starts without its memory snapshot, which is slower: ${errorMessage(error)}`)
    }
  }
  const command = await sandboxCommand({
    kind: 'python-runner',
    isolation,
    args: ['serve'],
    files,
    nodeFlags: [`--max-old-space-size=${HEAP_MIB}`]
  })
  signal.throwIfAborted()
  return new PythonPool({ ...command, ...options.niceness === undefined ? {} : { niceness: options.niceness } }, options.ready ?? options.slots, log)
}
