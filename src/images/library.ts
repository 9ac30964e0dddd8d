import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { imageBytes } from '../model/image.ts'
import type { Image, ImagePart } from '../model/image.ts'
import type { DurableBlobStore, Store } from '../model/store.ts'
import { packArchive, readArchive } from './archive.ts'
import { parseConfig, parseDocument, pick } from './manifest.ts'
import { formatReference, parseReference } from './reference.ts'
import type { Reference } from './reference.ts'
import { RegistryClient } from './registry.ts'
import type { Credentials } from './registry.ts'
import { verifiedLayer } from './verify.ts'

const PREFIX = 'image/'
const AFTER = 'image0'

/** An image of this machine's own engine, by a name only that engine may know. */
export interface LocalImage {
  /** true when the engine once pulled it, so that a registry has it under this name */
  readonly pulled: boolean
  /** the image as `docker save` writes it */
  readonly save: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>
  /** hex hash of its config, where the engine tells it */
  readonly id: string
}

export interface LibraryOptions {
  readonly blobs: DurableBlobStore
  readonly store: Store
  /** looks an image up in this machine's engine, when it has one */
  readonly local?: (reference: string) => Promise<LocalImage | undefined>
  /** as images name it, e.g. `amd64` */
  readonly architecture: string
  /** most bytes of one image, unpacked */
  readonly maxBytes: number
  /** most bytes of all images kept here; the least recently used ones go first */
  readonly quotaBytes: number
  /** names of images that jobs in progress need: these stay */
  readonly needed: () => ReadonlySet<string>
  readonly now: () => number
  readonly log: (message: string) => void
}

export interface StoredImage {
  readonly image: Image
  readonly origin: 'registry' | 'engine' | 'import'
  readonly usedAt: number
}

export interface EnsureOptions {
  /** for images that want a login; such an image never says where workers could get it themselves */
  readonly credentials?: Credentials | undefined
  readonly signal: AbortSignal
  readonly onProgress?: (bytes: number, total: number) => void
}

/**
 * The images a coordinator's jobs need, as content in its blob store: fetched
 * once from a registry, from its engine or from an archive, verified, and handed
 * to every worker that asks by hash.
 */
export class ImageLibrary {
  readonly #options: LibraryOptions

  constructor (options: LibraryOptions) {
    this.#options = options
  }

  /**
   * The image of this name, whole and pinned to its content.
   * @throws NS_E_IMAGE, NS_E_UNREACHABLE, NS_E_TOO_LARGE
   */
  async ensure (name: string, options: EnsureOptions): Promise<Image> {
    const reference = parseReference(name)
    const full = formatReference(reference)
    const kept = await this.#kept(full)
    if (kept?.origin === 'import') return await this.#used(kept)
    const local = await this.#options.local?.(full)
    if (local?.pulled === false) return await this.#fromEngine(full, local, kept, options)
    try {
      return await this.#fromRegistry(reference, full, kept, options)
    } catch (error) {
      options.signal.throwIfAborted()
      const why = error instanceof NightshiftError && (error.code === 'NS_E_UNREACHABLE' || error.code === 'NS_E_IMAGE')
      if (!why || (kept === undefined && local === undefined)) throw cannotBeHad(full, error)
      this.#options.log(`${errorMessage(error)}; the image ${full} is taken as this machine has it`)
      return local === undefined ? await this.#used(kept as StoredImage) : await this.#fromEngine(full, local, kept, options)
    }
  }

  /** Takes an image from an archive; it keeps its own name unless given another. */
  async import (tar: AsyncIterable<Uint8Array>, name: string | undefined, signal: AbortSignal): Promise<Image> {
    const { blobs, maxBytes, architecture } = this.#options
    const read = await readArchive(tar, blobs, { maxBytes, architecture, signal })
    const given = name ?? read.names[0]
    if (given === undefined) throw new NightshiftError('NS_E_IMAGE', 'the archive gives its image no name', { remedy: 'name it with --name' })
    const image: Image = { reference: formatReference(parseReference(given)), config: read.config, layers: [...read.layers], architecture: read.architecture }
    await this.#keep({ image, origin: 'import', usedAt: this.#options.now() })
    return image
  }

