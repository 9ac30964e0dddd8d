import { randomBytes } from 'node:crypto'
import type { Clock, Random } from '../model/clock.ts'

/** The real time. */
export const systemClock: Clock = { now: () => Date.now() }

/** The operating system's randomness. */
export const systemRandom: Random = {
  bytes: length => randomBytes(length),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48
}
