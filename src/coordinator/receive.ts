import { asNightshiftError } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'
import { attemptKey } from '../model/ids.ts'
import type { AttemptId } from '../model/ids.ts'
import type { Message, Reveal } from '../model/messages/control.ts'
import type { ReceivedFrame } from '../model/transport.ts'
import { findAttempt } from './attempts.ts'
import type { CoordinatorEvent } from './events.ts'
import { Gate } from './gate.ts'
import { ResultLists } from './result-lists.ts'
import type { Services } from './services.ts'

/** What only the sender can have caused; everything else is no reason to strike anyone. */
const THEIR_FAULT: readonly ErrorCode[] = ['NS_E_BLOB_CORRUPT', 'NS_E_PROTOCOL', 'NS_E_TOO_LARGE']

/** Reveals of one worker whose small files are stored at a time. */
const INLINE_AT_A_TIME = 64
/** Lists of result files in memory at a time: of one worker, and of all. */
const MANIFESTS_OF_ONE = 1
const MANIFESTS_OF_ALL = 4

interface Gates { readonly inline: Gate, readonly manifests: Gate }

/**
 * Hands the messages of a frame to the core, in order. What a reveal carries or
 * points to is brought into the blob store first, verified, so that the core
 * only ever speaks of content by hash. How much of that happens at a time is
 * bounded: a worker that shows much waits for itself, not others for it.
 */
export class Receiver {
  readonly #services: Services
  readonly #manifests = new Gate(MANIFESTS_OF_ALL)
  readonly #gates = new Map<string, Gates>()
  /** reveals being completed, by worker and attempt */
  readonly #coming = new Set<string>()
  readonly #lists: ResultLists

  constructor (services: Services) {
    this.#services = services
    this.#lists = new ResultLists(services)
  }

  receive (frame: ReceivedFrame): void {
    for (const message of frame.messages) {
      const reveal = message.reveal
      if (reveal !== undefined && (reveal.manifest !== undefined || carriesContent(reveal))) this.#accept(frame.peer, message, reveal)
      else this.#services.post({ kind: 'message', peer: frame.peer, message })
    }
  }

  /** Content is taken only for a result that was asked for, and once: what nobody waits for is not stored. */
  #accept (peer: string, message: Message, reveal: Reveal): void {
    const { attempt } = reveal
    const found = findAttempt(this.#services.state, peer, attempt)
    if (attempt === undefined || found?.attempt.state !== 'COMMITTED' || found.attempt.revealAskedAt === undefined) return
    const key = `${peer}/${attemptKey(attempt)}`
    if (this.#coming.has(key)) return
    this.#coming.add(key)
    this.#services.post({ kind: 'reveal-coming', peer, attempt })
    const gates = this.#gates.get(peer) ?? { inline: new Gate(INLINE_AT_A_TIME), manifests: new Gate(MANIFESTS_OF_ONE) }
    this.#gates.set(peer, gates)
    const complete = async (): Promise<void> => { await this.#complete(peer, message, reveal, attempt, key) }
    const done = reveal.manifest === undefined
      ? gates.inline.run(complete)
      : gates.manifests.run(async () => { await this.#manifests.run(complete) })
    void done.finally(() => {
      if (gates.inline.idle && gates.manifests.idle) this.#gates.delete(peer)
    })
  }

  /** Never rejects. A reveal whose content is not what it says is handed on unopened: with a nonce that fits nothing. */
  async #complete (peer: string, message: Message, reveal: Reveal, attempt: AttemptId, key: string): Promise<void> {
    const { blobs, log } = this.#services
    const post = (event: CoordinatorEvent): void => {
      // from here on it may be asked for, and come, again
      this.#coming.delete(key)
      this.#services.post(event)
    }
    const stored: string[] = []
    try {
      const files = reveal.manifest === undefined ? reveal.files : await this.#filesOf(peer, reveal.manifest)
      await Promise.all(files.map(async ({ content }) => {
        if (content === undefined || content.inline.length === 0) return
        const sha256 = hex(content.sha256)
        await this.#services.pins.add(sha256, attempt.jobId)
        if (!await blobs.has(sha256)) stored.push(sha256)
        await blobs.put(content.inline, { expect: sha256 })
      }))
      post({ kind: 'message', peer, message: { ...message, reveal: { ...reveal, files } } })
    } catch (error) {
      const { code, message: why } = asNightshiftError(error)
      log.warn({ peer, code, why }, 'a revealed result could not be read')
      if (THEIR_FAULT.includes(code)) post({ kind: 'message', peer, message: { ...message, reveal: { ...reveal, nonce: new Uint8Array(32) } } })
      else post({ kind: 'reveal-lost', peer, attempt })
    }
    await this.#forgetIfEnded(attempt.jobId, stored)
  }

  async #filesOf (peer: string, list: { readonly sha256: Uint8Array, readonly size: number }): Promise<Reveal['files']> {
    const files = await this.#lists.fetch(peer, { sha256: hex(list.sha256), size: list.size })
    return files.map(({ path, sha256, size }) => ({ path, content: { sha256: Uint8Array.from(Buffer.from(sha256, 'hex')), size, inline: new Uint8Array() } }))
  }

  /** What came too late for its job is removed again: the cleaning up after the job did not know of it. */
  async #forgetIfEnded (jobId: string, stored: readonly string[]): Promise<void> {
    const { state, pins, blobs, log } = this.#services
    const ended = state.jobs.get(jobId)?.record.state
    if (ended !== undefined && ended !== 'COMPLETED' && ended !== 'CANCELLED') return
    pins.forget(jobId)
    try {
      for (const sha256 of stored) await pins.delete(sha256, blobs)
    } catch (error) {
      log.error({ err: error, job: jobId }, 'a result that came after its job had ended could not be removed')
    }
  }
}

function carriesContent (reveal: Reveal): boolean {
  return reveal.files.some(file => file.content !== undefined && file.content.inline.length > 0)
}

function hex (bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
