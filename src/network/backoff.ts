const FIRST_MS = 200
const MAX_MS = 30_000

/** Milliseconds to wait after `failures` earlier failures: doubling from 0.2 s to 30 s, less up to a half at random. */
export function backoff (failures: number, fraction: number): number {
  return Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failures, 20)) * (1 - fraction / 2)
}
