/** Aborts when nothing happened for a while, or when a given signal does. */
export class Watchdog {
  readonly #abort = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #parent: AbortSignal
  readonly #onParent = (): void => { this.#abort.abort(this.#parent.reason) }

  /** `ms`: longest silence; `why`: the error to abort with. */
  constructor (ms: number, why: () => Error, parent: AbortSignal) {
    this.#parent = parent
    this.#timer = setTimeout(() => { this.#abort.abort(why()) }, ms)
    if (parent.aborted) this.#onParent()
    else parent.addEventListener('abort', this.#onParent, { once: true })
  }

  get signal (): AbortSignal {
    return this.#abort.signal
  }

  /** Something happened: the time starts again. */
  readonly progress = (): void => {
    this.#timer.refresh()
  }

  close (): void {
    clearTimeout(this.#timer)
    this.#parent.removeEventListener('abort', this.#onParent)
  }
}
