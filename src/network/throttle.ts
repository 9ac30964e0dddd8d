import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../model/clock.ts'
import { TokenBucket } from './token-bucket.ts'

const MESSAGES_PER_SECOND = 100_000
const MESSAGES_BURST = 200_000
const FRAMES_PER_SECOND = 5_000
const FRAMES_BURST = 10_000
const BYTES_PER_SECOND = 64 * 2 ** 20
const BYTES_BURST = 64 * 2 ** 20
const TURN_MS = 5

/** Holds a peer to a generous rate by reading it later, and lets other work in between its frames. */
export class Throttle {
  readonly #clock: Clock
  readonly #messages: TokenBucket
  readonly #frames: TokenBucket
  readonly #bytes: TokenBucket
  #turnStart = performance.now()

  constructor (clock: Clock) {
    const now = clock.now()
    this.#clock = clock
    this.#messages = new TokenBucket(MESSAGES_PER_SECOND, MESSAGES_BURST, now)
    this.#frames = new TokenBucket(FRAMES_PER_SECOND, FRAMES_BURST, now)
    this.#bytes = new TokenBucket(BYTES_PER_SECOND, BYTES_BURST, now)
  }

  /** Resolves when the next frame may be read. */
  async after (messages: number, bytes: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.now()
    const wait = Math.max(this.#messages.take(messages, now), this.#frames.take(1, now), this.#bytes.take(bytes, now))
    if (wait >= 1) await delay(wait, undefined, { signal })
    else if (performance.now() - this.#turnStart < TURN_MS) return
    else await new Promise(resolve => setImmediate(resolve))
    this.#turnStart = performance.now()
  }
}
