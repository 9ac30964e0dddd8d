import { errorMessage } from '../model/errors.ts'
import type { RunnerProcess } from './runner-process.ts'
import type { SandboxCommand } from './sandbox.ts'
import { startRunner } from './start-runner.ts'
import type { StartedRunner } from './start-runner.ts'

/** failures to start in a row after which no more runners are made ready ahead of need */
const GIVE_UP = 3

interface Entry { readonly started: Promise<StartedRunner> }

/**
 * Keeps `size` fresh interpreters ready. Each is handed out once; its
 * replacement starts at that moment.
 */
export class PythonPool {
  readonly #command: SandboxCommand
  readonly #size: number
  readonly #log: (message: string) => void
  readonly #entries: Entry[] = []
  readonly #alive = new Set<RunnerProcess>()
  #failures = 0
  #closed = false
  #resting = false

  constructor (command: SandboxCommand, size: number, log: (message: string) => void) {
    this.#command = command
    this.#size = size
    this.#log = log
    this.#refill()
  }

  /** The runner that has been starting longest. Rejects when it could not start. */
  async take (): Promise<StartedRunner> {
    if (this.#closed) throw new Error('the executor is closed')
    const entry = this.#entries.shift() ?? this.#start()
    this.#refill()
    return await entry.started
  }

  /** Lets go of the interpreters that wait, or makes them ready again. */
  rest (resting: boolean): void {
    this.#resting = resting
    if (!resting) return this.#refill()
    for (const { started } of this.#entries.splice(0)) started.then(({ runner }) => { runner.kill() }, () => undefined)
  }

  async close (): Promise<void> {
    this.#closed = true
    this.#entries.length = 0
    await Promise.all([...this.#alive].map(async (runner) => {
      runner.kill()
      await runner.exited
    }))
  }

  #refill (): void {
    while (!this.#closed && !this.#resting && this.#failures < GIVE_UP && this.#entries.length < this.#size) this.#add()
  }

  #add (): void {
    const entry = this.#start()
    this.#entries.push(entry)
    const leave = (): void => {
      const index = this.#entries.indexOf(entry)
      if (index < 0) return
      this.#entries.splice(index, 1)
      this.#refill()
    }
    entry.started.then(({ runner }) => { runner.events = { onFrame: () => { runner.kill() }, onExit: leave } }, leave)
  }

  #start (): Entry {
    const started = startRunner(this.#command, (runner) => {
      this.#alive.add(runner)
      void runner.exited.then(() => this.#alive.delete(runner))
    })
    started.then(() => { this.#failures = 0 }, (error: unknown) => {
      this.#failures++
      if (!this.#closed) this.#log(`A Python runner did not start: ${errorMessage(error)}`)
    })
    return { started }
  }
}
