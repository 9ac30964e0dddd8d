import { createHash } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { RegistryClient } from '../../images/registry.ts'
import { parseReference } from '../../images/reference.ts'
import { packArchive } from '../../images/archive.ts'
import { parseConfig } from '../../images/manifest.ts'
import { verifiedLayer } from '../../images/verify.ts'
import { NightshiftError, errorMessage } from '../../model/errors.ts'
import type { TaskIo } from '../../model/executor.ts'
import { imageBytes } from '../../model/image.ts'
import type { Image, ImagePart } from '../../model/image.ts'
import { abortable, engineIsGone, statusOf } from './engine.ts'
import type { Engine } from './engine.ts'
import { imageRefusal } from './image-rules.ts'
import type { ImageRules } from '../../model/image-rules.ts'
import { StoppedError } from './stopped.ts'

/** Name under which images brought for tasks stand in the engine; the tag is the hash of the config. */
export const REPOSITORY = 'localhost/nightshift/image'

/** An image as the engine has it. */
export interface EngineImage {
  /** the engine's immutable name of it */
  readonly id: string
  /** folders it declares as volumes */
  readonly volumes: readonly string[]
}

type PartSource = NonNullable<TaskIo['imagePart']>

interface Loading { readonly done: Promise<EngineImage>, readonly abort: AbortController, waiting: number }

/** The engine's images, as far as tasks brought them: fetched once, verified, and thrown out again when they take too much room. */
export class EngineImages {
  readonly #engine: Engine
  readonly #rules: ImageRules
  readonly #journal: string
  readonly #log: (message: string) => void
  readonly #loading = new Map<string, Loading>()
  readonly #ready = new Map<string, EngineImage>()
  readonly #users = new Map<string, number>()
  #lastUsed: Record<string, number> = {}
  #bytes = 0

  private constructor (engine: Engine, rules: ImageRules, journal: string, log: (message: string) => void) {
    this.#engine = engine
    this.#rules = rules
    this.#journal = journal
    this.#log = log
  }

  /** @param journal file that remembers when images were used last */
  static async open (engine: Engine, rules: ImageRules, journal: string, log: (message: string) => void): Promise<EngineImages> {
    const images = new EngineImages(engine, rules, journal, log)
    images.#lastUsed = await readJournal(journal)
    await images.#evict()
    return images
  }

