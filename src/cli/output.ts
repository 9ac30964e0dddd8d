import Table from 'cli-table3'
import { pc } from './colours.ts'
import { asNightshiftError } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'

export type Format = 'table' | 'json'

export const EXIT = { done: 0, error: 1, usage: 2, jobFailed: 3, verification: 4, notPlaced: 5, timeout: 124 } as const

const USAGE: readonly ErrorCode[] = ['NS_E_USAGE', 'NS_E_MANIFEST_MISSING', 'NS_E_MANIFEST_INVALID', 'NS_E_PARAMS_INVALID', 'NS_E_TEMPLATE_INVALID', 'NS_E_BLOCK_INVALID']

/** Results go to stdout, everything else to stderr. */
export function say (text: string): void {
  process.stderr.write(printable(text) + '\n')
}

export function print (text: string): void {
  process.stdout.write(printable(text) + '\n')
}

export function printJson (value: unknown): void {
  process.stdout.write(JSON.stringify(value) + '\n')
}

/** Rows as JSON under `name`, or as a table. */
export function printRows<T extends object> (format: Format, name: string, rows: readonly T[], columns: Readonly<Record<string, (row: T) => string>>): void {
  if (format === 'json') {
    printJson({ [name]: rows })
    return
  }
  if (rows.length === 0) {
    print(`no ${name}`)
    return
  }
  const chars = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' }
  const table = new Table({ head: Object.keys(columns), chars, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } })
  for (const row of rows) table.push(Object.values(columns).map(cell => cell(row)))
  print(table.toString())
}

/** What went wrong, and what to do about it. Returns the exit code that says so. */
export function printError (error: unknown): number {
  const known = asNightshiftError(error)
  say(`${pc.red('error')} ${known.code}: ${known.message}`)
  say(`  what to do: ${known.remedy}`)
  if (process.env['NIGHTSHIFT_DEBUG'] === '1') say(String(known.stack) + (known.cause instanceof Error ? `\ncause: ${String(known.cause.stack)}` : ''))
  return exitCodeOf(known.code)
}

function exitCodeOf (code: ErrorCode): number {
  if (code === 'NS_E_NOT_DETERMINISTIC') return EXIT.verification
  return USAGE.includes(code) ? EXIT.usage : EXIT.error
}

/** What this program prints: the colours are its own, names and reasons may be a stranger's. */
function printable (text: string): string {
  return text.split(/(\u001b\[[\d;]*m)/).map((part, i) => i % 2 === 1 ? part : harmless(part)).join('')
}

/** Text of a stranger, for a terminal: what could move its cursor, change its title or its colours is shown instead of done. */
export function harmless (text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

export function duration (ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`
}

export function bytes (count: number): string {
  if (count < 1024) return `${count} B`
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  let value = count
  let unit = -1
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value.toFixed(1)} ${units[unit] ?? ''}`
}

/** The last characters of a peer id: the first are the same for all. The coordinator is called so in logs. */
export function shortPeer (peer: string): string {
  return peer === 'coordinator' ? peer : peer.slice(-8)
}
