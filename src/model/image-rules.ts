import { patternSource } from './patterns.ts'

/** What a machine's owner says about the images strangers may run on it. */
export interface ImageRules {
  /** patterns of names, `*` for any characters; none means every image */
  readonly allow: readonly string[]
  /** wins over `allow` */
  readonly deny: readonly string[]
  /** most bytes of one image, unpacked */
  readonly maxBytes: number
  /** most bytes of all images brought here for tasks; the least recently used ones go first */
  readonly quotaBytes: number
  /** registries this machine asks itself; images of others come from whoever gives the task */
  readonly registries: readonly string[]
}

const GIB = 1024 ** 3

export const DEFAULT_IMAGE_RULES: ImageRules = {
  allow: [],
  deny: [],
  maxBytes: 10 * GIB,
  quotaBytes: 20 * GIB,
  registries: ['docker.io', 'ghcr.io', 'quay.io', 'gcr.io', 'registry.gitlab.com', 'public.ecr.aws', 'mcr.microsoft.com']
}

/** Why the owner does not want an image of this name here; undefined when it may run. */
export function nameRefusal (reference: string, rules: Pick<ImageRules, 'allow' | 'deny'>): string | undefined {
  const denied = rules.deny.find(pattern => matches(pattern, reference))
  if (denied !== undefined) return `the image ${reference} is on this machine's deny list (${denied})`
  if (rules.allow.length > 0 && !rules.allow.some(pattern => matches(pattern, reference))) return `the image ${reference} is not on this machine's list of allowed images`
  return undefined
}

/** A pattern without a registry speaks of docker.io, as an image's name does. */
function matches (pattern: string, reference: string): boolean {
  const full = /^[^/]*[.:*][^/]*\/|^localhost\//.test(pattern) || pattern === '*' ? pattern : `docker.io/${pattern.includes('/') ? '' : 'library/'}${pattern}`
  return new RegExp(`^${patternSource(full)}(?:[:@].*)?$`).test(reference)
}
