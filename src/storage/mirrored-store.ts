import type { NightshiftError } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import { mirroredValues } from './mirror-files.ts'

/**
 * What a store held at its last mirrored batch, in memory, to be read only. It
 * opens no database and locks nothing: LevelDB changes files when it opens them.
 * @param refusal what every write is answered with
 * @throws NS_E_DATA_CORRUPT when the mirror cannot be followed to its end
 */
export async function openMirroredStore (mirrorDir: string, refusal: NightshiftError): Promise<Store> {
  const values = await mirroredValues(mirrorDir, '')
  const keys = [...values.keys()]
  return {
    get: key => Promise.resolve(values.get(key)),
    range: async function * ({ gte, lt, limit = Infinity, reverse = false }) {
      const found = keys.slice(firstFrom(keys, gte), firstFrom(keys, lt))
      if (reverse) found.reverse()
      for (const key of found.slice(0, limit)) yield await Promise.resolve([key, values.get(key) ?? ''] as const)
    },
    batch: () => Promise.reject(refusal),
    close: () => Promise.resolve()
  }
}

/** Index of the first of sorted keys that is not before `bound`. */
function firstFrom (keys: readonly string[], bound: string): number {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] ?? '') < bound) low = middle + 1
    else high = middle
  }
  return low
}
