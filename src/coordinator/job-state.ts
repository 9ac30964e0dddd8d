import { moveJob } from '../lifecycle/job.ts'
import type { JobState } from '../lifecycle/job.ts'
import type { Reason } from '../model/reasons.ts'
import type { Job } from './state.ts'
import type { Turn } from './turn.ts'

/** Moves a job, notes how long it was in the state before, and why it is in this one. */
export function setState (turn: Turn, job: Job, state: JobState, why?: Reason): void {
  const { record } = job
  const before = record.state
  record.state = moveJob(record.id, before, state)
  record.times = { ...record.times, [before]: (record.times?.[before] ?? 0) + Math.max(0, turn.now - (record.stateSince ?? record.createdAt)) }
  record.stateSince = turn.now
  if (why === undefined) delete record.reason
  else record.reason = why
  turn.saveJob(job)
}
