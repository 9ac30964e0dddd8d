import { asNightshiftError, errorMessage, NightshiftError } from '../model/errors.ts'
import { LIMITS } from '../model/limits.ts'
import { BlobReply, BlobRequest, BlobStatus } from '../model/messages/blob.ts'
import type { BlobRef, BlobStore } from '../model/store.ts'
import { BlobStreams, unreachable } from './blob-streams.ts'
import type { BlobStream } from './blob-streams.ts'
import { BLOB_MESSAGE_BYTES, PROGRESS_MS } from './blob-wire.ts'
import { PeerFault, toError } from './faults.ts'
import { framed, write } from './stream-io.ts'
import { Watchdog } from './watchdog.ts'

const NOTHING = new Uint8Array(0)

/** Pulls content by hash: pieces of 1 MiB, four asked for ahead, verified by the store before it keeps any. */
export class BlobClient {
  readonly #streams: BlobStreams
  readonly #stop = new AbortController()

  constructor (streams: BlobStreams) {
    this.#streams = streams
  }

  /**
   * Fetches content into a store, unless it is there.
   *
   * @throws NS_E_BLOB_MISSING when the peer does not have it, NS_E_BLOB_CORRUPT when it sent something else,
   * NS_E_UNAUTHORIZED when it refuses, NS_E_UNREACHABLE when it cannot be asked or falls silent for 30 s,
   * NS_E_ABORTED with the signal
   */
  async fetch (peer: string, ref: BlobRef, into: BlobStore, signal: AbortSignal): Promise<void> {
    if (!/^[0-9a-f]{64}$/.test(ref.sha256) || !Number.isSafeInteger(ref.size) || ref.size < 0) {
      throw new NightshiftError('NS_E_PROTOCOL', `${JSON.stringify(ref.sha256.slice(0, 80))} of ${ref.size} bytes names no content`)
    }
    if (await into.has(ref.sha256)) return
    const watchdog = new Watchdog(PROGRESS_MS, () => unreachable(peer, `no byte came for ${PROGRESS_MS / 1000} s`), AbortSignal.any([signal, this.#stop.signal]))
    try {
      await into.put(ref.size === 0 ? NOTHING : this.#pull(peer, ref, watchdog), { expect: ref.sha256, maxBytes: ref.size, signal: watchdog.signal })
    } catch (error) {
      if (signal.aborted || this.#stop.signal.aborted) throw new NightshiftError('NS_E_ABORTED', `fetching ${ref.sha256} was aborted`, { cause: error })
      throw asNightshiftError(watchdog.signal.aborted ? watchdog.signal.reason : error, 'NS_E_UNREACHABLE')
    } finally {
      watchdog.close()
    }
  }

  close (): void {
    this.#stop.abort(new Error('the node is closing'))
    this.#streams.close()
  }

  async * #pull (peer: string, ref: BlobRef, watchdog: Watchdog): AsyncGenerator<Uint8Array> {
    const { taken, first } = await this.#firstPiece(peer, ref, watchdog)
    let finished = false
    try {
      yield first
      yield * pieces(taken, peer, ref, watchdog)
      finished = true
    } finally {
      if (finished) this.#streams.giveBack(peer, taken)
      else this.#streams.discard(peer, taken, new Error('the fetch was given up'))
    }
  }

  /** Asks for the first pieces and waits for one. A kept stream that its peer has closed meanwhile is replaced, silently and once. */
  async #firstPiece (peer: string, ref: BlobRef, watchdog: Watchdog): Promise<{ taken: BlobStream, first: Uint8Array }> {
    for (;;) {
      const taken = await this.#streams.take(peer, watchdog.signal)
      try {
        for (let piece = 0; piece < LIMITS.blobPiecesInFlight; piece++) await ask(taken, ref, piece, watchdog.signal)
        return { taken, first: await receive(taken, peer, ref, 0, watchdog) }
      } catch (error) {
        const why = toError(error)
        this.#streams.discard(peer, taken, why)
        if (taken.reused && !(why instanceof NightshiftError) && !watchdog.signal.aborted) continue
        throw known(peer, why)
      }
    }
  }
}

async function * pieces (taken: BlobStream, peer: string, ref: BlobRef, watchdog: Watchdog): AsyncGenerator<Uint8Array> {
  const count = Math.ceil(ref.size / LIMITS.blobPieceBytes)
  try {
    for (let piece = 1; piece < count; piece++) {
      await ask(taken, ref, piece + LIMITS.blobPiecesInFlight - 1, watchdog.signal)
      yield await receive(taken, peer, ref, piece, watchdog)
    }
  } catch (error) {
    throw known(peer, toError(error))
  }
}

async function ask ({ stream }: BlobStream, ref: BlobRef, piece: number, signal: AbortSignal): Promise<void> {
  const offset = piece * LIMITS.blobPieceBytes
  if (offset >= ref.size) return
  const length = Math.min(LIMITS.blobPieceBytes, ref.size - offset)
  await write(stream, framed(BlobRequest.encode({ sha256: new Uint8Array(Buffer.from(ref.sha256, 'hex')), offset, length })), signal)
}

async function receive ({ reader }: BlobStream, peer: string, ref: BlobRef, piece: number, { signal, progress }: Watchdog): Promise<Uint8Array> {
  const head = await reader.readMessage(BLOB_MESSAGE_BYTES, signal)
  if (head === undefined) throw new Error('it closed the stream')
  progress()
  const length = parseReply(head, peer, ref, piece)
  const bytes = Buffer.allocUnsafeSlow(length)
  await reader.readInto(bytes, length, signal, progress)
  return bytes
}

/**
 * What a reply says about one piece of content: the bytes that follow it.
 * @throws NS_E_BLOB_MISSING, NS_E_UNAUTHORIZED, or NS_E_BLOB_CORRUPT for what is no answer to the question
 */
export function parseReply (head: Uint8Array, peer: string, ref: BlobRef, piece: number): number {
  const { status, size, length } = decoded(head)
  if (status === BlobStatus.MISSING) throw new NightshiftError('NS_E_BLOB_MISSING', `the peer ${peer} does not have the content ${ref.sha256}`, { remedy: 'fetch it from another peer' })
  if (status === BlobStatus.DENIED) throw new NightshiftError('NS_E_UNAUTHORIZED', `the peer ${peer} does not give the content ${ref.sha256} to this node`)
  const expected = Math.min(LIMITS.blobPieceBytes, ref.size - piece * LIMITS.blobPieceBytes)
  if (size !== ref.size || length !== expected) {
    throw corrupt(`the peer ${peer} sends ${length} of ${size} bytes for ${ref.sha256}, expected were ${expected} of ${ref.size}`)
  }
  return length
}

function decoded (head: Uint8Array): BlobReply {
  try {
    return BlobReply.decode(head)
  } catch (error) {
    throw corrupt(`a reply cannot be decoded: ${errorMessage(error)}`)
  }
}

function corrupt (message: string): NightshiftError {
  return new NightshiftError('NS_E_BLOB_CORRUPT', message, { remedy: 'fetch it from another peer' })
}

/** What went wrong as one of the errors a fetch may end with. */
function known (peer: string, error: Error): Error {
  if (error instanceof PeerFault) return error.reason === 'FRAME_TRUNCATED' ? unreachable(peer, error.message, error) : corrupt(`the peer ${peer} broke the protocol: ${error.message}`)
  return error instanceof NightshiftError ? error : unreachable(peer, error.message, error)
}
