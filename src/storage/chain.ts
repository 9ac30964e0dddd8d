import { hash as digest } from 'node:crypto'

/** What a chain starts from. */
export const CHAIN_START = '0'.repeat(64)

const PREFIX = '{"hash":"'
const HASH_END = PREFIX.length + 64

/**
 * One line of a chained NDJSON file: an object whose first member is the SHA-256
 * of the hash before it and of the rest of the line, so that a line can be
 * checked without parsing it, and none can be changed, dropped, added or moved.
 */
export function chainedLine (previous: string, body: object): { readonly hash: string, readonly text: string } {
  const rest = `,${JSON.stringify(body).slice(1)}`
  const hash = hashOf(previous, rest)
  return { hash, text: `${PREFIX}${hash}"${rest}\n` }
}

/** The line's hash when it follows `previous`; undefined when it does not, or is no such line. */
export function followingHash (previous: string, line: string): string | undefined {
  if (!line.startsWith(PREFIX) || line[HASH_END] !== '"') return undefined
  const hash = line.slice(PREFIX.length, HASH_END)
  return hashOf(previous, line.slice(HASH_END + 1)) === hash ? hash : undefined
}

function hashOf (previous: string, rest: string): string {
  return digest('sha256', previous + rest)
}
