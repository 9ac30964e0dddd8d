import type { Block, Manifest } from './block.ts'
import { NightshiftError } from './errors.ts'

/** What an examiner's exit code means. A script that crashes exits with 1 in most languages, so that 1 is no answer. */
export const EXAMINER_EXIT = { yes: 0, no: 10 } as const

/** What an examiner says of one result, or of two; `failed` when it gives no answer or contradicts itself. */
export type Verdict = 'yes' | 'no' | 'failed'

/** The script of an app's bundle that judges its results: a comparator two of them, a checker one. Undefined for apps without. */
export function examinerOf ({ determinism, comparator, checker }: Manifest): string | undefined {
  if (determinism === 'fuzzy') return comparator
  return determinism === 'self-checked' ? checker : undefined
}

/**
 * Holds a manifest to its determinism.
 * @throws NS_E_MANIFEST_INVALID for a fuzzy app without comparator, a self-checked app without checker, or one that is not in the bundle
 */
export function checkExaminer (manifest: Manifest, files: Block['files']): void {
  const { determinism, name } = manifest
  if (determinism !== 'fuzzy' && determinism !== 'self-checked') return
  const key = determinism === 'fuzzy' ? 'comparator' : 'checker'
  const script = examinerOf(manifest)
  if (script === undefined) {
    throw new NightshiftError('NS_E_MANIFEST_INVALID', `${name} is ${determinism}, but names no ${key}`, {
      remedy: `set "${key}" in its manifest.json to a script in app/ that ${key === 'comparator' ? 'says whether two results are alike' : 'says whether a result is right'}`
    })
  }
  if (!files.some(({ path }) => path === script)) throw new NightshiftError('NS_E_MANIFEST_INVALID', `the ${key} ${script} of ${name} is not among its files`, { remedy: `put ${script} into app/` })
}
