import type { Clock } from '../model/clock.ts'

/** Less than this tells of the way there and back, not of the bytes: bytes within one busy time. */
const LEAST_BYTES = 256 * 1024
/** A busy time that lasts longer is looked at meanwhile, milliseconds. */
const LONGEST_MS = 5000
const NEW_SAMPLE_WEIGHT = 0.25

/**
 * What comes in while anything comes in, bytes per second, smoothed. Transfers at the same time share the line, so what
 * counts is all of them over the time in which there was at least one.
 */
export class BandwidthMeter {
  readonly #clock: Clock
  #smoothed: number
  #active = 0
  #since = 0
  #bytes = 0

  /** @param known what was measured before; 0: nothing */
  constructor (clock: Clock, known = 0) {
    this.#clock = clock
    this.#smoothed = known
  }

  /** Whole bytes per second; 0 while nothing was measured. */
  get bytesPerSecond (): number {
    return Math.round(this.#smoothed)
  }

  /** Measures a transfer; one that fails counts for its time, which others may have used. */
  async measure (bytes: number, transfer: () => Promise<void>): Promise<void> {
    if (this.#active++ === 0) this.#begin()
    let moved = 0
    try {
      await transfer()
      moved = bytes
    } finally {
      this.#active--
      this.#bytes += moved
      this.#sample()
    }
  }

  #begin (): void {
    this.#since = this.#clock.now()
    this.#bytes = 0
  }

  #sample (): void {
    const ms = this.#clock.now() - this.#since
    if (this.#active > 0 && ms < LONGEST_MS) return
    if (this.#bytes >= LEAST_BYTES) {
      const found = this.#bytes / Math.max(1, ms) * 1000
      this.#smoothed = this.#smoothed === 0 ? found : this.#smoothed + NEW_SAMPLE_WEIGHT * (found - this.#smoothed)
    }
    this.#begin()
  }
}
