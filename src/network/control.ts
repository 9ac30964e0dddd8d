import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { setTimeout as delay } from 'node:timers/promises'
import { asNightshiftError, errorMessage } from '../model/errors.ts'
import type { Hello, Message } from '../model/messages/control.ts'
import type { TransportEvents } from '../model/transport.ts'
import type { Logger } from '../observe/logger.ts'
import type { Bans } from './bans.ts'
import { ControlSession } from './control-session.ts'
import type { SessionContext } from './control-session.ts'
import { PeerFault, toError } from './faults.ts'

export const CONTROL_PROTOCOL = '/nightshift/control/1.0.0'
const REOPEN_FIRST_MS = 100
const REOPEN_MAX_MS = 5_000
const OPEN_DEADLINE_MS = 10_000
const CLOSE_DEADLINE_MS = 1_000

export interface ControlInit {
  readonly node: Libp2p
  readonly context: SessionContext
  readonly bans: Bans
  readonly events: TransportEvents
  /** Whether the two have something to say to each other; those that met for the DHT or at a relay may not. */
  readonly useful: (peer: string, hello: Hello) => boolean
  /** told before a peer is disconnected for what it did */
  readonly onFault: (peer: string, fault: PeerFault) => void
  readonly log: Logger
  /** resolves when peers may be served */
  readonly ready: Promise<void>
}

