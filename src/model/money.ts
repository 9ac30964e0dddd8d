import { NightshiftError } from './errors.ts'

/** Amounts are whole units in a bigint. One ByteChip (BYC) is one hour of one core and one GiB. */
export const UNITS_PER_BYC = 3_600_000_000n

/** An amount of ByteChips as it is written: a decimal number. */
export const BYC_PATTERN = /^\d{1,12}(\.\d{1,9})?$/

/** Suggested tariff: `750·cores + 250·GiB` units per millisecond, so that 1 core + 1 GiB for an hour is 1 BYC. */
export function tariff (cores: number, memoryMiB: number): bigint {
  return BigInt(Math.ceil(750 * cores + 250 * memoryMiB / 1024))
}

/** Units as a decimal number of ByteChips, without trailing zeros: `0.00125`. */
export function formatByc (units: bigint): string {
  const sign = units < 0n ? '-' : ''
  const abs = units < 0n ? -units : units
  const whole = abs / UNITS_PER_BYC
  const fraction = ((abs % UNITS_PER_BYC) * 1_000_000_000n + UNITS_PER_BYC / 2n) / UNITS_PER_BYC
  if (fraction >= 1_000_000_000n) return `${sign}${whole + 1n}`
  const digits = fraction.toString().padStart(9, '0').replace(/0+$/, '')
  return `${sign}${whole}${digits === '' ? '' : '.' + digits}`
}

/** Parses a decimal number of ByteChips. Throws NS_E_USAGE for anything else or for more than nine decimals. */
export function parseByc (text: string): bigint {
  const amount = text.trim()
  if (!BYC_PATTERN.test(amount)) {
    throw new NightshiftError('NS_E_USAGE', `"${text}" is not an amount of ByteChips`, { remedy: 'write a decimal number such as 2.5' })
  }
  const [whole = '', decimals = ''] = amount.split('.')
  const fraction = BigInt(decimals.padEnd(9, '0'))
  return BigInt(whole) * UNITS_PER_BYC + fraction * UNITS_PER_BYC / 1_000_000_000n
}

/** ByteChips as a number, as settings have them, in units; rounded to a billionth of one. */
export function unitsOf (byc: number): bigint {
  return parseByc(byc.toFixed(9))
}
