import type { Message } from '../model/messages/control.ts'
import type { Write } from '../model/store.ts'
import type { WorkerEffect } from './events.ts'
import type { WorkerState } from './state.ts'

/** One turn of the worker: writes first, then messages and effects. */
export class WorkerTurn {
  readonly now: number
  readonly state: WorkerState
  readonly sends: { readonly peer: string, readonly message: Message }[] = []
  readonly effects: WorkerEffect[] = []
  /** content let go by this turn's events, by hash */
  readonly forgotten = new Set<string>()
  readonly #writes = new Map<string, string | undefined>()

  constructor (state: WorkerState, now: number) {
    this.state = state
    this.now = now
  }

  put (key: string, value: string | undefined): void {
    this.#writes.set(key, value)
  }

  send (peer: string, message: Message): void {
    this.sends.push({ peer, message })
  }

  /** Says something that can wait for the next frame to this coordinator, or for a tick, while more of its leases are here than run. */
  sendWithNext (peer: string, message: Message): void {
    this.state.unhurried.add(peer, message, this.now)
  }

  /** What waits for these coordinators leaves, before anything else that is said to them in this turn. */
  hurry (peers: Iterable<string>): void {
    for (const peer of peers) this.sends.unshift(...this.state.unhurried.take(peer).map(message => ({ peer, message })))
  }

  effect (effect: WorkerEffect): void {
    this.effects.push(effect)
  }

  /** Lets content go; it is deleted only if nothing else needs it at the end of the turn. */
  forget (hashes: Iterable<string>): void {
    for (const sha256 of hashes) this.forgotten.add(sha256)
  }

  writes (): Write[] {
    return [...this.#writes].map(([key, value]) => ({ key, value }))
  }
}
