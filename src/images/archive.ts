import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { posix } from 'node:path'
import { extract, pack } from 'tar-stream'
import type { Pack } from 'tar-stream'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import type { Image, ImagePart } from '../model/image.ts'
import type { BlobStore } from '../model/store.ts'
import { MAX_DOCUMENT_BYTES, parseConfig, parseDocument, pick } from './manifest.ts'
import { verifiedLayer } from './verify.ts'

const MAX_ENTRIES = 4096
const DOCUMENTS = new Set(['manifest.json', 'index.json', 'oci-layout', 'repositories'])

export interface ReadOptions {
  /** most unpacked bytes of all layers together */
  readonly maxBytes: number
  /** of an archive with several architectures, the one to take */
  readonly architecture: string
  readonly signal: AbortSignal
}

/** What an archive held: the image's pieces are in the store now. */
export interface ReadImage {
  readonly config: ImagePart
  readonly layers: readonly ImagePart[]
  readonly architecture: string
  /** names the archive itself gives the image */
  readonly names: readonly string[]
}

/**
 * Reads `docker save` output or an OCI image layout from a tar stream into the
 * store, and verifies every layer against the config.
 * @throws NS_E_IMAGE for anything that is not exactly one whole, honest image; NS_E_TOO_LARGE
 */
export async function readArchive (tar: AsyncIterable<Uint8Array>, blobs: BlobStore, options: ReadOptions): Promise<ReadImage> {
  const contents = new Contents(blobs, options)
  try {
    await contents.read(tar)
    const found = contents.has('manifest.json') ? savedImage(contents) : await layoutImage(contents, options)
    const config = contents.part(found.config)
    const parsed = parseConfig(await buffer(Readable.from(blobs.open(config.sha256))), 'the archive')
    const layers = found.layers.map(name => contents.part(name))
    await verifyLayers(layers, parsed.rootfs.diff_ids, blobs, options)
    await contents.dropAllBut([config, ...layers])
    return { config, layers, architecture: parsed.architecture, names: found.names }
  } catch (error) {
    await contents.dropAllBut([])
    throw error
  }
}

interface Named { readonly config: string, readonly layers: readonly string[], readonly names: readonly string[] }

class Contents {
  readonly #blobs: BlobStore
  readonly #options: ReadOptions
  readonly #documents = new Map<string, Buffer>()
  readonly #parts = new Map<string, ImagePart>()
  readonly #links = new Map<string, string>()
  /** pieces that were not in the store before */
  readonly #added = new Set<string>()

  constructor (blobs: BlobStore, options: ReadOptions) {
    this.#blobs = blobs
    this.#options = options
  }

