/** One lease as its coordinator saw it; milliseconds of its own clock. */
export interface LeaseTimes {
  readonly leasedAt: number
  /** when the slot it ran in was last seen to become free; 0 when it was free before anything was seen */
  readonly slotFreeAt: number
  readonly committedAt: number
  /** what the worker says it ran */
  readonly ranMs: number
}

/** Longest round trip that is believed, milliseconds: beyond that something else was in the way. */
const MOST_MS = 1000
/** A slot that stood idle for less than this share of a run did not wait for its lease: news of ends come a little early or late. */
const IDLE_SHARE = 0.1
/** What a lease that was waited for changes of the figure, and what one that was not takes away from it. */
const WAITED_WEIGHT = 0.3
const FED_DECAY = 0.02

/**
 * How long a lease takes to its worker and its commit back, with everything both sides do in between, milliseconds.
 * Only a slot that stood idle shows it: the lease began when it came. Behind other leases it waited there, and nothing is
 * learned but that as much ahead is enough: the figure sinks slowly, until a slot stands idle again.
 * @param before the figure so far; 0: none yet
 */
export function withLease (before: number, { leasedAt, slotFreeAt, committedAt, ranMs }: LeaseTimes): number {
  const beyond = Math.min(MOST_MS, Math.max(0, committedAt - leasedAt - ranMs))
  const idle = committedAt - slotFreeAt - ranMs
  const waitedFor = slotFreeAt <= leasedAt || idle > IDLE_SHARE * ranMs
  if (waitedFor) return before === 0 ? beyond : before + WAITED_WEIGHT * (beyond - before)
  return Math.min(beyond, before * (1 - FED_DECAY))
}
