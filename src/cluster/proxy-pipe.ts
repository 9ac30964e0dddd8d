import type { Socket } from 'node:net'

/** What a link does to the bytes of one direction. */
export interface Conditions {
  /** every byte comes at least this much later, milliseconds */
  readonly latencyMs: number
  /** and up to this much more, at random, milliseconds; the order is kept */
  readonly jitterMs: number
  /** bytes per second; 0 means as many as there are */
  readonly bandwidth: number
}

export const UNTROUBLED: Conditions = { latencyMs: 0, jitterMs: 0, bandwidth: 0 }

/** Bytes on the way in one direction of one connection, at most; then the sender is not read from. */
export const PIPE_BYTES = 1024 * 1024
/** With limited bandwidth, bytes go on in pieces of at most this many, so that they flow instead of coming in lumps. */
const PIECE_BYTES = 16 * 1024

interface Waiting {
  /** milliseconds, as of performance.now() */
  readonly due: number
  /** undefined: the end of the stream */
  readonly data: Buffer | undefined
}

export interface PipeInit {
  readonly from: Socket
  readonly to: Socket
  readonly conditions: () => Conditions
  /** in [0, 1), for jitter */
  readonly fraction: () => number
  /** true while everything that comes is lost */
  readonly swallows: () => boolean
}

/** One direction of a proxied connection: what `from` sends reaches `to` late, in order, and not too fast. */
export class Pipe {
  readonly #init: PipeInit
  readonly #waiting: Waiting[] = []
  #queued = 0
  #lastDue = 0
  /** when the line is free for the next piece */
  #free = 0
  #timer: NodeJS.Timeout | undefined
  #full = false
  /** most bytes that were ever on the way at once */
  peak = 0
  passed = 0
  swallowed = 0
  /** something was lost: a stream with a hole can never go on */
  torn = false

  constructor (init: PipeInit) {
    this.#init = init
    init.from.on('data', (data: Buffer) => { this.#take(data) })
    init.from.on('end', () => { this.#end() })
    init.to.on('drain', () => {
      this.#full = false
      this.#pump()
    })
  }

  close (): void {
    clearTimeout(this.#timer)
    this.#waiting.length = 0
    this.#queued = 0
  }

  #take (data: Buffer): void {
    if (this.#init.swallows()) {
      this.torn = true
      this.swallowed += data.length
      return
    }
    const { bandwidth } = this.#init.conditions()
    const size = bandwidth > 0 ? PIECE_BYTES : data.length
    for (let at = 0; at < data.length; at += size) this.#enqueue(data.subarray(at, at + size), bandwidth)
    if (this.#queued >= PIPE_BYTES) this.#init.from.pause()
    this.peak = Math.max(this.peak, this.#queued)
    this.#pump()
  }

  #end (): void {
    if (this.#init.swallows()) {
      this.torn = true
      return
    }
    this.#enqueue(undefined, 0)
    this.#pump()
  }

  #enqueue (data: Buffer | undefined, bandwidth: number): void {
    const { latencyMs, jitterMs } = this.#init.conditions()
    const size = data?.length ?? 0
    const leaves = Math.max(performance.now(), this.#free)
    if (bandwidth > 0) this.#free = leaves + size / bandwidth * 1000
    const arrives = (bandwidth > 0 ? this.#free : leaves) + latencyMs + jitterMs * this.#init.fraction()
    this.#lastDue = Math.max(this.#lastDue, arrives)
    this.#waiting.push({ due: this.#lastDue, data })
    this.#queued += size
  }

  #pump (): void {
    clearTimeout(this.#timer)
    const { from, to, swallows } = this.#init
    for (let next = this.#waiting[0]; next !== undefined && !this.#full; next = this.#waiting[0]) {
      const early = next.due - performance.now()
      if (early > 0) {
        this.#timer = setTimeout(() => { this.#pump() }, Math.ceil(early))
        break
      }
      this.#waiting.shift()
      const size = next.data?.length ?? 0
      this.#queued -= size
      if (swallows()) {
        this.torn = true
        this.swallowed += size
      } else if (next.data === undefined) to.end()
      else {
        this.passed += size
        this.#full = !to.write(next.data)
      }
    }
    if (this.#queued < PIPE_BYTES / 2 && from.isPaused()) from.resume()
  }
}
