import type { Clock } from '../model/clock.ts'

/** Content somebody just uploaded or asked about is left alone this long, milliseconds: a job that names it may be on its way. */
const PIN_MS = 600_000
const MAX_PINS = 100_000

/** Content that no job names yet and that must not be cleaned up nevertheless. */
export class Pins {
  readonly #clock: Clock
  readonly #until = new Map<string, number>()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  add (sha256: string): void {
    const now = this.#clock.now()
    this.#until.delete(sha256)
    this.#until.set(sha256, now + PIN_MS)
    for (const [oldest, until] of this.#until) {
      if (until > now && this.#until.size <= MAX_PINS) break
      this.#until.delete(oldest)
    }
  }

  has (sha256: string): boolean {
    return (this.#until.get(sha256) ?? 0) > this.#clock.now()
  }
}
