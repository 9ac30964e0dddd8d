import { Loop } from '../../../src/composition/loop.ts'
import type { Message } from '../../../src/model/messages/control.ts'
import type { Write } from '../../../src/model/store.ts'
import { createLogger } from '../../../src/observe/logger.ts'
import { SimulatedDisk } from './disk.ts'
import { Violation } from './violation.ts'
import type { World } from './world.ts'

/** Where in a turn a process is to die. */
export type DeathPoint = 'now' | 'before-write' | 'after-write' | 'half-spoken'

interface TurnShape {
  readonly sends: readonly { readonly peer: string, readonly message: Message }[]
  readonly writes: () => Write[]
}

const SILENT = createLogger('silent')

/** One node: the production loop around a production core, on a virtual disk and clock. It may freeze, die and come back. */
export abstract class SimulatedProcess<E extends { readonly kind: string }, T extends TurnShape> {
  readonly name: string
  readonly disk: SimulatedDisk
  /** milliseconds the machine's clock is off; a process goes by what it was at its start */
  clockOffset = 0
  /** counts starts and ends: what an earlier life planned is void */
  life = 0
  readonly world: World
  #loop: Loop<E, T> | undefined
  #clock = 0
  #pausedUntil = 0
  #held: E[] = []
  #death: DeathPoint | undefined
  #restart = true

  constructor (world: World, name: string) {
    this.world = world
    this.name = name
    this.disk = new SimulatedDisk(world.dice, {
      after: (ms, run) => { world.after(ms, run) },
      touch: () => { world.touch() },
      dies: when => this.#diesAt(when),
      onApplied: writes => { world.guard(() => { this.onApplied(writes) }) }
    })
  }

  get alive (): boolean { return this.#loop !== undefined }

  get paused (): boolean { return this.#pausedUntil > this.world.now }

  get pausedUntil (): number { return this.#pausedUntil }

  /** what this node's clock shows */
  now (): number { return this.world.now + this.#clock }

  /** Reads the state back from the disk. */
  protected abstract load (): Promise<void>
  protected abstract begin (now: number): T
  protected abstract step (turn: T, event: E): void
  protected abstract finish (turn: T): void
  /** events that are refused by throwing; any other throw is a defect */
  protected abstract mayRefuse (event: E): boolean
  /** after the writes, before the messages */
  protected abstract onTurn (turn: T): void
  protected abstract onApplied (writes: readonly Write[]): void
  protected abstract onStarted (): void
  protected abstract onEnded (): void
  protected abstract outgoing (peer: string, message: Message): readonly Message[]
  protected abstract effects (turn: T): void

  /** Starts from what the disk has. */
  boot (): void {
    const life = ++this.life
    this.#clock = this.clockOffset
    this.world.touch()
    this.load().then(() => {
      if (this.life !== life) return
      this.#loop = this.#newLoop()
      this.world.trace.add(`${this.world.now} ${this.name} started`)
      this.onStarted()
      this.#tick()
    }).catch((error: unknown) => {
      if (this.life !== life) return
      if (this.disk.state === 'full' || this.disk.state === 'fsync') this.crash('no disk')
      else this.world.fail(error)
    })
  }

  /** Ends at once, whatever it was doing; it comes back after a while unless it is gone for good. */
  crash (why: string): void {
    this.life++
    this.#loop = undefined
    this.#held = []
    this.#death = undefined
    this.#pausedUntil = 0
    this.disk.crash()
    this.world.trace.add(`${this.world.now} ${this.name} dies: ${why}`)
    this.world.stats.count('crash')
    this.onEnded()
    this.world.network.died(this.name)
    if (!this.#restart) return
    const life = this.life
    this.world.after(this.world.dice.whole(50, this.world.calm ? 500 : 15_000), () => { if (this.life === life) this.boot() })
  }

  /** Dies and never comes back. */
  leave (why: string): void {
    this.#restart = false
    this.crash(why)
  }

  /** Dies at this point of its next turn, or at once. */
  kill (at: DeathPoint): void {
    if (!this.alive) return
    if (at === 'now') this.crash('killed')
    else this.#death = at
  }

  /** Does nothing for a while; what comes in waits. */
  pause (ms: number): void {
    if (!this.alive) return
    this.#pausedUntil = this.world.now + ms
    const life = this.life
    this.world.after(ms, () => { if (this.life === life && !this.paused) this.#takeHeld() })
  }

  /** Goes on before its time, and does not die as it was meant to. */
  spare (): void {
    this.#death = undefined
    if (!this.paused) return
    this.#pausedUntil = 0
    this.#takeHeld()
  }

  #takeHeld (): void {
    const held = this.#held
    this.#held = []
    // timers may fire before sockets are read
    if (this.world.dice.chance(0.5)) this.post({ kind: 'tick' } as unknown as E)
    for (const event of held) this.post(event)
  }

  post (event: E): void {
    if (this.#loop === undefined) return
    if (this.paused) {
      this.#held.push(event)
      return
    }
    this.world.touch()
    this.#loop.post(event)
  }

  /** Hands a request in; told when it is on disk. Never told when the node dies first. */
  request (event: E, then: (refused: Error | undefined) => void): void {
    if (this.#loop === undefined) return
    this.world.touch()
    const life = this.life
    this.#loop.request(event).then(() => { if (life === this.life) then(undefined) }, (error: Error) => { if (life === this.life) then(error) })
  }

  /** Runs something later in this life; a frozen node does it when it thaws. */
  later (ms: number, run: () => void): void {
    const life = this.life
    const go = (): void => {
      if (this.life !== life) return
      if (this.paused) this.world.after(Math.min(1000, this.#pausedUntil - this.world.now), go)
      else run()
    }
    this.world.after(ms, go)
  }

  #tick (): void {
    this.later(this.world.tickMs, () => {
      this.post({ kind: 'tick' } as unknown as E)
      this.#tick()
    })
  }

  #newLoop (): Loop<E, T> {
    const { life } = this
    return new Loop<E, T>({
      core: {
        begin: now => this.begin(now),
        step: (turn, event) => { this.#guarded(event, () => { this.step(turn, event) }) },
        finish: turn => { this.#guarded(undefined, () => { this.finish(turn) }) },
        perform: turn => { if (this.life === life) this.#perform(turn) }
      },
      store: this.disk,
      now: () => this.now(),
      log: SILENT,
      onFatal: error => { if (this.life === life) this.crash(`fatal: ${error.message}`) }
    })
  }

  #guarded (event: E | undefined, run: () => void): void {
    try {
      run()
    } catch (error) {
      if (event === undefined || !this.mayRefuse(event)) {
        this.world.fail(new Violation('a core never throws', `${this.name}, ${event?.kind ?? 'end of turn'}: ${(error as Error).stack ?? String(error)}`))
      }
      throw error
    }
  }

  #perform (turn: T): void {
    this.world.guard(() => { this.onTurn(turn) })
    const dies = this.#death === 'half-spoken' && turn.sends.length > 0
    const said = dies ? this.world.dice.whole(0, turn.sends.length - 1) : turn.sends.length
    for (const { peer, message } of turn.sends.slice(0, said)) {
      for (const sent of this.outgoing(peer, message)) this.world.network.send(this.name, peer, sent)
    }
    if (dies) this.crash('while speaking')
    else this.effects(turn)
  }

  #diesAt (when: 'before-write' | 'after-write'): boolean {
    if (this.#death !== when || !this.alive) return false
    this.crash(when)
    return true
  }
}
