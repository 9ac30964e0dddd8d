import { Value } from '@sinclair/typebox/value'
import { blobInputs } from '../blocks/index.ts'
import { NightshiftError } from '../model/errors.ts'
import type { InputFile } from '../model/executor.ts'
import type { BlobRef, BlobStore } from '../model/store.ts'
import { TaskSpecSchema, bundleKey, ranOf } from '../model/task-spec.ts'
import type { Ran, TaskSpec } from '../model/task-spec.ts'
import { specExcess } from './bounds.ts'
import type { TaskBounds } from './bounds.ts'
import { SharedLoad } from './shared-load.ts'
import type { WorkerAttempt } from './state.ts'

/** What all tasks of a job share, ready to run. */
export interface Prepared {
  readonly spec: TaskSpec
  readonly params: Readonly<Record<string, unknown>>
  readonly bundle: readonly InputFile[]
  /** what the worker attests that it ran */
  readonly ran: Ran
}

/** Jobs whose specification and bundle are kept at hand; jobs in progress are few. */
const CACHED_SPECS = 64

/** How shared content comes here, held by its owner until released. */
export interface SharedContent {
  readonly fetch: (owner: string, coordinator: string, ref: BlobRef, signal: AbortSignal) => Promise<void>
  readonly release: (owner: string) => void
}

/** Fetches and reads what all tasks of a job share, once. */
export class Preparer {
  readonly #blobs: BlobStore
  readonly #bounds: () => TaskBounds
  readonly #content: SharedContent
  readonly #loads = new Map<string, SharedLoad<Prepared>>()

  constructor (blobs: BlobStore, bounds: () => TaskBounds, content: SharedContent) {
    this.#blobs = blobs
    this.#bounds = bounds
    this.#content = content
  }

  /** @throws NS_E_PROTOCOL when the specification is malformed or asks for more than this worker lends */
  async prepare (attempt: WorkerAttempt, signal: AbortSignal): Promise<Prepared> {
    const key = `${attempt.coordinator}/${attempt.spec.sha256}`
    const known = this.#loads.get(key)
    const load = known === undefined || known.abandoned ? this.#begin(key, attempt) : known
    try {
      return await load.wait(signal)
    } catch (error) {
      if (this.#loads.get(key) === load && !signal.aborted) this.#drop(key)
      throw error
    }
  }

  #begin (key: string, { coordinator, spec }: WorkerAttempt): SharedLoad<Prepared> {
    const load = new SharedLoad(async signal => await this.#load(key, coordinator, spec, signal))
    this.#loads.delete(key)
    this.#loads.set(key, load)
    for (const [oldest] of this.#loads) if (this.#loads.size > CACHED_SPECS) this.#drop(oldest)
    return load
  }

  #drop (key: string): void {
    this.#loads.delete(key)
    this.#content.release(key)
  }

  async #load (key: string, coordinator: string, ref: BlobRef, signal: AbortSignal): Promise<Prepared> {
    await this.#content.fetch(key, coordinator, ref, signal)
    const parts: Uint8Array[] = []
    for await (const part of this.#blobs.open(ref.sha256)) parts.push(part)
    const { spec, params } = parse(Buffer.concat(parts).toString('utf8'))
    const excess = specExcess(spec, this.#bounds())
    if (excess !== undefined) throw malformed(excess)
    for (const file of spec.files) await this.#content.fetch(key, coordinator, file, signal)
    // caches are shared by all coordinators: their key is made here, of the very content it stands for
    return { spec: { ...spec, bundleKey: bundleKey(spec.files) }, params, bundle: await blobInputs(spec.files, this.#blobs), ran: ranOf(spec) }
  }
}

function parse (text: string): { readonly spec: TaskSpec, readonly params: Readonly<Record<string, unknown>> } {
  const spec = json(text)
  if (!Value.Check(TaskSpecSchema, spec)) throw malformed(Value.Errors(TaskSpecSchema, spec).First()?.message ?? 'unknown')
  const params = json(spec.params)
  if (params === null || typeof params !== 'object' || Array.isArray(params)) throw malformed('its parameters are not an object')
  return { spec, params: params as Record<string, unknown> }
}

function json (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed('it is not JSON')
  }
}

function malformed (why: string): NightshiftError {
  return new NightshiftError('NS_E_PROTOCOL', `the task specification cannot be used here: ${why}`)
}
