/**
 * One load that several wait for. It goes on while anyone does: whoever gives up
 * stops only its own waiting, and the last one to do so ends the load.
 */
export class SharedLoad<T> {
  readonly #abort = new AbortController()
  readonly #loading: Promise<T>
  #waiting = 0
  #settled = false

  constructor (load: (signal: AbortSignal) => Promise<T>) {
    this.#loading = load(this.#abort.signal).finally(() => { this.#settled = true })
    this.#loading.catch(() => undefined)
  }

  /** True once it was given up by all or has failed: nobody should wait for it any more. */
  get abandoned (): boolean {
    return this.#abort.signal.aborted
  }

  /** Resolves with what was loaded; rejects as the load does, or with the signal's reason. */
  async wait (signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    let giveUp: () => void = () => undefined
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = () => { reject(signal.reason as Error) }
    })
    signal.addEventListener('abort', giveUp, { once: true })
    this.#waiting++
    try {
      return await Promise.race([this.#loading, givenUp])
    } finally {
      signal.removeEventListener('abort', giveUp)
      this.#waiting--
      if (this.#waiting === 0 && !this.#settled) this.#abort.abort(signal.reason)
    }
  }
}
