import type { Clock } from '../model/clock.ts'
import { NightshiftError } from '../model/errors.ts'
import type { BlobRef, BlobStore } from '../model/store.ts'
import { Holds } from '../storage/index.ts'

/** Content is left alone this long after it was uploaded, made or asked about, milliseconds: what names it may be on its way to the store. */
const PIN_MS = 600_000
/** Pins kept per job, and for uploads. */
const MAX_PINS = 100_000
const UPLOADS = ''

/** Content that no job's record names yet and that must not be cleaned up nevertheless. */
export class Pins {
  readonly #clock: Clock
  /** by job, when the pin of each hash ends */
  readonly #until = new Map<string, Map<string, number>>()
  readonly #keepers = new Map<string, Set<Keeper>>()
  readonly #holds = new Holds()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Pins content, for a job or as an upload. Resolves once no deletion of it is in progress; only then ask whether it is here. */
  async add (sha256: string, jobId = UPLOADS): Promise<void> {
    this.#pin(sha256, jobId)
    await this.#holds.settled(sha256)
  }

  /** Pins content for as long as a step of a job works with it. */
  keep (jobId: string, blobs: BlobStore): Keeper {
    const keepers = this.#keepers.get(jobId) ?? new Set()
    this.#keepers.set(jobId, keepers)
    const keeper: Keeper = new Keeper(blobs, this.#holds, over => {
      if (keepers.has(keeper)) for (const sha256 of this.#holds.of(keeper)) this.#pin(sha256, jobId)
      this.#holds.release(keeper)
      if (over) keepers.delete(keeper)
    })
    keepers.add(keeper)
    return keeper
  }

  /** The job has ended: it pins nothing any more. */
  forget (jobId: string): void {
    const keepers = this.#keepers.get(jobId) ?? new Set()
    for (const keeper of keepers) this.#holds.release(keeper)
    keepers.clear()
    this.#keepers.delete(jobId)
    this.#until.delete(jobId)
  }

  has (sha256: string): boolean {
    if (this.#holds.has(sha256)) return true
    const now = this.#clock.now()
    for (const pins of this.#until.values()) if ((pins.get(sha256) ?? 0) > now) return true
    return false
  }

  /** Deletes content unless it is pinned. */
  async delete (sha256: string, blobs: BlobStore): Promise<void> {
    if (!this.has(sha256)) await this.#holds.delete(sha256, async it => { await blobs.delete(it) })
  }

  #pin (sha256: string, jobId: string): void {
    const now = this.#clock.now()
    const pins = this.#until.get(jobId) ?? new Map<string, number>()
    this.#until.set(jobId, pins)
    pins.delete(sha256)
    pins.set(sha256, now + PIN_MS)
    for (const [oldest, until] of pins) {
      if (until > now && pins.size <= MAX_PINS) break
      pins.delete(oldest)
    }
  }
}

/** The content one step of a job brings in or makes. It stays while the step lasts, and ten minutes longer unless the job ends. */
export class Keeper {
  readonly #blobs: BlobStore
  readonly #holds: Holds
  readonly #handOn: (over: boolean) => void

  constructor (blobs: BlobStore, holds: Holds, handOn: (over: boolean) => void) {
    this.#blobs = blobs
    this.#holds = holds
    this.#handOn = handOn
  }

  /** True when the content is here, and then it stays. */
  async has (sha256: string): Promise<boolean> {
    await this.#holds.hold(this, sha256)
    return await this.#blobs.has(sha256)
  }

  /** Stores content that stays. Throws NS_E_BLOB_MISSING when the same content was removed in that very moment. */
  async put (data: AsyncIterable<Uint8Array> | Uint8Array, options: { maxBytes?: number, signal?: AbortSignal } = {}): Promise<BlobRef> {
    const ref = await this.#blobs.put(data, options)
    if (await this.#holds.hold(this, ref.sha256) && !await this.#blobs.has(ref.sha256)) {
      throw new NightshiftError('NS_E_BLOB_MISSING', 'content was removed for an ended job while the same was being stored for this one', { remedy: 'run the job again' })
    }
    return ref
  }

  /** What the step made so far is on its way to the store. */
  handOn (): void {
    this.#handOn(false)
  }

  /** The step is over. */
  end (): void {
    this.#handOn(true)
  }
}
