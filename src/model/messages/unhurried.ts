import type { Message } from './control.ts'

/**
 * What may ride leaves by itself at the first tick after so long, milliseconds. Longer than the shortest of usual waits
 * for the next frame, or else every tick would take frames of its own from a peer that says something ten times a second.
 */
const RIDE_MS = 150

/** Messages that can wait for the next frame to their peer: a frame of their own costs more than they tell. Lost with a restart, as a frame would be. */
export class Unhurried {
  readonly #waiting = new Map<string, { readonly since: number, readonly messages: Message[] }>()

  /** @param now milliseconds */
  add (peer: string, message: Message, now: number): void {
    const waiting = this.#waiting.get(peer) ?? { since: now, messages: [] }
    this.#waiting.set(peer, waiting)
    waiting.messages.push(message)
  }

  /** peers something waits for */
  peers (): readonly string[] {
    return [...this.#waiting.keys()]
  }

  /** Peers something has waited for so long that it need not wait for more. */
  overdue (now: number): readonly string[] {
    return [...this.#waiting].filter(([, { since }]) => now - since >= RIDE_MS).map(([peer]) => peer)
  }

  /** Everything that waits for a peer, in the order it was said; it waits no more. */
  take (peer: string): readonly Message[] {
    const messages = this.#waiting.get(peer)?.messages ?? []
    this.#waiting.delete(peer)
    return messages
  }
}
