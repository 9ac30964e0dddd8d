import type { LedgerSource } from './load.ts'

/** Values in memory as what books are read from. */
export function sourceOf (values: ReadonlyMap<string, string>): LedgerSource {
  return {
    get: async key => values.get(key),
    range: async function * ({ gte, lt, limit = Infinity, reverse = false }) {
      const keys = [...values.keys()].filter(key => key >= gte && key < lt).sort()
      if (reverse) keys.reverse()
      for (const key of keys.slice(0, limit)) yield [key, values.get(key) ?? ''] as const
    }
  }
}