  /** The image as `docker save` would write it. Throws NS_E_IMAGE when it is not here. */
  async export (name: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { image } = await this.#find(name, signal)
    const config = await buffer(Readable.from(this.#options.blobs.open(image.config.sha256)))
    return packArchive(image, image.reference, { config, layer: part => this.part(part), signal }).stream as unknown as AsyncIterable<Uint8Array>
  }

  async remove (name: string): Promise<void> {
    const full = formatReference(parseReference(name))
    if (await this.#kept(full) === undefined) throw unknownImage(full)
    await this.#forget([full])
  }

  async list (): Promise<readonly StoredImage[]> {
    const found: StoredImage[] = []
    for await (const [, text] of this.#options.store.range({ gte: PREFIX, lt: AFTER })) found.push(JSON.parse(text) as StoredImage)
    return found
  }

  /** A piece of an image that is here. */
  part (part: ImagePart): AsyncIterable<Uint8Array> {
    return this.#options.blobs.open(part.sha256)
  }

  async #find (name: string, signal: AbortSignal): Promise<StoredImage> {
    const full = formatReference(parseReference(name))
    const kept = await this.#kept(full)
    if (kept !== undefined) return kept
    const local = await this.#options.local?.(full)
    if (local === undefined) throw unknownImage(full)
    return { image: await this.#fromEngine(full, local, undefined, { signal }), origin: 'engine', usedAt: this.#options.now() }
  }

  async #fromEngine (full: string, local: LocalImage, kept: StoredImage | undefined, { signal }: EnsureOptions): Promise<Image> {
    if (kept !== undefined && kept.image.config.sha256 === local.id) return await this.#used(kept)
    const { blobs, maxBytes, architecture } = this.#options
    const { config, layers, architecture: made } = await readArchive(await local.save(signal), blobs, { maxBytes, architecture, signal })
    const image: Image = { reference: full, config, layers: [...layers], architecture: made }
    await this.#keep({ image, origin: 'engine', usedAt: this.#options.now() })
    return image
  }

  async #fromRegistry (reference: Reference, full: string, kept: StoredImage | undefined, options: EnsureOptions): Promise<Image> {
    const { blobs, maxBytes } = this.#options
    const client = new RegistryClient(reference.registry, options.credentials)
    const manifest = await this.#manifest(client, reference, full, options.signal)
    const config = partOf(manifest.config)
    const layers = manifest.layers.map(partOf)
    const known = kept !== undefined && kept.image.config.sha256 === config.sha256
    if (known && (kept.image.registry === true) === (options.credentials === undefined)) return await this.#used(kept)
    const packed = layers.reduce((sum, layer) => sum + layer.size, 0)
    if (packed > maxBytes) throw new NightshiftError('NS_E_TOO_LARGE', `the image ${full} has ${mib(packed)} MiB packed, ${mib(maxBytes)} MiB unpacked are allowed here`, { remedy: 'raise --max-image-size of the coordinator' })
    const bytes = await buffer(Readable.from(await client.blob(reference, `sha256:${config.sha256}`, options.signal)))
    const parsed = parseConfig(bytes, full)
    await blobs.put(bytes, { expect: config.sha256 })
    const allowance = { bytes: maxBytes }
    let done = 0
    for (const [i, layer] of layers.entries()) {
      const count = async function * (data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        for await (const piece of data) {
          done += piece.byteLength
          options.onProgress?.(done, packed)
          yield piece
        }
      }
      if (await blobs.has(layer.sha256)) {
        done += layer.size
        continue
      }
      const data = await client.blob(reference, `sha256:${layer.sha256}`, options.signal)
      await blobs.put(verifiedLayer(layer, parsed.rootfs.diff_ids[i] ?? '', count(data), allowance), { expect: layer.sha256, signal: options.signal })
    }
    const image: Image = { reference: full, config, layers, architecture: parsed.architecture, ...options.credentials === undefined ? { registry: true } : {} }
    await this.#keep({ image, origin: 'registry', usedAt: this.#options.now() })
    return image
  }

  /** The manifest for one architecture: this machine's own when the image has it. */
  async #manifest (client: RegistryClient, reference: Reference, full: string, signal: AbortSignal) {
    let which = reference.digest ?? reference.tag ?? 'latest'
    for (let depth = 0; depth < 3; depth++) {
      const { bytes } = await client.manifest(reference, which, signal)
      const read = parseDocument(bytes, full)
      if (read.kind === 'manifest') return read.manifest
      const chosen = pick(read.index, this.#options.architecture) ?? pick(read.index, 'amd64') ?? pick(read.index, 'arm64')
      if (chosen === undefined) throw new NightshiftError('NS_E_IMAGE', `the image ${full} has no variant for Linux on ${this.#options.architecture}`)
      which = chosen
    }
    throw new NightshiftError('NS_E_IMAGE', `the index of the image ${full} is nested too deep`)
  }

  async #kept (full: string): Promise<StoredImage | undefined> {
    const text = await this.#options.store.get(PREFIX + full)
    if (text === undefined) return undefined
    const kept = JSON.parse(text) as StoredImage
    for (const { sha256 } of [kept.image.config, ...kept.image.layers]) if (!await this.#options.blobs.has(sha256)) return undefined
    return kept
  }

  async #used (kept: StoredImage): Promise<Image> {
    await this.#write({ ...kept, usedAt: this.#options.now() })
    return kept.image
  }

  async #keep (stored: StoredImage): Promise<void> {
    await this.#options.blobs.sync()
    await this.#write(stored)
    const all = (await this.list()).filter(({ image }) => image.reference !== stored.image.reference).sort((a, b) => b.usedAt - a.usedAt)
    let total = imageBytes(stored.image)
    const dropped: string[] = []
    for (const { image } of all) {
      total += imageBytes(image)
      if (total > this.#options.quotaBytes && !this.#options.needed().has(image.reference)) dropped.push(image.reference)
    }
    if (dropped.length > 0) await this.#forget(dropped)
  }

  async #write (stored: StoredImage): Promise<void> {
    await this.#options.store.batch([{ key: PREFIX + stored.image.reference, value: JSON.stringify(stored) }], { sync: true })
  }

