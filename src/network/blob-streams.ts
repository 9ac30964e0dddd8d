import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { NightshiftError } from '../model/errors.ts'
import { LIMITS } from '../model/limits.ts'
import { BLOB_PROTOCOL, BLOB_STREAMS_PER_PEER, IDLE_MS } from './blob-wire.ts'
import { toError } from './faults.ts'
import { StreamReader } from './stream-io.ts'

const OPEN_DEADLINE_MS = 10_000
const READ_AHEAD_BYTES = (LIMITS.blobPiecesInFlight + 1) * LIMITS.blobPieceBytes

/** A stream for blob requests, and its reader. */
export interface BlobStream {
  readonly stream: Stream
  readonly reader: StreamReader
  /** it served an earlier fetch, so its peer may have closed it meanwhile */
  readonly reused: boolean
}

interface Pool {
  readonly idle: Array<BlobStream & { readonly since: number }>
  open: number
  readonly waiting: Array<() => void>
}

/** Streams for fetching, a few per peer, kept open between fetches: the next one costs no negotiation. */
export class BlobStreams {
  readonly #node: Libp2p
  readonly #pools = new Map<string, Pool>()
  readonly #timer: NodeJS.Timeout

  constructor (node: Libp2p) {
    this.#node = node
    this.#timer = setInterval(() => { this.#closeIdle(performance.now() - IDLE_MS / 2) }, IDLE_MS / 4)
    this.#timer.unref()
  }

  /** Takes a stream to a peer, waiting while all of its streams are busy. Give it back, or discard it. */
  async take (peer: string, signal: AbortSignal): Promise<BlobStream> {
    const pool = this.#pool(peer)
    while (pool.open >= BLOB_STREAMS_PER_PEER && pool.idle.length === 0) await turn(pool, signal)
    for (;;) {
      const idle = pool.idle.pop()
      if (idle === undefined) break
      if (usable(idle)) return { stream: idle.stream, reader: idle.reader, reused: true }
      this.#gone(peer, pool)
    }
    pool.open++
    try {
      return await this.#open(peer, signal)
    } catch (error) {
      this.#gone(peer, pool)
      throw error
    }
  }

  /** The stream is between two requests and may serve the next fetch. */
  giveBack (peer: string, { stream, reader }: BlobStream): void {
    const pool = this.#pool(peer)
    pool.idle.push({ stream, reader, reused: true, since: performance.now() })
    pool.waiting.shift()?.()
  }

  discard (peer: string, { stream }: BlobStream, why: Error): void {
    stream.abort(why)
    this.#gone(peer, this.#pool(peer))
  }

  close (): void {
    clearInterval(this.#timer)
    this.#closeIdle(Infinity)
  }

  async #open (peer: string, signal: AbortSignal): Promise<BlobStream> {
    const connection = this.#connection(peer)
    try {
      const stream = await connection.newStream(BLOB_PROTOCOL, { signal: AbortSignal.any([signal, AbortSignal.timeout(OPEN_DEADLINE_MS)]), maxOutboundStreams: BLOB_STREAMS_PER_PEER, runOnLimitedConnection: true })
      return { stream, reader: new StreamReader(stream, READ_AHEAD_BYTES), reused: false }
    } catch (error) {
      signal.throwIfAborted()
      throw unreachable(peer, toError(error).message, error)
    }
  }

  #connection (peer: string): Connection {
    const open = this.#node.getConnections().filter(({ remotePeer, status }) => status === 'open' && remotePeer.toString() === peer)
    const connection = open.find(({ limits }) => limits === undefined) ?? open[0]
    if (connection === undefined) throw unreachable(peer, 'there is no connection to it')
    return connection
  }

  #pool (peer: string): Pool {
    const known = this.#pools.get(peer) ?? { idle: [], open: 0, waiting: [] }
    this.#pools.set(peer, known)
    return known
  }

  #gone (peer: string, pool: Pool): void {
    pool.open--
    pool.waiting.shift()?.()
    if (pool.open === 0 && pool.waiting.length === 0) this.#pools.delete(peer)
  }

  #closeIdle (before: number): void {
    for (const [peer, pool] of this.#pools) {
      while (pool.idle[0] !== undefined && pool.idle[0].since <= before) {
        const idle = pool.idle.shift()
        if (idle !== undefined) this.discard(peer, idle, new Error('no longer needed'))
      }
    }
  }
}

function usable ({ stream, reader }: BlobStream): boolean {
  return stream.status === 'open' && stream.remoteWriteStatus === 'writable' && !reader.ended && reader.buffered === 0
}

async function turn (pool: Pool, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const proceed = (): void => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }
    const onAbort = (): void => {
      pool.waiting.splice(pool.waiting.indexOf(proceed), 1)
      reject(signal.reason as Error)
    }
    pool.waiting.push(proceed)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

export function unreachable (peer: string, why: string, cause?: unknown): NightshiftError {
  return new NightshiftError('NS_E_UNREACHABLE', `the peer ${peer} cannot be asked for content: ${why}`, {
    remedy: 'try again, or fetch it from another peer',
    cause
  })
}
