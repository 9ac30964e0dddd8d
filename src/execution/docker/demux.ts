import type { LogStream } from '../../model/executor.ts'

const HEADER = 8

/**
 * Takes an engine's attach stream apart: each piece has a header that names its
 * stream (1 stdout, 2 stderr) and its length. Works in place and in a loop: an
 * app may print a million pieces of one byte.
 */
export class Demux {
  readonly #onPiece: (stream: LogStream, bytes: Uint8Array) => void
  readonly #header = Buffer.alloc(HEADER)
  #headerBytes = 0
  #stream: LogStream = 'stdout'
  #missing = 0

  constructor (onPiece: (stream: LogStream, bytes: Uint8Array) => void) {
    this.#onPiece = onPiece
  }

  push (bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength;) {
      if (this.#missing > 0) {
        const piece = bytes.subarray(at, at + this.#missing)
        this.#onPiece(this.#stream, piece)
        this.#missing -= piece.byteLength
        at += piece.byteLength
        continue
      }
      const part = bytes.subarray(at, at + HEADER - this.#headerBytes)
      this.#header.set(part, this.#headerBytes)
      this.#headerBytes += part.byteLength
      at += part.byteLength
      if (this.#headerBytes < HEADER) return
      this.#headerBytes = 0
      this.#stream = this.#header[0] === 2 ? 'stderr' : 'stdout'
      this.#missing = this.#header.readUInt32BE(4)
    }
  }
}
