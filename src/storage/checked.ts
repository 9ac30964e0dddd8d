import { crc32 } from 'node:zlib'
import { NightshiftError } from '../model/errors.ts'

const SUM_CHARS = 8

/** A value with the CRC-32 of its key and itself at its end: LevelDB does not check what it reads from its tables. */
export function withSum (key: string, value: string): string {
  return value + sumOf(key, value)
}

/**
 * The value of a stored text.
 * @throws NS_E_DATA_CORRUPT naming the key when it is not what was written under it
 */
export function withoutSum (key: string, stored: string): string {
  const value = stored.slice(0, -SUM_CHARS)
  if (stored.length >= SUM_CHARS && stored.slice(-SUM_CHARS) === sumOf(key, value)) return value
  throw new NightshiftError('NS_E_DATA_CORRUPT', `what is stored under ${key.slice(0, 200)} is not what was written`)
}

function sumOf (key: string, value: string): string {
  return crc32(`${key}\0${value}`).toString(16).padStart(SUM_CHARS, '0')
}
