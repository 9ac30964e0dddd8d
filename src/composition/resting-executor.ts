import type { Executor, Task, TaskIo, TaskOutcome } from '../model/executor.ts'

/** Sandboxes kept ready take up to 250 MiB each: without a task for so long they are let go, milliseconds. */
export const IDLE_MS = 60_000

/** An executor that keeps nothing ready while nobody has had work for it in a while. The first task after that waits for a sandbox to start. */
export class RestingExecutor implements Executor {
  readonly platform: Executor['platform']
  readonly isolation: Executor['isolation']
  readonly #inner: Executor
  readonly #idleMs: number
  readonly #onError: (error: unknown) => void
  #running = 0
  #told = false
  #resting = false
  #closed = false
  #timer: NodeJS.Timeout | undefined

  constructor (inner: Executor, onError: (error: unknown) => void, idleMs = IDLE_MS) {
    this.platform = inner.platform
    this.isolation = inner.isolation
    this.#inner = inner
    this.#idleMs = idleMs
    this.#onError = onError
    this.#later()
  }

  async selfTest (signal: AbortSignal): Promise<void> {
    await this.#inner.selfTest(signal)
  }

  async run (task: Task, io: TaskIo): Promise<TaskOutcome> {
    clearTimeout(this.#timer)
    this.#running++
    try {
      if (this.#resting && !this.#told) await this.#rest(false).catch(this.#onError)
      return await this.#inner.run(task, io)
    } finally {
      if (--this.#running === 0) this.#later()
    }
  }

  /** As its machine's owner says: while told to rest, it does not make anything ready by itself. */
  async rest (resting: boolean): Promise<void> {
    if (this.#told === resting) return
    this.#told = resting
    clearTimeout(this.#timer)
    if (!resting && this.#running === 0) this.#later()
    this.#resting = resting
    await this.#inner.rest?.(resting)
  }

  async close (): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#inner.close()
  }

  #later (): void {
    clearTimeout(this.#timer)
    if (this.#closed) return
    this.#timer = setTimeout(() => { this.#rest(true).catch(this.#onError) }, this.#idleMs).unref()
  }

  async #rest (resting: boolean): Promise<void> {
    if (this.#resting === resting) return
    this.#resting = resting
    await this.#inner.rest?.(resting)
  }
}
