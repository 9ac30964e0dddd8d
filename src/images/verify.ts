import { createHash } from 'node:crypto'
import { Writable } from 'node:stream'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import zlib from 'node:zlib'
import { NightshiftError, asNightshiftError } from '../model/errors.ts'
import type { ImagePart } from '../model/image.ts'

const MIB = 1024 * 1024

/** Bytes left for the unpacked layers of one image. */
export interface Allowance { bytes: number }

/**
 * Passes a layer's bytes on while checking them three ways: their own hash and
 * size, the hash of what they unpack to, and how much that is. Only the last
 * byte is held back until everything holds, so that a reader who needs them all
 * never gets a layer that lies.
 * @throws NS_E_IMAGE
 */
export async function * verifiedLayer (part: ImagePart, diffId: string, data: AsyncIterable<Uint8Array>, allowance: Allowance): AsyncGenerator<Uint8Array> {
  const packed = createHash('sha256')
  const unpacking = new Unpacking(diffId, allowance)
  let size = 0
  let held: Uint8Array | undefined
  try {
    for await (const bytes of data) {
      if (bytes.byteLength === 0) continue
      size += bytes.byteLength
      if (size > part.size) throw corrupt(part, `is longer than the ${part.size} bytes announced`)
      packed.update(bytes)
      await unpacking.write(bytes)
      if (held !== undefined) yield held
      held = bytes
    }
    if (size !== part.size) throw corrupt(part, `has ${size} of ${part.size} bytes`)
    if (packed.digest('hex') !== part.sha256) throw corrupt(part, 'has other content than its digest says')
    await unpacking.end()
  } catch (error) {
    unpacking.destroy()
    throw asNightshiftError(error, 'NS_E_UNREACHABLE')
  }
  if (held !== undefined) yield held
}

/** What a layer unpacks to, counted and hashed, never kept. */
class Unpacking {
  readonly #diffId: string
  readonly #allowance: Allowance
  readonly #hash = createHash('sha256')
  #input: Writable | undefined
  #done: Promise<void> | undefined
  #error: Error | undefined

  constructor (diffId: string, allowance: Allowance) {
    this.#diffId = diffId
    this.#allowance = allowance
  }

  async write (bytes: Uint8Array): Promise<void> {
    this.#input ??= this.#open(bytes)
    if (this.#error !== undefined) throw this.#error
    if (!this.#input.write(bytes)) await Promise.race([once(this.#input, 'drain'), this.#done])
    if (this.#error !== undefined) throw this.#error as Error
  }

  async end (): Promise<void> {
    this.#input?.end()
    await this.#done
    if (this.#error !== undefined) throw this.#error
    if (`sha256:${this.#hash.digest('hex')}` !== this.#diffId) throw new NightshiftError('NS_E_IMAGE', 'a layer of the image unpacks to other content than its config says: the image lies')
  }

  destroy (): void {
    this.#input?.destroy()
    this.#done?.catch(() => undefined)
  }

  #open (head: Uint8Array): Writable {
    const count = new Writable({
      write: (bytes: Uint8Array, _, next) => {
        this.#allowance.bytes -= bytes.byteLength
        this.#hash.update(bytes)
        next(this.#allowance.bytes < 0 ? tooLarge() : null)
      }
    })
    const inflate = decompressor(head)
    this.#done = (inflate === undefined ? once(count, 'close').then(() => undefined) : pipeline(inflate, count)).catch((error: unknown) => {
      this.#error ??= error instanceof NightshiftError ? error : new NightshiftError('NS_E_IMAGE', 'a layer of the image cannot be unpacked', { cause: error })
    })
    count.on('error', error => { this.#error ??= error })
    return inflate ?? count
  }
}

function decompressor (head: Uint8Array): (NodeJS.ReadWriteStream & Writable) | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return zlib.createGunzip()
  if (head[0] !== 0x28 || head[1] !== 0xb5 || head[2] !== 0x2f || head[3] !== 0xfd) return undefined
  const make = (zlib as { createZstdDecompress?: () => unknown }).createZstdDecompress
  if (make === undefined) throw new NightshiftError('NS_E_IMAGE', 'the image has zstd layers, which this Node cannot read', { remedy: 'use Node 22.15 or newer, or build the image with gzip layers' })
  return make() as never
}

function corrupt (part: ImagePart, why: string): NightshiftError {
  return new NightshiftError('NS_E_IMAGE', `the layer sha256:${part.sha256.slice(0, 12)}… ${why}`)
}

function tooLarge (): NightshiftError {
  return new NightshiftError('NS_E_TOO_LARGE', 'the image unpacks to more than is allowed here')
}

/** The cap in words, for messages. */
export function mib (bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`
}
