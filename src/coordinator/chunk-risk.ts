import { counted, isChecked, shown } from './examination.ts'
import { riskOfBatch, riskOfOne, riskOfVotes } from '../verification/risk.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import { passes, weigh } from './tiers.ts'
import type { Turn } from './turn.ts'

/** How likely the agreed value is wrong after all, millionths. */
export function riskOf (turn: Turn, job: Job, chunk: Chunk, value: string): number {
  const votes = shown(chunk)
  const winners = votes.filter(attempt => counted(attempt) === value)
  if (isChecked(job) || winners.some(attempt => attempt.trusted)) return 0
  if (groupsOf(votes) > 1) return riskOfVotes(votes.map(attempt => weigh(turn.state, job, attempt, turn.now)), value)
  const [only] = winners
  const draw = only?.batch === undefined ? undefined : job.batches.get(only.batch)?.draw
  if (draw !== undefined) return riskOfBatch({ passes: draw.passes, drawn: draw.drawn.length })
  return riskOfOne(only === undefined ? 0 : passes(turn.state, job, only.worker, turn.now))
}

/** One more gave the value a chunk was decided for: the chunk is the surer for it, and so is its job. */
export function confirm (turn: Turn, job: Job, chunk: Chunk): void {
  const { value, risk: before } = chunk
  if (value === undefined || before === undefined || groupsOf(shown(chunk)) === 1) return
  chunk.risk = Math.min(before, riskOf(turn, job, chunk, value))
  if (chunk.storedAt !== undefined && job.record.risk !== undefined) job.record.risk += chunk.risk - before
}

function groupsOf (attempts: readonly Attempt[]): number {
  return new Set(attempts.map(({ group }) => group)).size
}
