/** What is masked to see whether two results are the same but for it, and what that says of the app. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?|\b\d\d:\d\d:\d\d(\.\d+)?\b/g, 'time stamps: leave them out, or use SOURCE_DATE_EPOCH'],
  [/\/(tmp|var|private|home|root)\/[\w./-]+|\btmp[\w-]{6,}/g, 'names of temporary files, or paths: leave them out'],
  [/0x[0-9a-f]{6,}/gi, 'addresses of objects in memory: leave them out'],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{16,}\b/gi, 'random identifiers: draw them from CHUNK_SEED']
]
const NUMBER = /-?\d+(\.\d+)?(e[+-]?\d+)?/gi
/** Numbers this close, relatively, differ by how floating-point sums were rounded. */
const ROUNDING = 1e-5
/** A number this close to now, in seconds or milliseconds, is a clock's. */
const DAY_S = 86_400
const UNKNOWN = 'a cause that cannot be seen from here: look for clocks, unseeded chance, unordered sets and threads'

/**
 * Why two results of the same chunk may differ, as a sentence with what to do about it: a guess from what is left
 * when the usual suspects are masked.
 * @param now seconds since 1970
 */
export function likelyCause (first: Uint8Array, second: Uint8Array, now: number): string {
  if (isArchive(first) && isArchive(second)) return 'the times of files inside an archive: set them to SOURCE_DATE_EPOCH'
  if (Buffer.from(first).sort().equals(Buffer.from(second).sort())) return 'the order of things: sort what comes from a set, a folder or threads'
  const [a, b] = [text(first), text(second)]
  if (a === undefined || b === undefined) return UNKNOWN
  for (const [mask, cause] of MASKS) if (a.replace(mask, '?') === b.replace(mask, '?')) return cause
  return a.replace(NUMBER, '0') === b.replace(NUMBER, '0') ? numbers(a, b, now) : UNKNOWN
}

function numbers (a: string, b: string, now: number): string {
  const pairs = (a.match(NUMBER) ?? []).map((text, i) => [Number(text), Number((b.match(NUMBER) ?? [])[i])] as const).filter(([x, y]) => x !== y)
  const isClock = (value: number): boolean => [1, 1e3, 1e6, 1e9].some(unit => Math.abs(value / unit - now) < DAY_S)
  if (pairs.every(([x, y]) => isClock(x) && isClock(y))) return 'time stamps: leave them out, or use SOURCE_DATE_EPOCH'
  const isRounding = pairs.every(([x, y]) => Math.abs(x - y) <= ROUNDING * Math.max(Math.abs(x), Math.abs(y)))
  if (isRounding) return 'the last digits of floating-point numbers: round them, or declare the determinism "fuzzy"'
  return 'numbers, drawn by chance or measured: seed chance with CHUNK_SEED, leave durations out'
}

/** zip or gzip */
function isArchive (bytes: Uint8Array): boolean {
  return (bytes[0] === 0x50 && bytes[1] === 0x4b) || (bytes[0] === 0x1f && bytes[1] === 0x8b)
}

function text (bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // not text; nothing more can be said of it
    return undefined
  }
}
