import { NightshiftError } from '../model/errors.ts'

/** A name of an image, taken apart. */
export interface Reference {
  /** host of the registry, with its port when it names one, e.g. `docker.io` */
  readonly registry: string
  /** e.g. `library/python` */
  readonly repository: string
  readonly tag?: string
  /** `sha256:` and 64 hex digits */
  readonly digest?: string
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/

/**
 * Reads an image name as Docker does: no registry means docker.io, one word
 * means library/, neither tag nor digest means latest.
 * @throws NS_E_IMAGE naming what is wrong
 */
export function parseReference (text: string): Reference {
  const [beforeDigest = '', digest] = split(text, text.indexOf('@'))
  if (digest !== undefined && !DIGEST.test(digest)) throw invalid(text, `"${digest}" is not a SHA-256 digest`)
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1)
  const [name = '', tag] = split(beforeDigest, colon)
  if (tag !== undefined && !TAG.test(tag)) throw invalid(text, `"${tag}" is not a tag`)
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const named = first === 'localhost' || /[.:]/.test(first)
  const registry = named ? first.toLowerCase() : 'docker.io'
  const path = named ? name.slice(slash + 1) : name
  if (!HOST.test(registry)) throw invalid(text, `"${registry}" is not a registry's host`)
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  if (repository.length > 255 || !REPOSITORY.test(repository)) throw invalid(text, `"${path}" is not a repository name (lower case letters, digits, and . _ - between them)`)
  const host = registry === 'index.docker.io' ? 'docker.io' : registry
  if (digest !== undefined) return { registry: host, repository, ...tag === undefined ? {} : { tag }, digest }
  return { registry: host, repository, tag: tag ?? 'latest' }
}

/** The one spelling of a reference that names are compared by. */
export function formatReference ({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

function split (text: string, at: number): readonly [string, string | undefined] {
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function invalid (text: string, why: string): NightshiftError {
  return new NightshiftError('NS_E_IMAGE', `${JSON.stringify(text.slice(0, 200))} is not the name of an image: ${why}`, { remedy: 'use a name like "python:3.13-slim" or "registry.example.org/team/app:1.2"' })
}
