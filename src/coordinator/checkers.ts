import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { mayRun } from './chunks.ts'
import type { Chunk, Job, WorkerView } from './state.ts'
import { isAdaptive } from './tiers.ts'
import type { Turn } from './turn.ts'

/** Chunk times that the worker drawn has before another is drawn, and the least and most this comes to, milliseconds. */
const CHUNK_TIMES = 2
const LEAST_MS = 200
const MOST_MS = 10_000

/**
 * Who runs a chunk that another worker has a result of, or is about to have, is drawn among all who may: whoever is free
 * first would often be one of the first one's coalition, that keeps itself free for it.
 * @param candidates who may be drawn
 * @returns whether it is this worker's turn
 */
export function isDrawn (turn: Turn, job: Job, chunk: Chunk, worker: WorkerView, candidates: () => readonly WorkerView[]): boolean {
  if (!isAdaptive(job) || !chunk.attempts.some(attempt => attemptIsOpen(attempt.state))) return true
  const before = job.checkers.get(chunk.index)
  if (before !== undefined && turn.now < before.until && job.awards.has(before.peer)) return before.peer === worker.peer
  const able = candidates().filter(candidate => mayRun(job, chunk, candidate, turn.now))
  const drawn = able[Math.floor(turn.state.chance() * able.length)]
  if (drawn === undefined) return true
  job.checkers.set(chunk.index, { peer: drawn.peer, until: turn.now + Math.min(MOST_MS, Math.max(LEAST_MS, CHUNK_TIMES * job.durations.value)) })
  return drawn.peer === worker.peer
}
