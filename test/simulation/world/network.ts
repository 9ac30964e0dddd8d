import { Message } from '../../../src/model/messages/control.ts'
import { encodeBody } from '../../../src/model/messages/encode.ts'
import { validateMessage } from '../../../src/model/messages/validate.ts'
import { Violation } from './violation.ts'
import type { World } from './world.ts'

/** What may befall messages, each a probability per message. */
export interface Weather {
  readonly drop: number
  readonly delay: number
  readonly duplicate: number
  readonly reorder: number
  readonly corrupt: number
}

export const CLEAR: Weather = { drop: 0, delay: 0, duplicate: 0, reorder: 0, corrupt: 0 }

/** What a node does when a connection comes and goes, and with what it is told. */
export interface Endpoint {
  readonly incarnation: () => number
  readonly alive: () => boolean
  readonly pausedUntil: () => number
  readonly onUp: (peer: string, incarnation: number) => void
  readonly onDown: (peer: string) => void
  readonly onMessage: (peer: string, message: Message) => void
  /** changes the bytes of a message on their way out, as a broken or hostile peer would */
  readonly garble?: (bytes: Uint8Array) => Uint8Array
}

interface Side { readonly name: string, readonly blocked: Set<string>, held: (() => void)[], lastDelivery: number, helloAt: number, up: number }

interface Link { readonly sides: readonly [Side, Side], generation: number, open: boolean }

/**
 * Connections between nodes as TCP and the control protocol give them: one
 * ordered stream per pair, opened with Hellos, found broken after a while, and
 * dialled again. Bad weather makes it worse than TCP is.
 */
export class SimulatedNetwork {
  weather = CLEAR
  readonly #world: World
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #links = new Map<string, Link>()

  constructor (world: World) {
    this.#world = world
  }

  join (name: string, endpoint: Endpoint): void {
    this.#endpoints.set(name, endpoint)
  }

  /** Lets two nodes find each other; they are kept connected from now on. */
  introduce (a: string, b: string): void {
    const link: Link = { sides: [newSide(a), newSide(b)], generation: 0, open: false }
    this.#links.set(`${a}|${b}`, link)
    this.#dialLater(link, this.#world.dice.whole(1, 500))
  }

  connected (a: string, b: string): boolean {
    const link = this.#find(a, b)
    return link?.open === true && link.sides.every(side => side.blocked.size === 0)
  }

  send (from: string, to: string, message: Message): void {
    const link = this.#find(from, to)
    const { dice } = this.#world
    if (link === undefined || !link.open || this.#side(link, from).up !== link.generation) return
    const plain = this.#encoded(from, message)
    if (plain === undefined) return
    this.#world.seen.note(message)
    const garbled = this.#endpoints.get(from)?.garble?.(plain) ?? plain
    const { weather } = this
    if (dice.chance(weather.drop)) {
      this.#world.stats.count('drop')
      return
    }
    if (dice.chance(weather.corrupt)) {
      this.#world.stats.count('corrupt')
      this.#break(link, 'a corrupt frame')
      return
    }
    const slow = dice.chance(weather.delay) ? dice.whole(100, 8000) : dice.whole(1, 5)
    const copies = dice.chance(weather.duplicate) ? 2 : 1
    // content that travels inside a message is stored before the core is told
    const overtaken = dice.chance(weather.reorder) || ((message.lease !== undefined || message.reveal !== undefined) && dice.chance(0.2))
    const side = this.#side(link, from)
    let at = Math.max(side.helloAt, this.#world.now + slow)
    if (!overtaken) {
      at = Math.max(at, side.lastDelivery)
      side.lastDelivery = at
    }
    for (let copy = 0; copy < copies; copy++) {
      const { generation } = link
      this.#world.at(at + copy * dice.whole(0, 3000), () => { this.#arrive(link, generation, from, to, garbled) })
    }
  }

  /** Frames from one node to another no longer arrive until unblocked. `why` tells partitions apart. */
  block (from: string, to: string, why: string): void {
    const link = this.#find(from, to)
    if (link === undefined) return
    this.#side(link, from).blocked.add(why)
    const { generation } = link
    this.#world.after(this.#world.dice.whole(4000, 20_000), () => {
      if (link.generation === generation && this.#side(link, from).blocked.has(why)) this.#break(link, 'nothing is heard')
    })
  }

  /** Ends every partition. */
  unblockAll (): void {
    for (const link of this.#links.values()) for (const side of link.sides) for (const why of side.blocked) this.unblock(why)
  }

  unblock (why: string): void {
    for (const link of this.#links.values()) {
      for (const side of link.sides) {
        if (!side.blocked.delete(why) || side.blocked.size > 0) continue
        const held = side.held
        side.held = []
        for (const deliver of held) this.#world.after(2, deliver)
      }
    }
  }

  /** A node died: its connections are gone, and the others notice sooner or later. */
  died (name: string): void {
    for (const link of this.#links.values()) {
      const side = link.sides.find(one => one.name === name)
      if (side === undefined) continue
      side.up = 0
      if (link.open) this.#break(link, `${name} is gone`)
    }
  }

  #encoded (from: string, message: Message): Uint8Array | undefined {
    try {
      validateMessage(message)
      return encodeBody(message)
    } catch (error) {
      this.#world.fail(new Violation('nodes send only what peers take', `${from}: ${(error as Error).message}`))
      return undefined
    }
  }

  #arrive (link: Link, generation: number, from: string, to: string, bytes: Uint8Array): void {
    if (link.generation !== generation || !link.open) return
    const sender = this.#side(link, from)
    const receiver = this.#side(link, to)
    const endpoint = this.#endpoints.get(to)
    if (sender.blocked.size > 0) {
      sender.held.push(() => { this.#arrive(link, generation, from, to, bytes) })
      return
    }
    if (receiver.up !== generation || endpoint?.alive() !== true) return
    const message = decoded(bytes)
    if (message === undefined) {
      this.#world.stats.count('refused frame')
      this.#break(link, `${from} breaks the protocol`)
      return
    }
    this.#world.trace.add(`${this.#world.now} ${from} → ${to} ${brief(message)}`)
    endpoint.onMessage(from, message)
  }

  #dialLater (link: Link, ms: number): void {
    const { generation } = link
    this.#world.after(ms, () => { if (link.generation === generation && !link.open) this.#dial(link) })
  }

  #dial (link: Link): void {
    const ready = link.sides.every(side => {
      const endpoint = this.#endpoints.get(side.name)
      return endpoint?.alive() === true && endpoint.pausedUntil() <= this.#world.now && side.blocked.size === 0
    })
    if (!ready) {
      this.#dialLater(link, this.#world.dice.whole(200, 3000))
      return
    }
    link.generation++
    link.open = true
    const { generation } = link
    for (const [side, other] of [[link.sides[0], link.sides[1]], [link.sides[1], link.sides[0]]] as const) {
      const at = this.#world.now + this.#world.dice.whole(1, 20)
      other.held = []
      other.helloAt = at
      other.lastDelivery = at
      const incarnation = this.#endpoints.get(other.name)?.incarnation() ?? 0
      this.#world.at(at, () => { this.#up(link, generation, side, other.name, incarnation) })
    }
  }

