import type { Failure } from '../outcome.ts'
import type { Image } from '../../model/image.ts'
import { imageBytes } from '../../model/image.ts'

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

/** Why the owner does not want an image here; undefined when it may run. */
export function imageRefusal (image: Image, rules: ImageRules): Failure | undefined {
  const { reference } = image
  const denied = rules.deny.find(pattern => matches(pattern, reference))
  if (denied !== undefined) return refused(`the image ${reference} is on this machine's deny list (${denied})`)
  if (rules.allow.length > 0 && !rules.allow.some(pattern => matches(pattern, reference))) return refused(`the image ${reference} is not on this machine's list of allowed images`)
  const bytes = imageBytes(image)
  if (bytes > rules.maxBytes) return refused(`the image ${reference} has ${mib(bytes)} MiB packed, this machine allows ${mib(rules.maxBytes)} MiB unpacked`)
  return undefined
}

/** A pattern without a registry speaks of docker.io, as an image's name does. */
function matches (pattern: string, reference: string): boolean {
  const full = /^[^/]*[.:*][^/]*\/|^localhost\//.test(pattern) || pattern === '*' ? pattern : `docker.io/${pattern.includes('/') ? '' : 'library/'}${pattern}`
  const expression = full.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')
  return new RegExp(`^${expression}(?:[:@].*)?$`).test(reference)
}

function refused (message: string): Failure {
  return { failureClass: 'transport', code: 'IMAGE_REFUSED', message }
}

function mib (bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
