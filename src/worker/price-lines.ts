import type { Announce } from '../model/messages/control.ts'

/** Programs of the owner that are asked at a time. */
export const MOST_ASKED = 4
/** Of them about one coordinator's announcements, so that whoever comes next need not wait for an answer to another. */
export const MOST_ASKED_FOR_ONE = MOST_ASKED - 1
/** Announcements of one coordinator that wait. */
export const MOST_WAITING = 8

/** An announcement whose price the owner's program says. */
export interface AwaitedPrice {
  readonly coordinator: string
  readonly announce: Announce
  /** when it came, milliseconds */
  readonly since: number
}

/**
 * Announcements that wait for the owner's program, a line for each coordinator: however many jobs one announces, it
 * holds up its own. Next comes who is asked about least at the moment, and among equals who waits longest for its turn.
 */
export class PriceLines {
  readonly #asked = new Map<string, AwaitedPrice>()
  /** in the order of their turns; none is empty */
  readonly #lines = new Map<string, AwaitedPrice[]>()

  /** what the program is asked at the moment, by the question's key */
  get asked (): ReadonlyMap<string, AwaitedPrice> {
    return this.#asked
  }

  /**
   * Puts an announcement into its coordinator's line. One that was heard before is not asked about twice, and one of a
   * later round takes the place of the job's earlier one.
   * @returns whether it will be answered; false when the line is full
   */
  wait (awaited: AwaitedPrice): boolean {
    const { coordinator, announce } = awaited
    if (this.#asked.has(keyOf(awaited))) return true
    const line = this.#lines.get(coordinator) ?? []
    const at = line.findIndex(other => other.announce.jobId === announce.jobId)
    if (at >= 0) line[at] = awaited
    else if (line.length >= MOST_WAITING) return false
    else line.push(awaited)
    this.#lines.set(coordinator, line)
    return true
  }

  /** Takes out the next one that may be asked about; undefined when none may be at the moment. */
  next (): AwaitedPrice | undefined {
    if (this.#asked.size >= MOST_ASKED) return undefined
    let first: string | undefined
    let least = MOST_ASKED_FOR_ONE
    for (const coordinator of this.#lines.keys()) {
      const count = this.#askedFor(coordinator)
      if (count >= least) continue
      first = coordinator
      least = count
    }
    return first === undefined ? undefined : this.#take(first)
  }

  /** The program is asked about it. Returns the question's key. */
  ask (awaited: AwaitedPrice): string {
    const key = keyOf(awaited)
    this.#asked.set(key, awaited)
    return key
  }

  /** The program has answered, or has not. */
  answered (key: string): AwaitedPrice | undefined {
    const awaited = this.#asked.get(key)
    this.#asked.delete(key)
    return awaited
  }

  /** A coordinator is gone. What is being asked for it counts as its own until it is answered. */
  leave (coordinator: string): void {
    this.#lines.delete(coordinator)
  }

  #take (coordinator: string): AwaitedPrice | undefined {
    const line = this.#lines.get(coordinator) ?? []
    const taken = line.shift()
    // put anew, behind those whose turn is yet to come
    this.#lines.delete(coordinator)
    if (line.length > 0) this.#lines.set(coordinator, line)
    return taken
  }

  #askedFor (coordinator: string): number {
    let count = 0
    for (const awaited of this.#asked.values()) if (awaited.coordinator === coordinator) count++
    return count
  }
}

function keyOf ({ coordinator, announce: { jobId, round } }: AwaitedPrice): string {
  return `${coordinator}/${jobId}/${round}`
}