  #up (link: Link, generation: number, side: Side, peer: string, incarnation: number): void {
    const endpoint = this.#endpoints.get(side.name)
    if (link.generation !== generation || !link.open || endpoint?.alive() !== true) return
    if (side.up !== 0) endpoint.onDown(peer)
    side.up = generation
    this.#world.trace.add(`${this.#world.now} ${side.name} has ${peer}`)
    endpoint.onUp(peer, incarnation)
  }

  #break (link: Link, why: string): void {
    this.#world.trace.add(`${this.#world.now} ${link.sides[0].name} ╳ ${link.sides[1].name}: ${why}`)
    const { generation } = link
    link.open = false
    link.generation++
    for (const [side, other] of [[link.sides[0], link.sides[1]], [link.sides[1], link.sides[0]]] as const) {
      if (side.up !== generation) continue
      const { dice } = this.#world
      this.#world.after(dice.chance(0.8) ? dice.whole(0, 50) : dice.whole(1000, 15_000), () => {
        if (side.up !== generation) return
        side.up = 0
        this.#endpoints.get(side.name)?.onDown(other.name)
      })
    }
    this.#dialLater(link, this.#world.dice.whole(100, 3000))
  }

  #find (a: string, b: string): Link | undefined {
    return this.#links.get(`${a}|${b}`) ?? this.#links.get(`${b}|${a}`)
  }

  #side (link: Link, name: string): Side {
    return link.sides[0].name === name ? link.sides[0] : link.sides[1]
  }
}

function newSide (name: string): Side {
  return { name, blocked: new Set(), held: [], lastDelivery: 0, helloAt: 0, up: 0 }
}

function decoded (bytes: Uint8Array): Message | undefined {
  try {
    const message = Message.decode(bytes)
    validateMessage(message)
    return message
  } catch {
    return undefined
  }
}

function brief (message: Message): string {
  for (const [kind, body] of Object.entries(message) as [string, Record<string, unknown>][]) {
    const attempt = body.attempt as { jobId: string, chunk: number, epoch: number } | undefined
    if (attempt !== undefined) {
      const verdict = kind === 'verdict' ? ` ${String(body.accepted)}` : ''
      const why = body.reason === undefined ? '' : ` ${(body.reason as { code: string }).code}`
      return `${kind} ${attempt.jobId.slice(0, 5)}/${attempt.chunk}/${attempt.epoch}${verdict}${why}`
    }
    if (kind === 'resume' || kind === 'heartbeat') return `${kind} ${(body.live as unknown[]).length}`
    return kind
  }
  return 'nothing'
}
