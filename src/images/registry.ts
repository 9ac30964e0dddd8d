import { createHash } from 'node:crypto'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { MAX_DOCUMENT_BYTES } from './manifest.ts'
import type { Reference } from './reference.ts'

/** Who asks; never logged, never stored with a job. */
export interface Credentials { readonly username: string, readonly token: string }

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json'
].join(', ')

/** A registry that does not answer within this time is taken as unreachable, milliseconds. */
const ANSWER_MS = 20_000

/**
 * Reads from one registry by the OCI distribution protocol, with a token or a
 * password where it asks for one. Plain HTTP only towards this machine itself.
 */
export class RegistryClient {
  readonly #base: string
  readonly #host: string
  readonly #credentials: Credentials | undefined
  readonly #authorization = new Map<string, string>()

  constructor (registry: string, credentials?: Credentials) {
    this.#host = registry
    const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry
    this.#base = `${isLoopback(host) ? 'http' : 'https'}://${host}/v2/`
    this.#credentials = credentials
  }

  /** A manifest's bytes, whose hash is what the registry said and, when given by digest, what was asked for. Throws NS_E_IMAGE, NS_E_UNREACHABLE. */
  async manifest ({ repository }: Reference, which: string, signal: AbortSignal): Promise<{ readonly bytes: Uint8Array, readonly digest: string }> {
    const response = await this.#get(repository, `${repository}/manifests/${which}`, signal)
    const bytes = await readAll(response, MAX_DOCUMENT_BYTES)
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    if (which.startsWith('sha256:') && which !== digest) throw new NightshiftError('NS_E_IMAGE', `the registry ${this.#host} answered ${which} with a manifest of digest ${digest}: it lies or is broken`)
    return { bytes, digest }
  }

  /** The bytes of a blob, not yet verified. */
  async blob ({ repository }: Reference, digest: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#get(repository, `${repository}/blobs/${digest}`, signal)
    if (response.body === null) throw new NightshiftError('NS_E_UNREACHABLE', `the registry ${this.#host} sent nothing for ${digest}`)
    return response.body as unknown as AsyncIterable<Uint8Array>
  }

  async #get (repository: string, path: string, signal: AbortSignal): Promise<Response> {
    let response = await this.#fetch(this.#base + path, this.#authorization.get(repository), signal)
    if (response.status === 401) {
      const challenge = response.headers.get('www-authenticate') ?? ''
      await response.body?.cancel()
      const authorization = await this.#authorize(challenge, repository, signal)
      this.#authorization.set(repository, authorization)
      response = await this.#fetch(this.#base + path, authorization, signal)
    }
    if (response.ok) return response
    await response.body?.cancel()
    throw this.#refusal(response.status, path)
  }

  #refusal (status: number, path: string): NightshiftError {
    if (status === 401 || status === 403) {
      return new NightshiftError('NS_E_IMAGE', `the registry ${this.#host} refuses ${path}: ${this.#credentials === undefined ? 'it wants a login' : 'the login is not accepted'}`, {
        remedy: 'set "private_image": true, "username" and "token" in the block\'s platform_config'
      })
    }
    if (status === 404) return new NightshiftError('NS_E_IMAGE', `the registry ${this.#host} has no ${path}`, { remedy: 'check the name and the tag' })
    return new NightshiftError('NS_E_UNREACHABLE', `the registry ${this.#host} answered ${path} with status ${status}`, { remedy: 'try again later' })
  }

  async #authorize (challenge: string, repository: string, signal: AbortSignal): Promise<string> {
    const basic = this.#credentials === undefined ? undefined : `Basic ${Buffer.from(`${this.#credentials.username}:${this.#credentials.token}`).toString('base64')}`
    const scheme = challenge.split(' ')[0]?.toLowerCase()
    if (scheme === 'basic') {
      if (basic === undefined) throw this.#refusal(401, repository)
      return basic
    }
    const fields = Object.fromEntries([...challenge.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, name = '', value = '']) => [name.toLowerCase(), value]))
    if (scheme !== 'bearer' || fields['realm'] === undefined) throw this.#refusal(401, repository)
    const url = this.#realm(fields['realm'])
    if (fields['service'] !== undefined) url.searchParams.set('service', fields['service'])
    url.searchParams.set('scope', `repository:${repository}:pull`)
    const response = await this.#fetch(url.href, basic, signal)
    if (!response.ok) {
      await response.body?.cancel()
      throw this.#refusal(response.status === 404 ? 401 : response.status, repository)
    }
    const bearer = tokenOf(Buffer.from(await readAll(response, 1024 * 1024)).toString('utf8'))
    if (bearer === undefined) throw new NightshiftError('NS_E_UNREACHABLE', `the login service of ${this.#host} sent no token`)
    return `Bearer ${bearer}`
  }

  /** Where tokens come from: the registry says it, so a password goes there only over TLS, or within this machine. */
  #realm (realm: string): URL {
    const url = URL.canParse(realm) ? new URL(realm) : undefined
    if (url === undefined || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.host) && isLoopback(this.#host)))) {
      throw new NightshiftError('NS_E_IMAGE', `the registry ${this.#host} names a login service that is not safe to use`)
    }
    return url
  }

  async #fetch (url: string, authorization: string | undefined, signal: AbortSignal): Promise<Response> {
    const slow = new AbortController()
    const timer = setTimeout(() => { slow.abort() }, ANSWER_MS)
    try {
      // fetch itself drops the Authorization header when a redirect leaves the host
      return await fetch(url, { headers: { accept: ACCEPT, ...authorization === undefined ? {} : { authorization } }, signal: AbortSignal.any([signal, slow.signal]) })
    } catch (error) {
      signal.throwIfAborted()
      const cause = (error as { cause?: unknown }).cause
      throw new NightshiftError('NS_E_UNREACHABLE', `the registry ${this.#host} cannot be reached: ${slow.signal.aborted ? `no answer within ${ANSWER_MS / 1000} s` : errorMessage(cause ?? error)}`, { remedy: 'check the name and the connection, or bring the image with "nightshift image import"' })
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The token in a login service's answer, if it is one that a header can carry. */
function tokenOf (answer: string): string | undefined {
  try {
    const { token, access_token: accessToken } = JSON.parse(answer) as { token?: unknown, access_token?: unknown }
    const bearer = token ?? accessToken
    return typeof bearer === 'string' && /^[\x21-\x7e]{1,65536}$/.test(bearer) ? bearer : undefined
  } catch {
    return undefined
  }
}

/** True for hosts that can only be this machine. */
export function isLoopback (host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return name === 'localhost' || name === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
}

async function readAll (response: Response, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.byteLength
    if (size > most) throw new NightshiftError('NS_E_IMAGE', `a registry sent more than ${most} bytes where a short document belongs`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
