/** A fixed number of places; those who find none wait in line. */
export class Slots {
  #free: number
  readonly #waiting: Array<() => void> = []

  constructor (count: number) {
    this.#free = count
  }

  /** Resolves with true once a place is free, with false when `signal` aborts first. */
  async acquire (signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false
    if (this.#free > 0) {
      this.#free--
      return true
    }
    return await new Promise<boolean>((resolve) => {
      const granted = (): void => {
        signal.removeEventListener('abort', aborted)
        resolve(true)
      }
      const aborted = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(granted), 1)
        resolve(false)
      }
      signal.addEventListener('abort', aborted, { once: true })
      this.#waiting.push(granted)
    })
  }

  release (): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
