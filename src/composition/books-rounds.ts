import { setTimeout as wait } from 'node:timers/promises'
import type { BookKeeper } from '../coordinator/keep-books.ts'
import { asNightshiftError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'

/** Time between two rounds when nothing asks for one, milliseconds. */
const EVERY_MS = 60_000

/** Runs the rounds of a book keeper, one at a time, until it is closed or the books prove wrong. */
export class BooksRounds {
  readonly #keeper: BookKeeper
  readonly #log: Logger
  readonly #onViolation: (error: Error) => void
  readonly #ending = new AbortController()
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | undefined
  #again = false

  /** @param onViolation told when nothing more may be decided with these books */
  constructor (keeper: BookKeeper, log: Logger, onViolation: (error: Error) => void) {
    this.#keeper = keeper
    this.#log = log
    this.#onViolation = onViolation
    this.#timer = setInterval(() => { this.wake() }, EVERY_MS)
    this.wake()
  }

  /** A round now, or once more after the one that runs. */
  wake (): void {
    if (this.#ending.signal.aborted) return
    if (this.#running !== undefined) {
      this.#again = true
      return
    }
    this.#again = false
    this.#running = this.#round().finally(() => {
      this.#running = undefined
      if (this.#again) this.wake()
    })
  }

  async close (): Promise<void> {
    this.#ending.abort()
    clearInterval(this.#timer)
    await this.#running
  }

  async #round (): Promise<void> {
    try {
      await this.#keeper.round(this.#ending.signal)
    } catch (thrown) {
      if (this.#ending.signal.aborted) return
      const error = asNightshiftError(thrown)
      if (error.code !== 'NS_E_LEDGER' && error.code !== 'NS_E_DATA_CORRUPT') {
        this.#log.warn({ err: error }, 'the journal could not be archived, it is tried again later')
        return
      }
      this.#log.error({ code: error.code, err: error }, 'the books are not what they promise: nothing more is leased or paid')
      this.#ending.abort()
      clearInterval(this.#timer)
      this.#onViolation(error)
    }
  }
}

/** Lets everything else that waits run first. */
export async function pause (ms: number): Promise<void> {
  if (ms > 0) await wait(ms)
  else await new Promise<void>(resolve => { setImmediate(resolve) })
}
