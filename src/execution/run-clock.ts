/** A deadline that stands still while what it measures is held. Times in milliseconds. */
export class RunClock {
  readonly #onEnd: () => void
  #left = 0
  #ran = 0
  #since: number | undefined
  #timer: NodeJS.Timeout | undefined
  #held = false

  constructor (onEnd: () => void) {
    this.#onEnd = onEnd
  }

  /** time it has run, without the times it was held */
  get ranMs (): number {
    return this.#ran + (this.#since === undefined ? 0 : performance.now() - this.#since)
  }

  get isHeld (): boolean { return this.#held }

  /** From now on the deadline is `ms` of running away. */
  set (ms: number): void {
    this.#pause()
    this.#left = ms
    if (!this.#held) this.#run()
  }

  hold (): void {
    if (this.#held) return
    this.#held = true
    this.#pause()
  }

  go (): void {
    if (!this.#held) return
    this.#held = false
    if (this.#left > 0) this.#run()
  }

  stop (): void {
    this.#pause()
    this.#left = 0
  }

  #run (): void {
    this.#since = performance.now()
    this.#timer = setTimeout(this.#onEnd, this.#left)
  }

  #pause (): void {
    clearTimeout(this.#timer)
    if (this.#since === undefined) return
    const ran = performance.now() - this.#since
    this.#since = undefined
    this.#ran += ran
    this.#left = Math.max(1, this.#left - ran)
  }
}
