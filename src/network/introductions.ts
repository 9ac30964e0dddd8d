import type { Hello } from '../model/messages/control.ts'
import type { PeerIntroduction } from '../model/transport.ts'

interface Kept {
  readonly role: string
  readonly agent: string
  /** its clock less the time this process has run, milliseconds */
  readonly ahead?: number
}

/** What connected peers said of themselves. Clocks are held against the time that passes here, so that setting ours later shows. */
export class Introductions {
  readonly #kept = new Map<string, Kept>()

  up (peer: string, { role, agent, sentAt }: Pick<Hello, 'role' | 'agent' | 'sentAt'>): void {
    this.#kept.set(peer, { role, agent, ...sentAt === undefined ? {} : { ahead: sentAt - performance.now() } })
  }

  down (peer: string): void {
    this.#kept.delete(peer)
  }

  role (peer: string): string | undefined {
    return this.#kept.get(peer)?.role
  }

  /** @param rtt round-trip time to a peer, milliseconds, where it is known */
  all (rtt: (peer: string) => number | undefined): readonly PeerIntroduction[] {
    return [...this.#kept].map(([peer, { role, agent, ahead }]) => ({
      peer, role, agent, ...ahead === undefined ? {} : { clockAheadMs: Math.round(ahead + performance.now() + (rtt(peer) ?? 0) / 2 - Date.now()) }
    }))
  }
}
