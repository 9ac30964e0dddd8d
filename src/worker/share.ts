import { equalShares } from '../market/fair-share.ts'
import type { WorkerAttempt, WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** A coordinator that announced a job counts as one that has work for this long, milliseconds. */
const ANNOUNCED_MS = 5000
/** Tasks handed to the sandbox beyond those that run: as many as take so long, milliseconds, at most so many per slot. */
const HANDED_AHEAD_MS = 500
const HANDED_AHEAD = 16

/** Notes that a coordinator has work. */
export function noteAnnounced (state: WorkerState, coordinator: string, now: number): void {
  const view = state.coordinators.get(coordinator)
  if (view !== undefined) view.announcedAt = now
}

/**
 * Tasks at a time a coordinator may count on: all there are while it alone has work; an equal share while others have
 * work too, and what they leave of theirs.
 */
export function shareOf (state: WorkerState, slots: number, coordinator: string, now: number): number {
  const wants = new Map<string, number>()
  const live = liveByCoordinator(state)
  for (const { peer, admitted, announcedAt } of state.coordinators.values()) {
    const has = live.get(peer) ?? 0
    if (admitted && (has > 0 || peer === coordinator || (announcedAt !== undefined && now - announcedAt < ANNOUNCED_MS))) wants.set(peer, has)
  }
  if (slots === 0 || wants.size <= 1) return slots
  const equal = Math.ceil(slots / wants.size)
  // whoever has used its share up, or has yet to begin, could use all of the machine
  for (const [peer, has] of wants) if (has >= equal || has === 0) wants.set(peer, slots)
  return Math.max(equal, equalShares(slots, wants).get(coordinator) ?? 0)
}

function liveByCoordinator (state: WorkerState): ReadonlyMap<string, number> {
  const live = new Map<string, number>()
  for (const { coordinator, state: at } of state.attempts.values()) {
    if (at === 'QUEUED' || at === 'RUNNING') live.set(coordinator, (live.get(coordinator) ?? 0) + 1)
  }
  return live
}

/**
 * True while more of a coordinator's leases are here than run: a task that ends leaves no slot idle, whatever the
 * coordinator hears in between, and says what waits with its commit.
 */
export function hasLeasesAhead (state: WorkerState, coordinator: string): boolean {
  return (liveByCoordinator(state).get(coordinator) ?? 0) > state.config.slots
}

/**
 * Waiting leases go to the sandbox, which runs as many at a time as there are slots: of each coordinator in the order
 * they came, and among coordinators so that each gets as much of the machine's time as any other. A few more are
 * handed over so that it finds the next one, its input fetched, without waiting for a turn of ours.
 */
export function startQueued (turn: WorkerTurn): void {
  const { attempts, config: { slots }, queue } = turn.state
  const waiting = new Map<string, [string, WorkerAttempt][]>()
  const active = new Set<string>()
  let running = 0
  for (const [key, attempt] of attempts) {
    if (attempt.state !== 'QUEUED' && attempt.state !== 'RUNNING') continue
    active.add(attempt.coordinator)
    if (attempt.state === 'RUNNING') running++
    else {
      const line = waiting.get(attempt.coordinator) ?? []
      waiting.set(attempt.coordinator, line)
      line.push([key, attempt])
    }
  }
  queue.attend(active)
  for (const line of waiting.values()) line.reverse()
  for (;;) {
    const coordinator = queue.next(waiting.keys())
    if (coordinator === undefined || running >= slots * (1 + ahead(queue.runMs(coordinator)))) return
    const line = waiting.get(coordinator) ?? []
    const entry = line.pop()
    if (line.length === 0) waiting.delete(coordinator)
    if (entry === undefined) continue
    const [key, attempt] = entry
    attempt.state = 'RUNNING'
    attempt.begunAt = turn.now
    attempt.charged = queue.begin(coordinator)
    turn.effect({ kind: 'run', key, attempt })
    running++
  }
}

function ahead (runMs: number): number {
  return Math.min(HANDED_AHEAD, Math.max(1, Math.ceil(HANDED_AHEAD_MS / runMs)))
}

/**
 * A task that was handed to the sandbox is done. Its coordinator is charged for as long as it took a slot: since as
 * many tasks ended before it as there are slots, fetching and storing of content included, and no less than it ran.
 */
export function endRun (state: WorkerState, attempt: WorkerAttempt, ranMs: number, now: number): void {
  if (attempt.charged === undefined) return
  const { ends, queue, config: { slots } } = state
  const slotFree = ends.length < slots ? 0 : ends[ends.length - slots] ?? 0
  queue.end(attempt.coordinator, attempt.charged, Math.max(ranMs, now - Math.max(attempt.begunAt ?? now, slotFree)))
  delete attempt.charged
  ends.push(now)
  if (ends.length > slots) ends.shift()
}
