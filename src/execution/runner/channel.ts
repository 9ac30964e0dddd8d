import { readSync, writeSync } from 'node:fs'
import { FRAME, FRAME_HEADER, FRAME_MAX, INLINE_FILE } from './wire.ts'
import type { DoneReport, TaskHeader } from './wire.ts'

const BATCH_BYTES = 64 * 1024
const nap = new Int32Array(new SharedArrayBuffer(4))

/**
 * The runner's end of the pipes. Reads and writes block on purpose: a runner
 * does one thing at a time, an idle one costs nothing, and a full pipe holds
 * back an app that writes faster than the node reads.
 */
export class Channel {
  readonly #input = Buffer.allocUnsafeSlow(BATCH_BYTES)
  #start = 0
  #end = 0
  readonly #batch = Buffer.allocUnsafeSlow(BATCH_BYTES)
  #batched = 0

  /** The next task, or undefined once the node is gone. Blocks. */
  nextTask (): TaskHeader | undefined {
    const length = this.#read(4)
    if (length === undefined) return undefined
    const header = this.#read(length.readUInt32LE(0))
    return header === undefined ? undefined : JSON.parse(header.toString('utf8')) as TaskHeader
  }

  /** Exactly `size` bytes of file content. Ends the process when the node goes away half way. */
  fileBytes (size: number): Uint8Array {
    return this.#read(size) ?? process.reallyExit(0)
  }

  /** Sends one frame; `flush` pushes it out at once, otherwise it may wait for the next. */
  send (kind: number, payload: Uint8Array, flush: boolean): void {
    this.#put(header(kind, payload.byteLength))
    this.#put(payload)
    if (flush) this.flush()
  }

  /** Sends a result file in frames no larger than the node accepts. */
  sendFile (path: string, bytes: Uint8Array): void {
    const name = Buffer.from(JSON.stringify({ path, size: bytes.byteLength }))
    const inline = bytes.byteLength <= INLINE_FILE
    const head = Buffer.alloc(2)
    head.writeUInt16LE(name.length)
    this.#put(header(FRAME.file, 2 + name.length + (inline ? bytes.byteLength : 0)))
    this.#put(head)
    this.#put(name)
    if (inline) this.#put(bytes)
    else for (let at = 0; at < bytes.byteLength; at += FRAME_MAX) this.send(FRAME.data, bytes.subarray(at, at + FRAME_MAX), false)
  }

  sendDone (report: DoneReport): void {
    this.send(FRAME.done, Buffer.from(JSON.stringify(report)), true)
  }

  flush (): void {
    const end = this.#batched
    this.#batched = 0
    writeAll(this.#batch.subarray(0, end))
  }

  #put (bytes: Uint8Array): void {
    if (this.#batched + bytes.byteLength > BATCH_BYTES) this.flush()
    if (bytes.byteLength > BATCH_BYTES) return writeAll(bytes)
    this.#batch.set(bytes, this.#batched)
    this.#batched += bytes.byteLength
  }

  #read (size: number): Buffer | undefined {
    const out = Buffer.allocUnsafeSlow(size)
    let at = 0
    while (at < size) {
      if (this.#start === this.#end) {
        const direct = size - at >= BATCH_BYTES
        const got = direct ? readSome(out, at) : readSome(this.#input, 0)
        if (got === 0) return undefined
        if (direct) { at += got; continue }
        this.#start = 0
        this.#end = got
      }
      const step = Math.min(size - at, this.#end - this.#start)
      this.#input.copy(out, at, this.#start, this.#start + step)
      this.#start += step
      at += step
    }
    return out
  }
}

function header (kind: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER)
  bytes.writeUInt32LE(length, 0)
  bytes[4] = kind
  return bytes
}

function readSome (target: Uint8Array, offset: number): number {
  return retry(() => readSync(0, target, offset, target.byteLength - offset, null))
}

function writeAll (bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength;) {
    const from = at
    at += retry(() => writeSync(1, bytes, from, bytes.byteLength - from))
  }
}

/** Repeats a call the pipe was not ready for; ends the process when the node is gone. */
function retry (call: () => number): number {
  for (;;) {
    try {
      return call()
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'EAGAIN') Atomics.wait(nap, 0, 0, 1)
      else if (code === 'EOF' || code === 'EPIPE' || code === 'ECONNRESET') process.reallyExit(0)
      else if (code !== 'EINTR') throw error
    }
  }
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace NodeJS {
    interface Process {
      /** ends the process at once, without exit listeners */
      reallyExit: (code: number) => never
    }
  }
}
