import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import * as varint from 'uint8-varint'
import { ByteQueue } from './byte-queue.ts'
import { drained } from './drained.ts'
import { PeerFault, toError } from './faults.ts'

const LENGTH_PREFIX_BYTES = 5

/**
 * Reads a libp2p stream on demand, with back-pressure: above `highWaterMark`
 * unread bytes (1 MiB by default) the peer is held back until a quarter is left.
 * One reader at a time may wait.
 */
export class StreamReader {
  readonly #stream: Stream
  readonly #high: number
  readonly #low: number
  readonly #queue = new ByteQueue()
  #paused = false
  #ended = false
  #error: Error | undefined
  #wake: (() => void) | undefined

  constructor (stream: Stream, highWaterMark: number = 1024 * 1024) {
    this.#stream = stream
    this.#high = highWaterMark
    this.#low = Math.floor(highWaterMark / 4)
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
    if (stream.readableEnded || stream.status !== 'open') this.#ended = true
  }

  /** bytes received and not yet read */
  get buffered (): number {
    return this.#queue.length
  }

  /** True when nothing more will come. */
  get ended (): boolean {
    return this.#ended && this.#queue.length === 0
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    this.#queue.append(event.data)
    if (this.#queue.length >= this.#high) this.#setPaused(true)
    this.#wake?.()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    this.#wake?.()
  }

  readonly #onClose = (event: StreamCloseEvent): void => {
    if (event.error !== undefined && event.error !== null) this.#error = event.error
    this.#ended = true
    this.#wake?.()
  }

  #setPaused (paused: boolean): void {
    if (this.#paused === paused) return
    this.#paused = paused
    // resume() hands out what is buffered before it re-opens the window, so a
    // pause() from within that call would silently be undone
    queueMicrotask(() => {
      const { readStatus } = this.#stream
      if (readStatus === 'closing' || readStatus === 'closed') return
      if (this.#paused) this.#stream.pause()
      else this.#stream.resume()
    })
  }

  #consumed (): void {
    if (this.#queue.length <= this.#low) this.#setPaused(false)
  }

  async #more (signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    // whoever waits needs more than is here, so the stream must flow whatever the marks say
    this.#setPaused(false)
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        this.#wake = undefined
        signal?.removeEventListener('abort', onAbort)
      }
      const onAbort = (): void => {
        done()
        reject(signal?.reason as Error)
      }
      this.#wake = () => {
        done()
        resolve()
      }
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Waits until `count` bytes are here; false when the stream ended before. Throws what broke the stream. */
  async #has (count: number, signal?: AbortSignal): Promise<boolean> {
    while (this.#queue.length < count) {
      if (this.#error !== undefined) throw this.#error
      if (this.#ended) return false
      await this.#more(signal)
    }
    return true
  }

  /** The next bytes as they came, at most `max`; undefined at the end of the stream. */
  async readSome (max: number, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    if (!await this.#has(1, signal)) return undefined
    const some = this.#queue.takeSome(max)
    this.#consumed()
    return some
  }

  /** Moves the next `length` bytes into a buffer. Throws a PeerFault when the stream ends before. `onProgress` is called whenever bytes came. */
  async readInto (target: Uint8Array, length: number, signal?: AbortSignal, onProgress?: () => void): Promise<void> {
    let done = 0
    while (done < length) {
      if (!await this.#has(1, signal)) throw truncated(length, done)
      done += this.#queue.takeInto(target, done, length - done)
      this.#consumed()
      onProgress?.()
    }
  }

  /** Exactly `length` bytes in one piece. Throws a PeerFault when the stream ends before. */
  async readExactly (length: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (!await this.#has(length, signal)) throw truncated(length, this.#queue.length)
    const bytes = this.#queue.take(length)
    this.#consumed()
    return bytes
  }

  /**
   * One message with a varint length before it; undefined at a clean end. A
   * length over `max` is refused before any of it is read.
   */
  async readMessage (max: number, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    for (let at = 0; ; at++) {
      if (!await this.#has(at + 1, signal)) {
        if (at === 0) return undefined
        throw truncated(at + 1, at)
      }
      if (this.#queue.at(at) < 0x80) return await this.readExactly(this.#takeLength(at + 1, max), signal)
      if (at + 1 === LENGTH_PREFIX_BYTES) throw new PeerFault('FRAME_TOO_LARGE', `the length of a message takes more than ${LENGTH_PREFIX_BYTES} bytes`)
    }
  }

  #takeLength (prefixBytes: number, max: number): number {
    const length = varint.decode(this.#queue.take(prefixBytes))
    if (length > max) throw new PeerFault('FRAME_TOO_LARGE', `a message of ${length} bytes is over the limit of ${max}`)
    return length
  }
}

function truncated (wanted: number, had: number): PeerFault {
  return new PeerFault('FRAME_TRUNCATED', `the stream ended after ${had} of ${wanted} bytes`)
}

/** Writes and waits for room when the peer is behind. */
export async function write (stream: Stream, data: Uint8Array | Uint8ArrayList, signal?: AbortSignal): Promise<void> {
  try {
    if (!stream.send(data)) await drained(stream, signal)
  } catch (error) {
    throw toError(error)
  }
}

/** A message with its varint length before it, and raw bytes after it when given. */
export function framed (message: Uint8Array, payload?: Uint8Array): Uint8ArrayList {
  const list = new Uint8ArrayList(varint.encode(message.length), message)
  if (payload !== undefined && payload.length > 0) list.append(payload)
  return list
}
