import { randomBytes } from 'node:crypto'
import type { Clock, Random } from '../model/clock.ts'

const STARTED_AT = Date.now() - performance.now()

/** The real time as it was when the process started, and what has passed since: when the machine's clock is set, no lease or deadline jumps with it. */
export const systemClock: Clock = { now: () => Math.floor(STARTED_AT + performance.now()) }

/** The operating system's randomness. */
export const systemRandom: Random = {
  bytes: length => randomBytes(length),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48
}
