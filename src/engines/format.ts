import { posix } from 'node:path'

/** How a file falls into records. */
export type RowFormat = 'lines' | 'csv' | 'tsv' | 'jsonl'

const BY_EXTENSION: Readonly<Record<string, RowFormat>> = { '.csv': 'csv', '.tsv': 'tsv', '.tab': 'tsv', '.jsonl': 'jsonl', '.ndjson': 'jsonl' }

/** The format of a file by its name; lines when it says nothing. */
export function formatOf (path: string): RowFormat {
  return BY_EXTENSION[posix.extname(path).toLowerCase()] ?? 'lines'
}

/** The delimiter of a table, or undefined when records are lines. */
export function delimiterOf (format: RowFormat): string | undefined {
  return format === 'csv' ? ',' : format === 'tsv' ? '\t' : undefined
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3
}

/** JSON Schema of a size: bytes as an integer, or text with a unit. */
export const SIZE_SCHEMA = {
  anyOf: [
    { type: 'integer', minimum: 1, maximum: 2 ** 50 },
    { type: 'string', pattern: '^\\s*[1-9][0-9]{0,11}\\s*([kKmMgG][iI]?)?[bB]?\\s*$' }
  ]
} as const

/** A size as SIZE_SCHEMA allows it, in bytes: `65536`, `"64 KiB"`, `"10MB"`. */
export function parseSize (value: unknown): number {
  if (typeof value === 'number') return value
  const [, digits = '', unit = ''] = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(String(value)) ?? []
  const name = unit.toLowerCase()
  return Number(digits) * (UNITS[name] ?? UNITS[`${name}b`] ?? 1)
}
