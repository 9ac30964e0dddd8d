import { createHash } from 'node:crypto'
import type { Block } from '../model/block.ts'
import { comparePaths } from '../model/paths.ts'

/**
 * What reputation is kept for: results of one class are made by the same code.
 * Its content names it, not its name and version, which whoever submits a job
 * chooses: under the name of a hard app an easy one would make a worker proven
 * that never ran the hard one. A new description or version of the same code
 * keeps its class, any change of the code begins a new one.
 * @param imageDigest what a container's image is, beyond its name; undefined where there is none
 */
export function appClass ({ manifest, files }: Pick<Block, 'manifest' | 'files'>, imageDigest?: string): string {
  const content = [...files].sort((a, b) => comparePaths(a.path, b.path)).map(({ path, size, sha256 }) => [path, size, sha256])
  const hash = createHash('sha256').update('nightshift/app-class/1\0').update(JSON.stringify([manifest.platform, manifest.entrypoint, imageDigest ?? '', content])).digest('hex')
  // the name is for people to read; it is as short as names of blocks are, and decides nothing that the hash does not
  return `${manifest.name}${SEPARATOR}${hash.slice(0, 32)}`
}

const SEPARATOR = ':'

/** True for a class as above; records of older versions have plain names. */
export function isAppClass (text: string): boolean {
  return text.includes(SEPARATOR)
}
