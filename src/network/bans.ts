import type { Clock } from '../model/clock.ts'

const OFFENCES_BEFORE_BAN = 3
const FORGET_AFTER_MS = 10 * 60_000
const BAN_MS = 5 * 60_000
const REMEMBERED_PEERS = 4096

interface Record {
  offences: number
  lastAt: number
  bannedUntil: number
}

/** Peers that broke the protocol again and again, refused for five minutes. Remembers the latest few thousand. */
export class Bans {
  readonly #records = new Map<string, Record>()
  readonly #clock: Clock

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Counts an offence; true when it earns a ban. Three within ten minutes of each other do. */
  offend (peer: string): boolean {
    const now = this.#clock.now()
    const record = this.#records.get(peer) ?? { offences: 0, lastAt: now, bannedUntil: 0 }
    if (now - record.lastAt > FORGET_AFTER_MS) record.offences = 0
    record.offences++
    record.lastAt = now
    const banned = record.offences >= OFFENCES_BEFORE_BAN
    if (banned) {
      record.bannedUntil = now + BAN_MS
      record.offences = 0
    }
    this.#remember(peer, record)
    return banned
  }

  has (peer: string): boolean {
    return (this.#records.get(peer)?.bannedUntil ?? 0) > this.#clock.now()
  }

  #remember (peer: string, record: Record): void {
    this.#records.delete(peer)
    this.#records.set(peer, record)
    for (const oldest of this.#records.keys()) {
      if (this.#records.size <= REMEMBERED_PEERS) break
      this.#records.delete(oldest)
    }
  }
}
