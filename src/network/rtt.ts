import type { Connection, Libp2p } from '@libp2p/interface'
import { errorMessage } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { NodeServices } from './node.ts'

const SAMPLE_MS = 10_000
const FIRST_PING_DEADLINE_MS = 5_000
const NEW_SAMPLE_WEIGHT = 0.25

/** Smoothed round-trip times. One ping when a peer comes up; afterwards what libp2p's own connection monitor measures. */
export class RoundTrips {
  readonly #node: Libp2p<NodeServices>
  readonly #log: Logger
  readonly #smoothed = new Map<string, number>()
  readonly #stop = new AbortController()
  readonly #timer: NodeJS.Timeout

  /** `connections`: the connection in use for each peer. */
  constructor (node: Libp2p<NodeServices>, connections: () => Iterable<Connection>, log: Logger) {
    this.#node = node
    this.#log = log
    this.#timer = setInterval(() => {
      for (const { rtt, remotePeer } of connections()) if (rtt !== undefined) this.#sample(remotePeer.toString(), rtt)
    }, SAMPLE_MS)
    this.#timer.unref()
  }

  get (peer: string): number | undefined {
    return this.#smoothed.get(peer)
  }

  async up (connection: Connection): Promise<void> {
    const peer = connection.remotePeer
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(FIRST_PING_DEADLINE_MS)])
      this.#sample(peer.toString(), await this.#node.services.ping.ping(peer, { signal }))
    } catch (error) {
      this.#log.debug({ peer: peer.toString(), why: errorMessage(error) }, 'no round-trip time yet')
    }
  }

  down (peer: string): void {
    this.#smoothed.delete(peer)
  }

  stop (): void {
    this.#stop.abort(new Error('the node is closing'))
    clearInterval(this.#timer)
  }

  #sample (peer: string, ms: number): void {
    const before = this.#smoothed.get(peer) ?? ms
    this.#smoothed.set(peer, before + NEW_SAMPLE_WEIGHT * (ms - before))
  }
}