  async #forget (names: readonly string[]): Promise<void> {
    const all = await this.list()
    const gone = new Set(names)
    const needed = new Set(all.filter(({ image }) => !gone.has(image.reference)).flatMap(({ image }) => [image.config, ...image.layers].map(part => part.sha256)))
    await this.#options.store.batch(names.map(name => ({ key: PREFIX + name, value: undefined })), { sync: true })
    for (const { image } of all.filter(({ image }) => gone.has(image.reference))) {
      for (const { sha256 } of [image.config, ...image.layers]) if (!needed.has(sha256)) await this.#options.blobs.delete(sha256)
    }
  }
}

function partOf ({ digest, size }: { readonly digest: string, readonly size: number }): ImagePart {
  return { sha256: digest.slice('sha256:'.length), size }
}

function cannotBeHad (full: string, error: unknown): unknown {
  if (!(error instanceof NightshiftError)) return error
  return new NightshiftError(error.code, `the image ${full} cannot be had: ${error.message}`, { remedy: error.remedy, cause: error })
}

function unknownImage (full: string): NightshiftError {
  return new NightshiftError('NS_E_IMAGE', `there is no image ${full} here`, { remedy: 'see "nightshift image list", or bring it with "nightshift image import" or "nightshift image pull"' })
}

function mib (bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
