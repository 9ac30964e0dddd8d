import { readFile, stat } from 'node:fs/promises'
import { errorMessage, NightshiftError } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'

export type Json = Record<string, unknown>

const JSON_BYTES = 1024 * 1024

/** `min_cpu`, `minCpu`, `MinCPU` and `MIN-CPU` as one: lower case, letters and digits only. */
function foldKey (key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/**
 * Renames the keys of `value` that are a spelling of a known key to that key;
 * others stay as they are.
 *
 * @param known the canonical key by its folded spellings
 * @throws Error when two spellings of one key are given
 */
export function canonicalKeys (value: Json, known: ReadonlyMap<string, string>): Json {
  const result: Json = {}
  const spelledAs = new Map<string, string>()
  for (const [key, content] of Object.entries(value)) {
    const canonical = known.get(foldKey(key)) ?? key
    const other = spelledAs.get(canonical)
    if (other !== undefined) throw new Error(`"${other}" and "${key}" are the same key, written twice`)
    spelledAs.set(canonical, key)
    // defineProperty, because a plain assignment to __proto__ would not make a key
    Object.defineProperty(result, canonical, { value: content, enumerable: true, writable: true, configurable: true })
  }
  return result
}

/** Spellings that all fold to themselves, plus aliases `alias: canonical`. */
export function spellings (keys: readonly string[], aliases: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  return new Map([
    ...keys.map((key) => [foldKey(key), key] as const),
    ...Object.entries(aliases).map(([alias, key]) => [foldKey(alias), key] as const)
  ])
}

export function isObject (value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A number given as one, or as text. Anything else is left for validation to refuse. */
export function numeric (value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\d+(\.\d+)?\s*$/.test(value)) return value
  return Number(value)
}

/**
 * Reads a JSON file that holds an object, of at most 1 MiB; undefined when it
 * does not exist. `code` is that of the error thrown for everything else.
 */
export async function readJsonObject (path: string, code: ErrorCode): Promise<{ value: Json, text: string } | undefined> {
  let text: string
  try {
    const { size } = await stat(path)
    if (size > JSON_BYTES) throw new Error(`it has ${size} bytes, ${JSON_BYTES} are allowed`)
    text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new NightshiftError(code, `cannot read ${path}: ${errorMessage(error)}`, { cause: error })
  }
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) throw new Error('it is not an object')
    return { value, text }
  } catch (error) {
    throw new NightshiftError(code, `${path} is not a JSON object: ${errorMessage(error)}`, {
      remedy: 'correct the file; a trailing comma is the usual cause',
      cause: error
    })
  }
}
