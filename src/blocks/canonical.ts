import { createHash } from 'node:crypto'

/** JSON with sorted keys and no spaces: equal values have equal text. */
export function canonicalJson (value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0))
  })
}

/** SHA-256, in hex, of the canonical JSON of a value. */
export function canonicalHash (value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
