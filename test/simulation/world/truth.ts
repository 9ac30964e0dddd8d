import { createHash } from 'node:crypto'
import type { FileRef } from '../../../src/model/block.ts'
import { resultHash } from '../../../src/model/result.ts'

/** What the app of a simulated job does. */
export interface AppShape {
  /** milliseconds a chunk takes on a machine of speed 1 */
  readonly taskMs: number
  /** result files of each chunk */
  readonly files: number
  /** bytes of each; small ones travel inside messages */
  readonly fileBytes: number
  readonly inputBytes: number
  /** chunks with the same number modulo this have the same result */
  readonly distinct: number
  /** chunks on which the app itself fails, everywhere */
  readonly broken: ReadonlySet<number>
  /** how results are judged; unset: by their bytes. With a script, right results are of several variants */
  readonly judged?: 'fuzzy' | 'self-checked'
}

const VARIANTS = 3

export interface ResultContent { readonly value: string, readonly files: readonly FileRef[] }

const made = new Map<string, ResultContent>()

/** The right result of a chunk: one of several where they need not be the same. */
export function truth (jobId: string, chunk: number, app: AppShape, variant = 0): ResultContent {
  const which = app.judged === undefined ? 0 : variant % VARIANTS
  return content(`truth ${jobId} ${chunk % app.distinct}${which === 0 ? '' : ` variant ${which}`}`, app)
}

export function isRight (jobId: string, chunk: number, app: AppShape, value: string | undefined): boolean {
  return Array.from({ length: VARIANTS }, (_, variant) => truth(jobId, chunk, app, variant).value).includes(value ?? '')
}

/** What the app's script says of one result, or of two: of some wrong ones it cannot make anything. */
export function opinion (jobId: string, chunk: number, app: AppShape, values: readonly string[]): 'yes' | 'no' | 'failed' {
  const wrong = values.filter(value => !isRight(jobId, chunk, app, value))
  if (wrong.some(value => Number.parseInt(value[0] ?? '', 16) < 4)) return 'failed'
  return wrong.length === 0 ? 'yes' : 'no'
}

/** A result that is wrong, the same for everyone who says the same. */
export function lie (about: string, jobId: string, chunk: number, app: AppShape): ResultContent {
  return content(`lie ${about} ${jobId} ${chunk}`, { ...app, files: Math.max(1, app.files) })
}

function content (what: string, { files: count, fileBytes: size }: AppShape): ResultContent {
  const key = `${what} ${count} ${size}`
  const known = made.get(key)
  if (known !== undefined) return known
  const files = Array.from({ length: count }, (_, i) => ({ path: `out-${i}.bin`, size, sha256: createHash('sha256').update(`${what} ${i}`).digest('hex') }))
  const result = { files, value: resultHash({ exitCode: 0, files }) }
  if (made.size > 5000) made.clear()
  made.set(key, result)
  return result
}
