import { canBeTaken } from './chunks.ts'
import type { Attempt, Chunk, Job, WorkerView } from './state.ts'
import { groupOf, isProven, tier } from './tiers.ts'
import type { Turn } from './turn.ts'

/** Independent workers that must agree where none of them is proven. */
const NEWCOMERS = 3

/** How many run a chunk that a worker on probation has, when these are all there are. */
export function votersAmong (turn: Turn, job: Job, workers: readonly WorkerView[]): number {
  if (workers.some(({ peer }) => isProven(tier(turn.state, job, peer, turn.now)))) return 2
  return Math.min(NEWCOMERS, Math.max(2, new Set(workers.map(groupOf)).size))
}

/**
 * True when enough independent workers stand behind a result, whatever they weigh. Two of a coalition that behave until
 * they meet on a chunk meet in one chunk of eleven while it is 30 % of the workers, three of it in one of forty: among
 * newcomers a third has to agree, where there is one that could. A proven worker's word is checked by its batches too.
 */
export function areEnough (turn: Turn, job: Job, chunk: Chunk, voters: readonly Attempt[]): boolean {
  const groups = new Set(voters.map(({ group }) => group))
  if (groups.size < 2) return false
  if (groups.size >= NEWCOMERS || voters.some(({ worker }) => isProven(tier(turn.state, job, worker, turn.now)))) return true
  return !canBeTaken(turn.state, job, chunk)
}
