import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Dice } from './dice.ts'
import { Pipe, UNTROUBLED } from './proxy-pipe.ts'
import type { Conditions } from './proxy-pipe.ts'

/** From whoever dialled the link to its target, and back. */
export type Direction = 'forth' | 'back'

export interface LinkConditions {
  readonly forth: Conditions
  readonly back: Conditions
  /** how often a connection is reset, per minute, at random times */
  readonly resetsPerMinute: number
}

export interface LinkFigures {
  readonly connections: number
  readonly resets: number
  /** bytes that got through, by direction */
  readonly passed: Readonly<Record<Direction, number>>
  readonly swallowed: number
  /** most bytes that were on the way at once in one direction of one connection */
  readonly peak: number
}

/** Connections of a link at once; more are refused. */
const MAX_CONNECTIONS = 64
const CALM: LinkConditions = { forth: UNTROUBLED, back: UNTROUBLED, resetsPerMinute: 0 }
const MINUTE_MS = 60_000

interface Connection {
  readonly near: Socket
  readonly far: Socket
  readonly forth: Pipe
  readonly back: Pipe
  timer?: NodeJS.Timeout
}

/**
 * A TCP proxy on loopback that can be as bad as a real network: late, slow,
 * cut off, partitioned in one direction or both. It holds at most 2 MiB per
 * connection, whatever is sent; whoever sends more has to wait.
 */
export class Link {
  readonly #server: Server
  readonly #dice: Dice
  readonly #connections = new Set<Connection>()
  #target: number
  #conditions: LinkConditions = CALM
  readonly #cut = new Set<Direction>()
  readonly #past = { connections: 0, resets: 0, forth: 0, back: 0, swallowed: 0, peak: 0 }

  private constructor (server: Server, target: number, dice: Dice) {
    this.#server = server
    this.#target = target
    this.#dice = dice
    server.maxConnections = MAX_CONNECTIONS
    server.on('connection', socket => { this.#accept(socket) })
  }

  /** Listens on a free port of loopback and hands on to the port `target`. The dice decide on jitter and resets. */
  static async open (target: number, dice: Dice): Promise<Link> {
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    const link = new Link(server, target, dice)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return link
  }

  get port (): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Local ports of the connections to the target: whoever is connected to it by another did not come through here. */
  get outgoing (): readonly number[] {
    return [...this.#connections].flatMap(({ far }) => far.localPort ?? [])
  }

  get figures (): LinkFigures {
    const { connections, resets, forth, back, swallowed, peak } = this.#past
    const open = [...this.#connections]
    const sum = (of: (connection: Connection) => number): number => open.reduce((total, connection) => total + of(connection), 0)
    return {
      connections,
      resets,
      passed: { forth: forth + sum(it => it.forth.passed), back: back + sum(it => it.back.passed) },
      swallowed: swallowed + sum(it => it.forth.swallowed + it.back.swallowed),
      peak: Math.max(peak, ...open.map(it => Math.max(it.forth.peak, it.back.peak)))
    }
  }

  /** New connections go to another port of loopback: the target was started again. */
  retarget (port: number): void {
    this.#target = port
  }

  /** From now on; what is on the way already comes as it would have. */
  set (conditions: LinkConditions): void {
    this.#conditions = conditions
    for (const connection of this.#connections) this.#drawReset(connection)
  }

  /** Loses everything sent in these directions, the end of a connection too. Nobody is told. */
  partition (...directions: readonly Direction[]): void {
    for (const direction of directions) this.#cut.add(direction)
  }

  /** Ends a partition. What lost some of its bytes is reset: no stream goes on with a hole. */
  mend (): void {
    this.#cut.clear()
    for (const connection of [...this.#connections]) if (connection.forth.torn || connection.back.torn) this.#drop(connection)
  }

  /** Ends every trouble. */
  heal (): void {
    this.set(CALM)
    this.mend()
  }

  /** Resets every connection. Returns how many there were. */
  reset (): number {
    const open = [...this.#connections]
    for (const connection of open) this.#reset(connection)
    return open.length
  }

  async close (): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const connection of [...this.#connections]) this.#drop(connection)
    await closed
  }

  #accept (near: Socket): void {
    const far = connect({ host: '127.0.0.1', port: this.#target, allowHalfOpen: true, noDelay: true })
    const pipe = (direction: Direction, from: Socket, to: Socket): Pipe => new Pipe({
      from, to, conditions: () => this.#conditions[direction], fraction: () => this.#dice.fraction(), swallows: () => this.#cut.has(direction)
    })
    const connection: Connection = { near, far, forth: pipe('forth', near, far), back: pipe('back', far, near) }
    this.#connections.add(connection)
    this.#past.connections++
    this.#drawReset(connection)
    this.#watch(connection, near, connection.forth)
    this.#watch(connection, far, connection.back)
  }

  /** A side that is gone takes the other with it, unless the partition keeps that from being known. */
  #watch (connection: Connection, side: Socket, outward: Pipe): void {
    const direction = outward === connection.forth ? 'forth' : 'back'
    let failed = false
    side.on('error', () => { failed = true })
    side.on('close', () => {
      if (!this.#connections.has(connection)) return
      if (this.#cut.has(direction)) outward.torn = true
      else if (failed || (connection.near.destroyed && connection.far.destroyed)) this.#drop(connection)
    })
  }

  #drawReset (connection: Connection): void {
    clearTimeout(connection.timer)
    const { resetsPerMinute } = this.#conditions
    if (resetsPerMinute <= 0) return
    const wait = -Math.log(1 - this.#dice.fraction()) * MINUTE_MS / resetsPerMinute
    connection.timer = setTimeout(() => { this.#reset(connection) }, wait)
  }

  #reset (connection: Connection): void {
    this.#past.resets++
    this.#drop(connection)
  }

  /** Both sides get a reset, and what was on the way is lost. */
  #drop (connection: Connection): void {
    if (!this.#connections.delete(connection)) return
    clearTimeout(connection.timer)
    const { near, far, forth, back } = connection
    for (const pipe of [forth, back]) {
      this.#past.swallowed += pipe.swallowed
      this.#past.peak = Math.max(this.#past.peak, pipe.peak)
      pipe.close()
    }
    this.#past.forth += forth.passed
    this.#past.back += back.passed
    for (const socket of [near, far]) {
      if (socket.connecting) socket.destroy()
      else socket.resetAndDestroy()
    }
  }
}
