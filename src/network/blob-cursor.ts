import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { NightshiftError } from '../model/errors.ts'
import type { BlobStore } from '../model/store.ts'

const READ_BYTES = 512 * 1024
const SEND_BYTES = 64 * 1024

interface Block {
  readonly buffer: Buffer
  start: number
  end: number
}

/**
 * Reads content piece after piece for sending. Large content is read ahead in
 * two blocks that are used again and again, and handed out in small copies:
 * memory that lives briefly and is small costs the allocator little, and
 * libp2p may keep what it was given.
 */
export class BlobCursor {
  readonly #blobs: BlobStore
  #sha256 = ''
  #size = 0
  #position = 0
  #small: Uint8Array | undefined
  #file: FileHandle | undefined
  #block: Block | undefined
  #ahead: Promise<Block> | undefined
  #readAt = 0

  constructor (blobs: BlobStore) {
    this.#blobs = blobs
  }

  /** Moves to an offset of some content. Returns its size, or undefined when it is not stored here. */
  async seek (sha256: string, offset: number): Promise<number | undefined> {
    if (sha256 === this.#sha256 && offset === this.#position) return this.#size
    if (sha256 !== this.#sha256 || this.#file !== undefined) {
      await this.close()
      const size = await this.#blobs.size(sha256)
      if (size === undefined) return undefined
      await this.#open(sha256, size)
    }
    this.#position = offset
    if (this.#file !== undefined && offset < this.#size) this.#readAhead(offset, Buffer.allocUnsafeSlow(Math.min(READ_BYTES, this.#size - offset)))
    return this.#size
  }

  async #open (sha256: string, size: number): Promise<void> {
    const content = await this.#blobs.content(sha256)
    if (content instanceof Uint8Array) this.#small = content
    else this.#file = await open(content.hostPath, 'r')
    this.#sha256 = sha256
    this.#size = size
  }

  /** The next bytes, at least one and at most `max`. */
  async next (max: number): Promise<Uint8Array> {
    const bytes = this.#small === undefined ? await this.#fromFile(max) : this.#small.subarray(this.#position, this.#position + Math.min(max, SEND_BYTES))
    if (bytes.length === 0) throw new NightshiftError('NS_E_DATA_CORRUPT', `stored content ${this.#sha256} ends at byte ${this.#position} of ${this.#size}`)
    this.#position += bytes.length
    return bytes
  }

  async #fromFile (max: number): Promise<Uint8Array> {
    if (this.#block === undefined || this.#block.start === this.#block.end) await this.#nextBlock()
    const block = this.#block
    if (block === undefined) return new Uint8Array(0)
    const length = Math.min(max, SEND_BYTES, block.end - block.start)
    const bytes = Buffer.allocUnsafeSlow(length)
    block.buffer.copy(bytes, 0, block.start, block.start + length)
    block.start += length
    return bytes
  }

  async #nextBlock (): Promise<void> {
    const used = this.#block?.buffer
    this.#block = await this.#ahead
    this.#ahead = undefined
    if (this.#readAt < this.#size) this.#readAhead(this.#readAt, used ?? Buffer.allocUnsafeSlow(Math.min(READ_BYTES, this.#size - this.#readAt)))
  }

  #readAhead (offset: number, buffer: Buffer): void {
    const length = Math.min(buffer.length, this.#size - offset)
    this.#readAt = offset + length
    this.#ahead = readBlock(this.#file, buffer, offset, length)
    // whoever takes the block sees the failure; nobody may take it
    this.#ahead.catch(() => undefined)
  }

  async close (): Promise<void> {
    const file = this.#file
    const reading = this.#ahead
    this.#file = undefined
    this.#small = undefined
    this.#block = undefined
    this.#ahead = undefined
    this.#sha256 = ''
    await reading?.catch(() => undefined)
    await file?.close()
  }
}

async function readBlock (file: FileHandle | undefined, buffer: Buffer, offset: number, length: number): Promise<Block> {
  const bytesRead = (await file?.read(buffer, 0, length, offset))?.bytesRead ?? 0
  return { buffer, start: 0, end: bytesRead }
}