/** The control streams of a node: one per peer, opened by whoever dialled, re-opened while the connection lives. */
export class Control {
  readonly #init: ControlInit
  readonly #sessions = new Map<string, ControlSession>()
  readonly #running = new Set<ControlSession>()
  readonly #stop = new AbortController()
  readonly #onOpen = (event: CustomEvent<Connection>): void => {
    if (event.detail.direction === 'outbound') void this.#keepOpen(event.detail)
  }

  constructor (init: ControlInit) {
    this.#init = init
  }

  async start (): Promise<void> {
    const { node } = this.#init
    await node.handle(CONTROL_PROTOCOL, async (stream, connection) => { await this.#accept(stream, connection) }, { maxInboundStreams: 4, maxOutboundStreams: 4, runOnLimitedConnection: true })
    node.addEventListener('connection:open', this.#onOpen)
  }

  peers (): string[] {
    return [...this.#sessions.keys()]
  }

  session (peer: string): ControlSession | undefined {
    return this.#sessions.get(peer)
  }

  sessions (): Iterable<ControlSession> {
    return this.#sessions.values()
  }

  /** the connections in use, one per peer */
  connections (): Connection[] {
    return [...this.#sessions.values()].map(session => session.connection)
  }

  send (peer: string, message: Message): boolean {
    try {
      return this.#sessions.get(peer)?.send(message) ?? false
    } catch (error) {
      const { code, message: why } = asNightshiftError(error)
      this.#init.log.error({ peer, code, why, kind: Object.keys(message)[0] }, 'a message was not sent: every peer would refuse it')
      return false
    }
  }

  /** Ends the connection to a peer for a breach of the protocol; repeated ones ban it for a while. */
  async punish (peer: string, fault: PeerFault): Promise<void> {
    const { bans, log, onFault } = this.#init
    onFault(peer, fault)
    const banned = fault.offence && bans.offend(peer)
    log.warn({ peer, code: fault.code, reason: fault.reason, banned }, `peer disconnected: ${fault.message}`)
    await this.close(peer, fault.message)
  }

  /** Ends the control stream and all connections to a peer. */
  async close (peer: string, why: string = 'no longer needed'): Promise<void> {
    this.#drop(peer, new Error(why))
    for (const connection of this.#init.node.getConnections()) {
      if (connection.remotePeer.toString() === peer) await closeConnection(connection)
    }
  }

  /** Ends all streams; no event follows. */
  async stop (): Promise<void> {
    this.#stop.abort(new Error('the node is closing'))
    this.#init.node.removeEventListener('connection:open', this.#onOpen)
    for (const session of this.#running) session.end(new Error('the node is closing'))
    await this.#init.node.unhandle(CONTROL_PROTOCOL)
  }

  async #accept (stream: Stream, connection: Connection): Promise<void> {
    if (connection.direction !== 'inbound' || this.#stop.signal.aborted) {
      stream.abort(new Error('control streams are opened by the dialler'))
      return
    }
    await this.#serve(new ControlSession(stream, connection, this.#init.context))
  }

  async #keepOpen (connection: Connection): Promise<void> {
    let wait = REOPEN_FIRST_MS
    while (connection.status === 'open' && !this.#stop.signal.aborted) {
      const openedAt = performance.now()
      try {
        const stream = await connection.newStream(CONTROL_PROTOCOL, { signal: AbortSignal.timeout(OPEN_DEADLINE_MS), runOnLimitedConnection: true })
        const session = new ControlSession(stream, connection, this.#init.context)
        await this.#serve(session)
        if (session.useless) return
      } catch (error) {
        this.#init.log.debug({ peer: connection.remotePeer.toString(), why: errorMessage(toError(error)) }, 'no control stream could be opened')
      }
      if (performance.now() - openedAt > REOPEN_MAX_MS) wait = REOPEN_FIRST_MS
      await delay(wait, undefined, { signal: this.#stop.signal }).catch(() => undefined)
      wait = Math.min(REOPEN_MAX_MS, wait * 2)
    }
  }

  async #serve (session: ControlSession): Promise<void> {
    this.#running.add(session)
    await this.#init.ready
    const why = this.#stop.signal.aborted ? toError(this.#stop.signal.reason) : await session.run({
      onUp: up => this.#up(up),
      onFrame: frame => { this.#tell(() => { this.#init.events.onFrame(frame) }) }
    })
    this.#running.delete(session)
    if (this.#stop.signal.aborted) return
    if (why instanceof PeerFault) await this.punish(session.peer, why)
    else if (this.#sessions.get(session.peer) === session) this.#drop(session.peer, why)
  }

  #up (session: ControlSession): boolean {
    if (session.connection.direction === 'outbound' && !this.#init.useful(session.peer, session.hello)) {
      session.useless = true
      return false
    }
    const current = this.#sessions.get(session.peer)
    if (current !== undefined && !this.#prefers(session, current)) {
      void closeConnection(session.connection)
      return false
    }
    if (current !== undefined) {
      this.#drop(session.peer, new Error('a newer connection to the peer is kept'))
      if (current.connection !== session.connection) void closeConnection(current.connection)
    }
    this.#sessions.set(session.peer, session)
    this.#tell(() => { this.#init.events.onPeerUp(session.peer, session.hello) })
    return this.#sessions.get(session.peer) === session
  }

  /** Both sides must choose alike: a direct connection, of those one dialled by the lower peer id, of those the newer. */
  #prefers (newer: ControlSession, current: ControlSession): boolean {
    const relayed = ({ connection }: ControlSession): boolean => connection.limits !== undefined
    if (relayed(newer) !== relayed(current)) return relayed(current)
    const { self } = this.#init.context
    const lower = self < newer.peer ? 'outbound' : 'inbound'
    return newer.connection.direction === current.connection.direction || newer.connection.direction === lower
  }

  #drop (peer: string, why: Error): void {
    const session = this.#sessions.get(peer)
    if (session === undefined) return
    this.#sessions.delete(peer)
    session.end(why)
    this.#tell(() => { this.#init.events.onPeerDown(peer, why.message) })
  }

  #tell (event: () => void): void {
    if (this.#stop.signal.aborted) return
    try {
      event()
    } catch (error) {
      this.#init.log.error({ err: error }, 'an event of the network could not be handled')
    }
  }
}

async function closeConnection (connection: Connection): Promise<void> {
  try {
    await connection.close({ signal: AbortSignal.timeout(CLOSE_DEADLINE_MS) })
  } catch (error) {
    connection.abort(toError(error))
  }
}
