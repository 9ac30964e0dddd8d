import { NightshiftError } from './errors.ts'

const PATH_CHARS = 1024
const SEGMENT_BYTES = 255
const CONTROL = /[\u0000-\u001f\u007f]/

/**
 * A relative, `/`-separated path in NFC, safe to place below any folder on any
 * system: no absolute path, no `.` or `..`, no empty part, no backslash, no
 * control character, at most 1024 characters and 255 bytes per part.
 *
 * @returns the path in NFC
 * @throws NS_E_PATH_UNSAFE
 */
export function checkRelativePath (path: string): string {
  const normal = path.normalize('NFC')
  const problem = problemOf(normal)
  if (problem === undefined) return normal
  throw new NightshiftError('NS_E_PATH_UNSAFE', `the path ${JSON.stringify(path.slice(0, 200))} ${problem}`, {
    remedy: 'use a relative path of ordinary names separated by "/"'
  })
}

function problemOf (path: string): string | undefined {
  if (path === '') return 'is empty'
  if (path.length > PATH_CHARS) return `has ${path.length} characters, ${PATH_CHARS} are allowed`
  if (CONTROL.test(path)) return 'contains a control character'
  if (path.includes('\\')) return 'contains a backslash'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute'
  if (!path.isWellFormed()) return 'is not valid Unicode'
  for (const part of path.split('/')) {
    if (part === '') return 'has an empty part'
    if (part === '.' || part === '..') return `has "${part}" as a part`
    if (Buffer.byteLength(part) > SEGMENT_BYTES) return `has a part longer than ${SEGMENT_BYTES} bytes`
  }
  return undefined
}

/** Order of paths that is the same on every machine: by UTF-16 code unit. */
export function comparePaths (a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
