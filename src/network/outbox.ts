import type { Stream } from '@libp2p/interface'
import { LIMITS } from '../model/limits.ts'
import type { EncodedMessage } from './control-frame.ts'
import { drained } from './drained.ts'
import { PeerFault, toError } from './faults.ts'
import { framed } from './stream-io.ts'
import { Watchdog } from './watchdog.ts'

const FRAME_TARGET_BYTES = 200 * 1024
const MESSAGE_OVERHEAD_BYTES = 6
const STALL_MS = 60_000

/** Room a message may take in a frame, bytes. */
export const MESSAGE_BYTES = LIMITS.frameBytes - 128

export interface OutboxInit {
  readonly stream: Stream
  readonly seal: (messages: readonly EncodedMessage[]) => Uint8Array
  readonly signal: AbortSignal
  /** Called once, when the stream can no longer be written. */
  readonly onError: (error: Error) => void
}

/** Unsent messages of one control stream: gathered per turn of the event loop, bounded, held back while the peer is behind. */
export class Outbox {
  readonly #init: OutboxInit
  #waiting: EncodedMessage[] = []
  #bytes = 0
  #flushing = false
  #next: NodeJS.Immediate | undefined

  constructor (init: OutboxInit) {
    this.#init = init
  }

  /** Queues a message for the frame of this turn; false when the queue is full or the stream is gone. */
  push (message: EncodedMessage): boolean {
    const size = message.bytes.length + MESSAGE_OVERHEAD_BYTES
    if (this.#init.signal.aborted || this.#bytes + size > LIMITS.controlQueueBytes) return false
    this.#waiting.push(message)
    this.#bytes += size
    if (!this.#flushing) this.#schedule()
    return true
  }

  /** Sends what waits now and not at the end of this turn, so that it leaves even if the stream ends within it. */
  hurry (): void {
    if (this.#next === undefined) return
    clearImmediate(this.#next)
    void this.#flush()
  }

  #schedule (): void {
    this.#flushing = true
    this.#next = setImmediate(() => { void this.#flush() })
  }

  async #flush (): Promise<void> {
    const { stream, seal, signal, onError } = this.#init
    this.#next = undefined
    try {
      let next = 0
      const batch = this.#waiting
      this.#waiting = []
      while (next < batch.length && !signal.aborted) {
        const end = frameEnd(batch, next)
        const messages = batch.slice(next, end)
        if (!stream.send(framed(seal(messages)))) await this.#drained(stream, signal)
        for (const { bytes } of messages) this.#bytes -= bytes.length + MESSAGE_OVERHEAD_BYTES
        next = end
      }
    } catch (error) {
      if (!signal.aborted) onError(toError(error))
      return
    }
    this.#flushing = false
    if (this.#waiting.length > 0 && !signal.aborted) this.#schedule()
  }

  async #drained (stream: Stream, signal: AbortSignal): Promise<void> {
    const stall = new Watchdog(STALL_MS, () => new PeerFault('DEADLINE_PASSED', `the peer has read nothing for ${STALL_MS / 1000} s`), signal)
    try {
      await drained(stream, stall.signal)
    } finally {
      stall.close()
    }
  }
}

function frameEnd (batch: readonly EncodedMessage[], from: number): number {
  let bytes = 0
  let end = from
  while (end < batch.length && end - from < LIMITS.frameMessages) {
    bytes += (batch[end]?.bytes.length ?? 0) + MESSAGE_OVERHEAD_BYTES
    if (end > from && bytes > FRAME_TARGET_BYTES) break
    end++
  }
  return end
}
