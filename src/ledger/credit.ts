import { UNITS_PER_BYC } from '../model/money.ts'

/** Most a worker is ever owed on trust, units: a coordinator that vanishes takes at most this from it. */
const MOST = 1000n * UNITS_PER_BYC

/**
 * How much unpaid work a worker does for a coordinator that has paid it `settled`
 * units so far: one ByteChip for a stranger, and half of what was settled on top,
 * so that cheating at any time costs more than it wins.
 */
export function creditLimit (settled: bigint): bigint {
  const limit = UNITS_PER_BYC + settled / 2n
  return limit < MOST ? limit : MOST
}
