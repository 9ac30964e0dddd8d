import type { Connection, Stream } from '@libp2p/interface'
import type { KeyObject } from 'node:crypto'
import type { Clock } from '../model/clock.ts'
import { LIMITS } from '../model/limits.ts'
import type { Hello, Message } from '../model/messages/control.ts'
import { verificationKey } from '../model/messages/signing.ts'
import type { ReceivedFrame } from '../model/transport.ts'
import { encodeMessage, openFrame, sealFrame } from './control-frame.ts'
import { PeerFault, toError } from './faults.ts'
import { MESSAGE_BYTES, Outbox } from './outbox.ts'
import { StreamReader } from './stream-io.ts'
import { Throttle } from './throttle.ts'

const HELLO_DEADLINE_MS = 10_000
const PART_DEADLINE_MS = 2_000
const READ_AHEAD_BYTES = 512 * 1024

export interface SessionContext {
  readonly self: string
  readonly key: KeyObject
  readonly hello: () => Hello
  readonly clock: Clock
  /** told of every frame, in and out */
  readonly counted: () => void
}

export interface SessionEvents {
  /** Hellos are exchanged. Returns false when another stream to this peer is kept instead. */
  readonly onUp: (session: ControlSession) => boolean
  readonly onFrame: (frame: ReceivedFrame) => void
}

/** One control stream to one peer, from Hello to its end. */
export class ControlSession {
  readonly peer: string
  readonly connection: Connection
  /** when its last frame came, milliseconds since the epoch */
  heardAt: number
  /** set when the two have nothing to say to each other: the stream is not opened again */
  useless = false
  readonly #stream: Stream
  readonly #context: SessionContext
  readonly #reader: StreamReader
  readonly #stop = new AbortController()
  readonly #outbox: Outbox
  #hello: Hello | undefined

  /** Starts to collect what the peer sends at once; `run` must follow. */
  constructor (stream: Stream, connection: Connection, context: SessionContext) {
    this.peer = connection.remotePeer.toString()
    this.connection = connection
    this.#stream = stream
    this.#context = context
    this.heardAt = context.clock.now()
    this.#reader = new StreamReader(stream, READ_AHEAD_BYTES)
    this.#outbox = new Outbox({
      stream,
      seal: messages => {
        context.counted()
        return sealFrame(messages, context.key, context.self, this.peer)
      },
      signal: this.#stop.signal,
      onError: error => { this.end(error) }
    })
  }

  /** What the peer said of itself; known once up. */
  get hello (): Hello {
    if (this.#hello === undefined) throw new Error('no Hello was received yet')
    return this.#hello
  }

  /** Queues a message. Throws NS_E_PROTOCOL or NS_E_TOO_LARGE when the peer would refuse it. */
  send (message: Message): boolean {
    return this.#outbox.push(encodeMessage(message, MESSAGE_BYTES))
  }

  /** Makes `run` end, with this as the reason. */
  end (why: Error): void {
    this.#stop.abort(why)
  }

  /** Serves the stream until it ends. Returns why it ended; a PeerFault when the peer is to blame. Never rejects. */
  async run (events: SessionEvents): Promise<Error> {
    try {
      await this.#converse(events)
      return new Error('the peer closed its control stream')
    } catch (error) {
      return this.#stop.signal.aborted ? toError(this.#stop.signal.reason) : toError(error)
    } finally {
      const why = new Error('the control stream ended')
      this.#stop.abort(why)
      this.#stream.abort(why)
    }
  }

  async #converse (events: SessionEvents): Promise<void> {
    const { signal } = this.#stop
    const key = this.#peerKey()
    const throttle = new Throttle(this.#context.clock)
    const own = this.#context.hello()
    this.send({ hello: own })
    // the peer's may be here already, and be refused at once: it must learn why
    this.#outbox.hurry()
    const first = await this.#firstFrame(key)
    if (first === undefined) return
    this.#hello = helloOf(first)
    const disagreement = disagreementOf(own, this.#hello)
    if (disagreement !== undefined) {
      await this.#part()
      throw disagreement
    }
    if (!events.onUp(this)) return
    if (first.messages.length > 1) events.onFrame(first)
    for (;;) {
      const bytes = await this.#reader.readMessage(LIMITS.frameBytes, signal)
      if (bytes === undefined) return
      this.heardAt = this.#context.clock.now()
      const frame = openFrame(bytes, key, this.peer, this.#context.self)
      this.#context.counted()
      if (frame.messages.some(message => message.hello !== undefined)) throw new PeerFault('HELLO_REPEATED', 'the peer sent a second Hello')
      events.onFrame(frame)
      await throttle.after(frame.messages.length, bytes.length, signal)
    }
  }

  /** Ends the stream so that the peer still reads the Hello by which it, too, sees that the two do not fit. */
  async #part (): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PART_DEADLINE_MS)])
    try {
      await this.#stream.close({ signal })
      while (await this.#reader.readSome(READ_AHEAD_BYTES, signal) !== undefined) signal.throwIfAborted()
    } catch {
      // it has read it, or had the time to
    }
  }

  #peerKey (): KeyObject {
    try {
      return verificationKey(this.peer)
    } catch (error) {
      throw new PeerFault('IDENTITY_UNSUPPORTED', toError(error).message, error)
    }
  }

  async #firstFrame (key: KeyObject): Promise<ReceivedFrame | undefined> {
    const timer = setTimeout(() => {
      this.end(new PeerFault('DEADLINE_PASSED', `the peer sent no Hello within ${HELLO_DEADLINE_MS / 1000} s`))
    }, HELLO_DEADLINE_MS)
    try {
      const bytes = await this.#reader.readMessage(LIMITS.frameBytes, this.#stop.signal)
      return bytes === undefined ? undefined : openFrame(bytes, key, this.peer, this.#context.self)
    } finally {
      clearTimeout(timer)
    }
  }
}

function helloOf ({ messages }: ReceivedFrame): Hello {
  const theirs = messages[0]?.hello
  if (theirs === undefined) throw new PeerFault('HELLO_MISSING', 'the peer did not begin with a Hello')
  if (messages.some((message, index) => index > 0 && message.hello !== undefined)) throw new PeerFault('HELLO_REPEATED', 'the peer sent a second Hello')
  return theirs
}

function disagreementOf (own: Hello, theirs: Hello): PeerFault | undefined {
  if (Math.max(own.minVersion, theirs.minVersion) <= Math.min(own.version, theirs.version)) return undefined
  return new PeerFault('VERSION_MISMATCH', `the peer speaks versions ${theirs.minVersion} to ${theirs.version}, this node ${own.minVersion} to ${own.version}`)
}
