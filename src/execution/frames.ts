import { FRAME, FRAME_HEADER, FRAME_MAX } from './runner/wire.ts'

const KINDS: ReadonlySet<number> = new Set(Object.values(FRAME))

/** A frame that no honest runner sends. */
export class FrameError extends Error {}

/**
 * Cuts a runner's output into frames. Holds at most one frame; a length or
 * kind out of bounds is refused before any of its payload is kept.
 */
export class FrameDecoder {
  #pending: Buffer[] = []
  #pendingBytes = 0
  #needed = FRAME_HEADER

  /** @throws FrameError */
  push (chunk: Buffer, onFrame: (kind: number, payload: Buffer) => void): void {
    let rest = chunk
    if (this.#pendingBytes > 0) {
      this.#pending.push(rest)
      this.#pendingBytes += rest.byteLength
      if (this.#pendingBytes < this.#needed) return
      rest = Buffer.concat(this.#pending)
      this.#pending = []
      this.#pendingBytes = 0
    }
    let at = 0
    while (rest.byteLength - at >= FRAME_HEADER) {
      const length = rest.readUInt32LE(at)
      const kind = rest[at + 4] ?? 0
      if (length > FRAME_MAX) throw new FrameError(`a frame of ${length} bytes, at most ${FRAME_MAX} are allowed`)
      if (!KINDS.has(kind)) throw new FrameError(`a frame of unknown kind ${kind}`)
      if (rest.byteLength - at < FRAME_HEADER + length) break
      onFrame(kind, rest.subarray(at + FRAME_HEADER, at + FRAME_HEADER + length))
      at += FRAME_HEADER + length
    }
    const left = rest.subarray(at)
    this.#needed = left.byteLength >= FRAME_HEADER ? FRAME_HEADER + left.readUInt32LE(0) : FRAME_HEADER
    if (left.byteLength > 0) {
      this.#pending = [left]
      this.#pendingBytes = left.byteLength
    }
  }
}
