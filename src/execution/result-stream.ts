import type { OutputFile, TaskIo } from '../model/executor.ts'

const PAUSE_BYTES = 4 * 1024 * 1024

/**
 * Hands result files to the collector one after the other while their bytes
 * still arrive, and holds the sender back when the collector is slower.
 */
export class ResultStream {
  readonly #collect: TaskIo['collect']
  readonly #pause: () => void
  readonly #resume: () => void
  #chain: Promise<void> | undefined
  #current: Incoming | undefined
  #held = 0
  #paused = false
  #error: unknown

  constructor (collect: TaskIo['collect'], pause: () => void, resume: () => void) {
    this.#collect = collect
    this.#pause = pause
    this.#resume = resume
  }

  get isPaused (): boolean { return this.#paused }

  /** bytes the current file still lacks */
  get missing (): number { return this.#current?.missing ?? 0 }

  open (path: string, size: number): void {
    const incoming = new Incoming(size, (bytes) => { this.#drained(bytes) })
    this.#current = incoming
    const file: OutputFile = { path, size, data: incoming }
    this.#chain = (this.#chain ?? Promise.resolve()).then(async () => {
      if (this.#error !== undefined) return
      try {
        await this.#collect(file)
      } catch (error) {
        this.#error = error
      }
      incoming.discard()
    })
  }

  push (bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    this.#held += bytes.byteLength
    this.#current?.push(bytes)
    if (this.#held > PAUSE_BYTES && !this.#paused) {
      this.#paused = true
      this.#pause()
    }
  }

  /** Ends the files that are still open with an error. */
  fail (error: Error): void {
    this.#current?.fail(error)
  }

  /** Resolves when every file was collected; the collector's own error, if any. */
  async finished (): Promise<unknown> {
    if (this.#chain !== undefined) await this.#chain
    return this.#error
  }

  get isIdle (): boolean { return this.#chain === undefined }

  #drained (bytes: number): void {
    this.#held -= bytes
    if (!this.#paused || this.#held > PAUSE_BYTES / 4) return
    this.#paused = false
    this.#resume()
  }
}

class Incoming implements AsyncIterable<Uint8Array> {
  readonly #onDrained: (bytes: number) => void
  #queue: Uint8Array[] = []
  #wake: (() => void) | undefined
  #failure: Error | undefined
  #discarded = false
  missing: number

  constructor (size: number, onDrained: (bytes: number) => void) {
    this.missing = size
    this.#onDrained = onDrained
  }

  push (bytes: Uint8Array): void {
    this.missing -= bytes.byteLength
    if (this.#discarded) return this.#onDrained(bytes.byteLength)
    this.#queue.push(bytes)
    this.#wake?.()
  }

  fail (error: Error): void {
    if (this.missing > 0) this.#failure = error
    this.#wake?.()
  }

  discard (): void {
    this.#discarded = true
    for (const bytes of this.#queue.splice(0)) this.#onDrained(bytes.byteLength)
  }

  async * [Symbol.asyncIterator] (): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = this.#queue.shift()
      if (bytes !== undefined) {
        this.#onDrained(bytes.byteLength)
        yield bytes
      } else if (this.#failure !== undefined) throw this.#failure
      else if (this.missing <= 0) return
      else await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }
}
