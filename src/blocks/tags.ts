import { BLOCK_NAME_PATTERN } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'

/** `name`, `name@1` or `name@1.2`. */
export interface Tag {
  readonly name: string
  readonly major?: number
  readonly minor?: number
}

/** A pushed block as far as tags see it. */
export interface Tagged {
  readonly name: string
  /** `major.minor` */
  readonly version: string
  /** a block that is not active may not be used; true by default */
  readonly active?: boolean
}

const NAME = new RegExp(BLOCK_NAME_PATTERN)
const VERSION = /^(\d{1,6})(?:\.(\d{1,6}))?$/

/** @throws NS_E_USAGE for anything that is not a tag */
export function parseTag (text: string): Tag {
  const [name = '', version, ...rest] = text.split('@')
  const match = version === undefined ? undefined : VERSION.exec(version)
  if (!NAME.test(name) || match === null || rest.length > 0) {
    throw new NightshiftError('NS_E_USAGE', `"${text.slice(0, 200)}" is not a tag`, {
      remedy: 'write name, name@1 or name@1.2; names have letters, digits, "-" and "_", at most 64'
    })
  }
  if (match === undefined) return { name }
  return match[2] === undefined ? { name, major: Number(match[1]) } : { name, major: Number(match[1]), minor: Number(match[2]) }
}

/**
 * The block a tag means: `name@1.2` exactly that, `name@1` the highest minor,
 * `name` the highest version, among the active ones.
 *
 * @throws NS_E_BLOCK_UNKNOWN when none matches, NS_E_BLOCK_INACTIVE when only inactive ones do
 */
export function resolveTag<T extends Tagged> (text: string, available: Iterable<T>): T {
  const tag = parseTag(text)
  const all = [...available]
  const named = all.filter(({ name }) => name === tag.name)
  const matching = named.filter(({ version }) => matches(tag, version))
  const best = matching.filter(({ active }) => active !== false).reduce<T | undefined>(higher, undefined)
  if (best !== undefined) return best
  const inactive = matching.reduce<T | undefined>(higher, undefined)
  if (inactive !== undefined) {
    throw new NightshiftError('NS_E_BLOCK_INACTIVE', `${inactive.name}@${inactive.version} is not active`, {
      remedy: `activate it first: nightshift app activate ${inactive.name}@${inactive.version}`
    })
  }
  const versions = named.map(({ version }) => version).join(', ')
  const known = [...new Set(all.map(({ name }) => name))].slice(0, 20).join(', ')
  throw new NightshiftError('NS_E_BLOCK_UNKNOWN', named.length > 0
    ? `there is no ${text}; pushed versions of ${tag.name}: ${versions}`
    : `there is no block "${tag.name}"; pushed are: ${known === '' ? 'none' : known}`, {
    remedy: 'push it with `nightshift app push` or `nightshift engine push`, or name its folder'
  })
}

/** Order of `major.minor` versions as numbers. */
export function compareVersions (a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA - majorB || minorA - minorB
}

function matches ({ major, minor }: Tag, version: string): boolean {
  const [foundMajor, foundMinor] = version.split('.').map(Number)
  return (major === undefined || major === foundMajor) && (minor === undefined || minor === foundMinor)
}

function higher<T extends Tagged> (best: T | undefined, candidate: T): T {
  return best === undefined || compareVersions(candidate.version, best.version) > 0 ? candidate : best
}
