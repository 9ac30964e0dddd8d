import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeError } from './errors.ts'

const READ_BYTES = 256 * 1024

/** Blobs as files `large/ab/abcd…`, complete or absent. */
export class LargeBlobs {
  readonly #dir: string
  readonly #temporary: string

  private constructor (dir: string, temporary: string) {
    this.#dir = dir
    this.#temporary = temporary
  }

  /** Opens the folder and removes what an earlier process left half-written. */
  static async open (dir: string): Promise<LargeBlobs> {
    const temporary = join(dir, 'incoming')
    await rm(temporary, { recursive: true, force: true })
    await mkdir(temporary, { recursive: true, mode: 0o700 })
    return new LargeBlobs(dir, temporary)
  }

  path (key: string): string {
    return join(this.#dir, key.slice(0, 2), key)
  }

  async size (key: string): Promise<number | undefined> {
    try {
      return (await stat(this.path(key))).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Bytes [start, end) of a blob that exists. */
  read (key: string, start: number, end: number): AsyncIterable<Uint8Array> {
    return createReadStream(this.path(key), { start, end: end - 1, highWaterMark: READ_BYTES })
  }

  async delete (key: string): Promise<void> {
    await rm(this.path(key), { force: true })
  }

  /** A new file of no name yet; the caller must commit or discard it. */
  async create (): Promise<IncomingBlob> {
    const path = join(this.#temporary, randomUUID())
    return new IncomingBlob(await open(path, 'wx', 0o600), path, (key) => this.path(key))
  }
}

/** A large blob while it is being written. */
export class IncomingBlob {
  readonly #file: FileHandle
  readonly #path: string
  readonly #finalPath: (key: string) => string

  constructor (file: FileHandle, path: string, finalPath: (key: string) => string) {
    this.#file = file
    this.#path = path
    this.#finalPath = finalPath
  }

  async write (bytes: Uint8Array): Promise<void> {
    try {
      for (let offset = 0; offset < bytes.length;) {
        offset += (await this.#file.write(bytes, offset)).bytesWritten
      }
    } catch (error) {
      throw writeError(error, dirname(this.#path))
    }
  }

  /** Makes the blob durable and visible under its hash, all at once. */
  async commit (key: string): Promise<void> {
    const final = this.#finalPath(key)
    await this.#file.datasync()
    await this.#file.close()
    await mkdir(dirname(final), { recursive: true, mode: 0o700 })
    await rename(this.#path, final)
  }

  async discard (): Promise<void> {
    await this.#file.close().catch(() => {})
    await rm(this.#path, { force: true })
  }
}
