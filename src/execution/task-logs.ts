import type { LogStream, TaskIo, TaskLogs } from '../model/executor.ts'

/** Keeps and passes on what an app prints, up to `limit` bytes of each stream. */
export class LogBook {
  readonly #limit: number
  readonly #onLog: TaskIo['onLog']
  readonly #streams = { stdout: new LogText(), stderr: new LogText() }
  #truncated = false

  constructor (limit: number, onLog: TaskIo['onLog']) {
    this.#limit = limit
    this.#onLog = onLog
  }

  add (stream: LogStream, bytes: Uint8Array): void {
    const log = this.#streams[stream]
    const kept = bytes.subarray(0, this.#limit - log.bytes)
    if (kept.byteLength < bytes.byteLength) this.#truncated = true
    if (kept.byteLength === 0) return
    const text = log.append(kept)
    if (text !== '') this.#onLog?.(stream, text)
  }

  /** All that was kept so far. */
  get kept (): TaskLogs {
    return { stdout: this.#streams.stdout.text, stderr: this.#streams.stderr.text, truncated: this.#truncated }
  }
}

class LogText {
  bytes = 0
  text = ''
  #decoder: TextDecoder | undefined

  append (bytes: Uint8Array): string {
    this.bytes += bytes.byteLength
    this.#decoder ??= new TextDecoder()
    const text = this.#decoder.decode(bytes, { stream: true })
    this.text += text
    return text
  }
}
