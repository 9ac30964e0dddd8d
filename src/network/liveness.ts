import type { Clock } from '../model/clock.ts'
import type { ControlSession } from './control-session.ts'

const LOOK_MS = 5_000
/** A peer that said something this long ago is not asked. */
const QUIET_MS = 10_000
const ANSWER_MS = 10_000
/** A peer whose event loop stands still for half a minute is busy, not gone. */
const MISSES = 3

export interface LivenessInit {
  readonly clock: Clock
  readonly sessions: () => Iterable<ControlSession>
  /** Asks a peer for a sign of life. */
  readonly ping: (session: ControlSession, signal: AbortSignal) => Promise<unknown>
  readonly onDead: (session: ControlSession, quietMs: number) => void
}

/**
 * Notices that a line is dead though nobody has closed it, as when a cable is
 * pulled or an address has moved: TCP would wait for a quarter of an hour. libp2p's
 * own monitor gives up after one lost ping, too soon for a machine at work.
 */
export class Liveness {
  readonly #init: LivenessInit
  readonly #misses = new WeakMap<ControlSession, number>()
  readonly #asking = new WeakSet<ControlSession>()
  readonly #stop = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor (init: LivenessInit) {
    this.#init = init
    this.#timer = setInterval(() => { this.#look() }, LOOK_MS)
    this.#timer.unref()
  }

  stop (): void {
    clearInterval(this.#timer)
    this.#stop.abort(new Error('the node is closing'))
  }

  #look (): void {
    const now = this.#init.clock.now()
    for (const session of this.#init.sessions()) {
      if (now - session.heardAt < QUIET_MS) this.#misses.delete(session)
      else if (!this.#asking.has(session)) void this.#ask(session)
    }
  }

  async #ask (session: ControlSession): Promise<void> {
    const late = AbortSignal.timeout(ANSWER_MS)
    this.#asking.add(session)
    const alive = await this.#init.ping(session, AbortSignal.any([late, this.#stop.signal])).then(() => true, () => !late.aborted)
    this.#asking.delete(session)
    if (this.#stop.signal.aborted) return
    const misses = alive ? 0 : (this.#misses.get(session) ?? 0) + 1
    this.#misses.set(session, misses)
    if (misses >= MISSES) this.#init.onDead(session, this.#init.clock.now() - session.heardAt)
  }
}
