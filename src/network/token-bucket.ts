/** A rate with room for bursts. What is taken beyond the content is owed, as time to wait. */
export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #at: number

  constructor (perSecond: number, burst: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#at = now
  }

  /** Takes tokens; returns the milliseconds to wait before the next may be taken, 0 within the rate. */
  take (tokens: number, now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#at) * this.#perMs) - tokens
    this.#at = now
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs
  }
}