  async read (tar: AsyncIterable<Uint8Array>): Promise<void> {
    const { signal, maxBytes } = this.#options
    const entries = extract()
    const feeding = pipeline(Readable.from(tar), entries, { signal })
    feeding.catch(() => undefined)
    let left = maxBytes + 64 * MAX_DOCUMENT_BYTES
    let count = 0
    try {
      for await (const entry of entries) {
        const { name, type, size = 0, linkname } = entry.header
        const path = posix.normalize(name)
        if (++count > MAX_ENTRIES) throw new NightshiftError('NS_E_IMAGE', `the archive has more than ${MAX_ENTRIES} entries`)
        left -= size
        if (left < 0) throw new NightshiftError('NS_E_TOO_LARGE', `the image in the archive is larger than the ${Math.round(maxBytes / 1024 / 1024)} MiB allowed`)
        if (type === 'file' && DOCUMENTS.has(path)) this.#documents.set(path, await document(entry as AsyncIterable<Uint8Array>, size))
        else if (type === 'file') await this.#keep(path, entry as AsyncIterable<Uint8Array>, signal)
        else {
          if ((type === 'symlink' || type === 'link') && linkname) this.#links.set(path, type === 'link' ? posix.normalize(linkname) : posix.join(posix.dirname(path), linkname))
          entry.resume()
        }
      }
      await feeding
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof NightshiftError) throw error
      throw new NightshiftError('NS_E_IMAGE', `this is no archive of an image: ${errorMessage(error)}`, { remedy: 'make one with "docker save NAME > FILE"', cause: error })
    }
  }

  async #keep (path: string, entry: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const { sha256, size } = await this.#blobs.put(entry, { signal })
    this.#parts.set(path, { sha256, size })
    this.#added.add(sha256)
  }

  has (name: string): boolean { return this.#documents.has(name) }

  document (name: string): Buffer {
    const found = this.#documents.get(name)
    if (found === undefined) throw new NightshiftError('NS_E_IMAGE', `the archive has no ${name}: it is neither a "docker save" archive nor an OCI layout`)
    return found
  }

  /** A file of the archive, also when a link leads to it. */
  part (name: string): ImagePart {
    const path = posix.normalize(name)
    const found = this.#parts.get(path) ?? this.#parts.get(this.#links.get(path) ?? '')
    if (found === undefined) throw new NightshiftError('NS_E_IMAGE', `the archive names ${JSON.stringify(name.slice(0, 200))} but does not hold it`)
    return found
  }

  async bytes (name: string): Promise<Buffer> {
    const part = this.part(name)
    if (part.size > MAX_DOCUMENT_BYTES) throw new NightshiftError('NS_E_IMAGE', `${name.slice(0, 200)} of the archive is too large for a manifest`)
    return await buffer(Readable.from(this.#blobs.open(part.sha256)))
  }

  async dropAllBut (kept: readonly ImagePart[]): Promise<void> {
    const keep = new Set(kept.map(part => part.sha256))
    for (const sha256 of this.#added) if (!keep.has(sha256)) await this.#blobs.delete(sha256)
  }
}

async function document (entry: AsyncIterable<Uint8Array>, size: number): Promise<Buffer> {
  if (size > MAX_DOCUMENT_BYTES) throw new NightshiftError('NS_E_IMAGE', 'a manifest of the archive is too large')
  return await buffer(Readable.from(entry))
}

/** What `docker save` calls the one image it saved. */
function savedImage (contents: Contents): Named {
  const list: unknown = parse(contents.document('manifest.json'))
  const entry = Array.isArray(list) ? list[0] as { Config?: unknown, Layers?: unknown, RepoTags?: unknown } : undefined
  if (!Array.isArray(list) || list.length !== 1 || entry === undefined || typeof entry.Config !== 'string' || !isTexts(entry.Layers)) {
    throw new NightshiftError('NS_E_IMAGE', 'the archive must hold exactly one image', { remedy: 'save one image at a time: docker save NAME > FILE' })
  }
  return { config: entry.Config, layers: entry.Layers, names: isTexts(entry.RepoTags) ? entry.RepoTags : [] }
}

async function layoutImage (contents: Contents, options: ReadOptions): Promise<Named> {
  let bytes: Buffer = contents.document('index.json')
  for (let depth = 0; depth < 3; depth++) {
    const read = parseDocument(bytes, 'the archive')
    if (read.kind === 'manifest') return { config: blobPath(read.manifest.config.digest), layers: read.manifest.layers.map(layer => blobPath(layer.digest)), names: [] }
    const digest = read.index.manifests.length === 1 ? read.index.manifests[0]?.digest : pick(read.index, options.architecture)
    if (digest === undefined) throw new NightshiftError('NS_E_IMAGE', `the archive holds no image for linux/${options.architecture}`)
    const part = contents.part(blobPath(digest))
    if (`sha256:${part.sha256}` !== digest) throw new NightshiftError('NS_E_IMAGE', `the archive's ${digest} has another content: it lies`)
    bytes = await contents.bytes(blobPath(digest))
  }
  throw new NightshiftError('NS_E_IMAGE', 'the archive\'s index is nested too deep')
}

async function verifyLayers (layers: readonly ImagePart[], diffIds: readonly string[], blobs: BlobStore, { maxBytes, signal }: ReadOptions): Promise<void> {
  if (layers.length !== diffIds.length) throw new NightshiftError('NS_E_IMAGE', `the image has ${layers.length} layers, its config names ${diffIds.length}`)
  const allowance = { bytes: maxBytes }
  for (const [i, layer] of layers.entries()) {
    for await (const bytes of verifiedLayer(layer, diffIds[i] ?? '', blobs.open(layer.sha256), allowance)) {
      if (bytes.byteLength > 0) signal.throwIfAborted()
    }
  }
}

export interface ArchiveSource {
  readonly config: Uint8Array
  /** the layers' bytes, lowest first; each is asked for only when its turn comes */
  readonly layer: (part: ImagePart, index: number) => Promise<AsyncIterable<Uint8Array>> | AsyncIterable<Uint8Array>
  readonly signal: AbortSignal
}

/** An image as `docker save` writes it, which every engine loads: names, config, layers. */
export function packArchive (image: Image, name: string, source: ArchiveSource): { readonly stream: Pack, readonly done: Promise<void> } {
  const stream = pack()
  const done = fill(stream, image, name, source)
  done.catch((error: unknown) => { stream.destroy(error as Error) })
  return { stream, done }
}

async function fill (stream: Pack, image: Image, name: string, { config, layer, signal }: ArchiveSource): Promise<void> {
  const layers = image.layers.map(({ sha256 }) => `${sha256}.tar`)
  const manifest = Buffer.from(JSON.stringify([{ Config: `${image.config.sha256}.json`, RepoTags: [name], Layers: layers }]))
  const written = new Set<string>()
  await entry(stream, `${image.config.sha256}.json`, config.byteLength, [config])
  for (const [i, part] of image.layers.entries()) {
    signal.throwIfAborted()
    const path = layers[i] ?? ''
    if (written.has(path)) continue
    written.add(path)
    await entry(stream, path, part.size, await layer(part, i))
  }
  await entry(stream, 'manifest.json', manifest.byteLength, [manifest])
  stream.finalize()
}

async function entry (stream: Pack, name: string, size: number, data: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  await pipeline(Readable.from(data, { objectMode: false }), stream.entry({ name, size, mode: 0o444, mtime: new Date(0) }))
}

function blobPath (digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`
}

function isTexts (value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

function parse (bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch (error) {
    throw new NightshiftError('NS_E_IMAGE', 'the archive\'s manifest.json is not JSON', { cause: error })
  }
}