  /** Room that images brought for tasks took when they were last counted. */
  get bytes (): number { return this.#bytes }

  /**
   * The image, brought here first when it is missing. It stays until `leave`.
   * @throws StoppedError with IMAGE_REFUSED or IMAGE_UNAVAILABLE
   */
  async enter (image: Image, source: PartSource | undefined, signal: AbortSignal): Promise<EngineImage> {
    const refusal = imageRefusal(image, this.#rules)
    if (refusal !== undefined) throw new StoppedError(refusal)
    const key = image.config.sha256
    this.#users.set(key, (this.#users.get(key) ?? 0) + 1)
    try {
      const found = this.#ready.get(key) ?? await this.#find(key) ?? await this.#shared(image, source, signal)
      this.#ready.set(key, found)
      this.#lastUsed[key] = Date.now()
      return found
    } catch (error) {
      this.leave(image)
      if (error instanceof StoppedError || signal.aborted || engineIsGone(error)) throw error
      const refusedHere = error instanceof NightshiftError && error.code === 'NS_E_TOO_LARGE'
      throw new StoppedError({
        failureClass: 'transport',
        code: refusedHere ? 'IMAGE_REFUSED' : 'IMAGE_UNAVAILABLE',
        message: `the image ${image.reference} ${refusedHere ? `unpacks to more than the ${Math.round(this.#rules.maxBytes / 1024 / 1024)} MiB this machine allows` : `could not be brought here: ${errorMessage(error)}`}`
      })
    }
  }

  leave (image: Image): void {
    const key = image.config.sha256
    const users = (this.#users.get(key) ?? 1) - 1
    if (users > 0) this.#users.set(key, users)
    else this.#users.delete(key)
  }

  /** What is remembered of images is asked anew: somebody may have removed one. */
  forget (image: Image): void {
    this.#ready.delete(image.config.sha256)
  }

  async #find (key: string): Promise<EngineImage | undefined> {
    return await this.#inspect(`${REPOSITORY}:${key}`) ?? await this.#inspect(`sha256:${key}`)
  }

  async #inspect (name: string): Promise<EngineImage | undefined> {
    try {
      const { Id, Config } = await this.#engine.api.getImage(name).inspect()
      return { id: Id, volumes: Object.keys((Config as { Volumes?: object } | undefined)?.Volumes ?? {}) }
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  /** One transfer for all who wait for an image; it ends early only when none of them waits any more. */
  async #shared (image: Image, source: PartSource | undefined, signal: AbortSignal): Promise<EngineImage> {
    const key = image.config.sha256
    let loading = this.#loading.get(key)
    if (loading === undefined) {
      const abort = new AbortController()
      const done = this.#load(image, source, abort.signal).finally(() => { this.#loading.delete(key) })
      done.catch(() => undefined)
      loading = { done, abort, waiting: 0 }
      this.#loading.set(key, loading)
    }
    loading.waiting++
    try {
      return await abortable(loading.done, signal)
    } finally {
      if (--loading.waiting === 0) loading.abort.abort(new NightshiftError('NS_E_ABORTED', 'nobody waits for the image any more'))
    }
  }

  async #load (image: Image, source: PartSource | undefined, signal: AbortSignal): Promise<EngineImage> {
    const started = Date.now()
    this.#log(`Bringing the image ${image.reference} here (${Math.ceil(imageBytes(image) / 1024 / 1024)} MiB)`)
    const fetch = this.#fetcher(image, source)
    const bytes = await buffer(Readable.from(await fetch(image.config, signal)))
    const config = parseConfig(wholePart(image.config, bytes), image.reference)
    const diffIds = config.rootfs.diff_ids
    if (diffIds.length !== image.layers.length) throw new NightshiftError('NS_E_IMAGE', `the image has ${image.layers.length} layers, its config names ${diffIds.length}`)
    const allowance = { bytes: this.#rules.maxBytes }
    const name = `${REPOSITORY}:${image.config.sha256}`
    const progress = new Progress(imageBytes(image), percent => { this.#log(`The image ${image.reference} is ${percent} % here`) })
    const { stream, done } = packArchive(image, name, {
      config: bytes,
      layer: async (part, i) => verifiedLayer(part, diffIds[i] ?? '', progress.count(await fetch(part, signal)), allowance),
      signal
    })
    const broken = new AbortController()
    const options = { quiet: true, abortSignal: AbortSignal.any([signal, broken.signal]) }
    const answer = this.#engine.api.loadImage(stream as unknown as NodeJS.ReadableStream, options).then(async reply => { await readReply(reply) })
    // an archive that breaks off is never loaded: the engine reads it to its end first
    done.catch((error: unknown) => { broken.abort(error) })
    try {
      await Promise.all([done, answer])
    } catch (error) {
      stream.destroy()
      signal.throwIfAborted()
      throw broken.signal.aborted ? broken.signal.reason : error
    }
    const found = await this.#inspect(name)
    if (found === undefined) throw new NightshiftError('NS_E_IMAGE', 'the engine took the image but does not have it')
    this.#log(`The image ${image.reference} is here, after ${((Date.now() - started) / 1000).toFixed(1)} s`)
    this.#lastUsed[image.config.sha256] = Date.now()
    await this.#evict()
    return found
  }

  /** Pieces come from the image's registry where this machine asks it, else from whoever gave the task. */
  #fetcher (image: Image, source: PartSource | undefined): PartSource {
    const reference = parseReference(image.reference)
    const registry = image.registry === true && this.#rules.registries.includes(reference.registry) ? new RegistryClient(reference.registry) : undefined
    let reachable = registry !== undefined
    return async (part, signal) => {
      if (registry !== undefined && reachable) {
        try {
          return await registry.blob(reference, `sha256:${part.sha256}`, signal)
        } catch (error) {
          signal.throwIfAborted()
          reachable = false
          this.#log(`${errorMessage(error)}; asking the task's coordinator instead`)
        }
      }
      if (source === undefined) throw new NightshiftError('NS_E_IMAGE', 'there is nobody to bring it')
      return await source(part, signal)
    }
  }

  /** Removes the least recently used images of tasks until the rest fits. An engine keeps what a container still uses. */
  async #evict (): Promise<void> {
    const listed = await this.#engine.api.listImages({ filters: JSON.stringify({ reference: [REPOSITORY] }) })
    const mine = listed.flatMap(({ RepoTags, Size, Created }) => (RepoTags ?? []).filter(tag => tag.includes(`${REPOSITORY}:`)).map(tag => {
      const key = tag.slice(tag.lastIndexOf(':') + 1)
      return { tag, key, size: Size, used: this.#lastUsed[key] ?? Created * 1000 }
    }))
    let total = mine.reduce((sum, { size }) => sum + size, 0)
    const kept: Record<string, number> = Object.fromEntries(mine.map(({ key, used }) => [key, used]))
    for (const { tag, key, size } of mine.sort((a, b) => a.used - b.used)) {
      if (total <= this.#rules.quotaBytes) break
      if (this.#users.has(key)) continue
      try {
        await this.#engine.api.getImage(tag).remove()
        this.#log(`Removed the image ${tag}: images take ${Math.round(total / 1024 / 1024)} MiB, ${Math.round(this.#rules.quotaBytes / 1024 / 1024)} MiB are allowed`)
        total -= size
        this.#ready.delete(key)
        Reflect.deleteProperty(kept, key)
      } catch (error) {
        if (statusOf(error) !== 409 && statusOf(error) !== 404) throw error
      }
    }
    this.#bytes = total
    this.#lastUsed = kept
    await writeFile(`${this.#journal}.new`, JSON.stringify(kept), { mode: 0o600 })
    await rename(`${this.#journal}.new`, this.#journal)
  }
}

function wholePart (part: ImagePart, bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength === part.size && createHash('sha256').update(bytes).digest('hex') === part.sha256) return bytes
  throw new NightshiftError('NS_E_IMAGE', 'the image\'s config has other content than its digest says')
}

/** The engine's answer is a list of JSON lines, one of which may be an error. */
async function readReply (reply: NodeJS.ReadableStream): Promise<void> {
  const text = (await buffer(reply as Readable)).toString('utf8')
  const error = /"error"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]
  if (error !== undefined) throw new NightshiftError('NS_E_IMAGE', `the engine refuses it: ${error.slice(0, 500)}`)
}

class Progress {
  readonly #total: number
  readonly #tell: (percent: number) => void
  #seen = 0
  #told = Date.now()

  constructor (total: number, tell: (percent: number) => void) {
    this.#total = total
    this.#tell = tell
  }

  async * count (data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of data) {
      this.#seen += bytes.byteLength
      if (Date.now() - this.#told >= 5000) {
        this.#told = Date.now()
        this.#tell(Math.min(99, Math.floor(100 * this.#seen / this.#total)))
      }
      yield bytes
    }
  }
}

async function readJournal (path: string): Promise<Record<string, number>> {
  try {
    const read: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof read === 'object' && read !== null ? Object.fromEntries(Object.entries(read).filter((entry): entry is [string, number] => typeof entry[1] === 'number')) : {}
  } catch {
    // without it images are taken as used when they were made
    return {}
  }
}
