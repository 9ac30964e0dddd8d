import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { createParser } from 'eventsource-parser'
import type { EventSourceMessage } from 'eventsource-parser'
import type { FileRef } from '../model/block.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'
import type { JobView } from '../model/job.ts'
import type { BlobRef } from '../model/store.ts'
import type { Endpoint } from './endpoint.ts'

interface Refusal { readonly code?: unknown, readonly message?: unknown, readonly remedy?: unknown }

/** Talks to a node's HTTP API. Every refusal becomes the NightshiftError it was. */
export class ApiClient {
  readonly #endpoint: Endpoint
  readonly #role: 'coordinator' | 'worker' | 'node'

  constructor (endpoint: Endpoint, role: 'coordinator' | 'worker' | 'node' = 'coordinator') {
    this.#endpoint = endpoint
    this.#role = role
  }

  async get<T> (path: string): Promise<T> {
    return await answerOf<T>(await this.#request('GET', path))
  }

  async delete (path: string): Promise<void> {
    await this.#request('DELETE', path)
  }

  async post<T> (path: string, body?: unknown): Promise<T> {
    return await answerOf<T>(await this.#request('POST', path, body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }))
  }

  /** True when the coordinator has this content already. */
  async hasBlob (sha256: string): Promise<boolean> {
    const response = await this.#send('HEAD', `/v1/blobs/${sha256}`)
    return response.status === 200
  }

  async upload (data: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<BlobRef> {
    return await this.putStream<BlobRef>('/v1/blobs', data, signal)
  }

  /** Sends a body of any length as it is read. */
  async putStream<T> (path: string, data: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<T> {
    const body = Readable.toWeb(Readable.from(data, { objectMode: false }))
    const init = { body, duplex: 'half', headers: { 'content-type': 'application/octet-stream' }, ...(signal === undefined ? {} : { signal }) }
    return await answerOf<T>(await this.#request('PUT', path, init as unknown as RequestInit))
  }

  /** Content from byte `start` on. */
  async download (file: Pick<FileRef, 'sha256'>, start: number, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#request('GET', `/v1/blobs/${file.sha256}`, {
      headers: start > 0 ? { range: `bytes=${start}-` } : {},
      ...(signal === undefined ? {} : { signal })
    })
    return bodyOf(response)
  }

  /** The body of an answer as it comes. */
  async stream (path: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return bodyOf(await this.#request('GET', path, signal === undefined ? {} : { signal }))
  }

  /** The job at every change, the last time when it has ended. */
  async * events (jobId: string, signal?: AbortSignal): AsyncGenerator<JobView> {
    const response = await this.#request('GET', `/v1/jobs/${jobId}/events`, signal === undefined ? {} : { signal })
    const views: JobView[] = []
    const parser = createParser({ onEvent: (event: EventSourceMessage) => { views.push(parsed<JobView>(event.data)) } })
    for await (const text of textOf(response)) {
      parser.feed(text)
      yield * views.splice(0)
    }
  }

  /** Lines of newline-delimited JSON. */
  async * lines<T> (path: string, signal?: AbortSignal): AsyncGenerator<T> {
    for await (const line of this.textLines(path, signal)) yield parsed<T>(line)
  }

  /** The same lines as they are sent. */
  async * textLines (path: string, signal?: AbortSignal): AsyncGenerator<string> {
    yield * linesOf(await this.#request('GET', path, signal === undefined ? {} : { signal }))
  }

  /** Lines of newline-delimited JSON in answer to a request with a body. */
  async * postLines<T> (path: string, body: unknown, signal?: AbortSignal): AsyncGenerator<T> {
    const response = await this.#request('POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' }, ...signal === undefined ? {} : { signal } })
    for await (const line of linesOf(response)) yield parsed<T>(line)
  }

  async #request (method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#send(method, path, init)
    if (response.ok) return response
    const { error } = await answerOf<{ error?: Refusal | null }>(response).catch(() => ({ error: undefined }))
    const { code, message, remedy } = error ?? {}
    if (typeof code !== 'string' || typeof message !== 'string') throw strange(`${response.status} to ${method} ${path}`)
    throw new NightshiftError(code as ErrorCode, message, typeof remedy === 'string' ? { remedy } : {})
  }

  async #send (method: string, path: string, init: RequestInit = {}): Promise<Response> {
    try {
      return await fetch(this.#endpoint.url + path, { ...init, method, headers: { ...init.headers, authorization: `Bearer ${this.#endpoint.token}` } })
    } catch (error) {
      if (init.signal?.aborted === true) throw error
      const why = errorMessage((error as { cause?: unknown }).cause ?? error)
      throw new NightshiftError(this.#role === 'worker' ? 'NS_E_NO_WORKER' : 'NS_E_NO_COORDINATOR', `the ${this.#role} at ${this.#endpoint.url} does not answer: ${why}`, {
        remedy: this.#role === 'coordinator' ? 'start it again; its jobs go on where they were' : 'start it again; it goes on where it was',
        cause: error
      })
    }
  }
}

async function answerOf<T> (response: Response): Promise<T> {
  let text = ''
  for await (const part of textOf(response)) text += part
  return parsed<T>(text)
}

/** Every answer is a JSON object; what answers something else is not a coordinator. */
function parsed<T> (text: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw strange(JSON.stringify(text.slice(0, 80)))
  return value as T
}

function strange (what: string): NightshiftError {
  return new NightshiftError('NS_E_PROTOCOL', `what answers for the coordinator answered ${what}, which no coordinator does`, { remedy: 'check that the coordinator runs the same version, and that nothing else listens on its port' })
}

async function * linesOf (response: Response): AsyncGenerator<string> {
  let rest = ''
  for await (const text of textOf(response)) {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) if (line !== '') yield line
  }
}

async function * textOf (response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const part of bodyOf(response)) yield decoder.decode(part, { stream: true })
}

async function * bodyOf (response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  try {
    yield * response.body as unknown as NodeStream<Uint8Array>
  } catch (error) {
    if ((error as { name?: unknown }).name === 'AbortError' || error instanceof NightshiftError) throw error
    throw new NightshiftError('NS_E_NO_COORDINATOR', `the coordinator broke off in the middle of its answer: ${errorMessage((error as { cause?: unknown }).cause ?? error)}`, {
      remedy: 'start it again if it has ended; its jobs go on where they were', cause: error
    })
  }
}
