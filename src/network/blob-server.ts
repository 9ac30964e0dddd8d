import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { errorMessage } from '../model/errors.ts'
import { LIMITS } from '../model/limits.ts'
import { BlobReply, BlobRequest, BlobStatus } from '../model/messages/blob.ts'
import type { BlobStore } from '../model/store.ts'
import type { Logger } from '../observe/logger.ts'
import { BlobCursor } from './blob-cursor.ts'
import { BLOB_MESSAGE_BYTES, BLOB_PROTOCOL, BLOB_STREAMS_PER_PEER, IDLE_MS, PROGRESS_MS } from './blob-wire.ts'
import { PeerFault, toError } from './faults.ts'
import { framed, StreamReader, write } from './stream-io.ts'
import { Watchdog } from './watchdog.ts'

/** Decides whether a peer may have a piece of content. */
export type Authorize = (peer: string, sha256: string) => boolean | Promise<boolean>

export interface BlobServerInit {
  readonly node: Libp2p
  readonly blobs: BlobStore
  readonly authorize: Authorize
  readonly onFault: (peer: string, fault: PeerFault) => void
  readonly log: Logger
}

/** Serves content by hash to peers that ask for it piece by piece. */
export class BlobServer {
  readonly #init: BlobServerInit
  readonly #stop = new AbortController()

  constructor (init: BlobServerInit) {
    this.#init = init
  }

  async start (): Promise<void> {
    await this.#init.node.handle(BLOB_PROTOCOL, async (stream, connection) => { await this.#serve(stream, connection) }, {
      maxInboundStreams: BLOB_STREAMS_PER_PEER,
      maxOutboundStreams: BLOB_STREAMS_PER_PEER,
      runOnLimitedConnection: true
    })
  }

  async stop (): Promise<void> {
    this.#stop.abort(new Error('the node is closing'))
    await this.#init.node.unhandle(BLOB_PROTOCOL)
  }

  async #serve (stream: Stream, connection: Connection): Promise<void> {
    const reader = new StreamReader(stream, 64 * 1024)
    const peer = connection.remotePeer.toString()
    const cursor = new BlobCursor(this.#init.blobs)
    try {
      for (;;) {
        const request = await this.#request(reader)
        if (request === undefined) break
        await this.#answer(stream, peer, request, cursor)
      }
      await stream.close({ signal: AbortSignal.timeout(PROGRESS_MS) })
    } catch (error) {
      const why = toError(error)
      stream.abort(why)
      if (why instanceof PeerFault && why.offence) this.#init.onFault(peer, why)
      else this.#init.log.debug({ peer, why: errorMessage(why) }, 'a blob stream ended')
    } finally {
      await cursor.close()
    }
  }

  async #request (reader: StreamReader): Promise<{ sha256: string, offset: number, length: number } | undefined> {
    const idle = new Watchdog(IDLE_MS, () => new PeerFault('DEADLINE_PASSED', 'no request came'), this.#stop.signal)
    try {
      const bytes = await reader.readMessage(BLOB_MESSAGE_BYTES, idle.signal)
      return bytes === undefined ? undefined : parseRequest(bytes)
    } finally {
      idle.close()
    }
  }

  async #answer (stream: Stream, peer: string, request: { sha256: string, offset: number, length: number }, cursor: BlobCursor): Promise<void> {
    const stalled = new Watchdog(PROGRESS_MS, () => new PeerFault('DEADLINE_PASSED', `the peer has read nothing for ${PROGRESS_MS / 1000} s`), this.#stop.signal)
    try {
      const { sha256, offset, length } = request
      if (!await this.#init.authorize(peer, sha256)) {
        return await write(stream, framed(BlobReply.encode({ status: BlobStatus.DENIED, size: 0, length: 0 })), stalled.signal)
      }
      const size = await cursor.seek(sha256, offset)
      if (size === undefined) return await write(stream, framed(BlobReply.encode({ status: BlobStatus.MISSING, size: 0, length: 0 })), stalled.signal)
      let left = Math.max(0, Math.min(length, size - offset))
      const end = offset + left === size
      let head: Uint8Array | undefined = BlobReply.encode({ status: BlobStatus.FOUND, size, length: left })
      while (left > 0 || head !== undefined) {
        const bytes = left > 0 ? await cursor.next(left) : new Uint8Array(0)
        left -= bytes.length
        await write(stream, head === undefined ? bytes : framed(head, bytes), stalled.signal)
        head = undefined
        stalled.progress()
      }
      if (end) await cursor.close()
    } finally {
      stalled.close()
    }
  }
}

/** Reads one request. Throws a PeerFault for anything else. */
export function parseRequest (bytes: Uint8Array): { sha256: string, offset: number, length: number } {
  const { sha256, offset, length } = decoded(bytes)
  if (sha256.length !== 32) throw new PeerFault('MESSAGE_INVALID', `a blob request has a hash of ${sha256.length} bytes instead of 32`)
  if (!Number.isSafeInteger(offset) || length > LIMITS.blobPieceBytes) {
    throw new PeerFault('MESSAGE_INVALID', `a blob request asks for ${length} bytes at ${offset}, ${LIMITS.blobPieceBytes} bytes are allowed`)
  }
  return { sha256: Buffer.from(sha256).toString('hex'), offset, length }
}

function decoded (bytes: Uint8Array): BlobRequest {
  try {
    return BlobRequest.decode(bytes)
  } catch (error) {
    throw new PeerFault('FRAME_MALFORMED', `a blob request cannot be decoded: ${errorMessage(error)}`, error)
  }
}
