import { EXAMINER_EXIT } from '../model/examiner.ts'
import type { Verdict } from '../model/examiner.ts'
import type { InputFile, Limits, Task, TaskOutcome } from '../model/executor.ts'

/** An examiner gets this long at most, milliseconds: what it looks at comes from strangers. */
const MOST_MS = 60_000
/** It may write this much scratch into its results folder, bytes; nobody reads it. */
const SCRATCH_BYTES = 16 * 1024 * 1024

/** What an examiner said, and why when that is no answer. No verdict: it could not be run, which is not its fault. */
export interface Opinion { readonly verdict?: Verdict, readonly text?: string }

/** Runs the script once on these folders. */
export type RunExaminer = (extraInputs: NonNullable<Task['extraInputs']>) => Promise<TaskOutcome>

/** What the run of an examiner may take: as much memory as its app, but not its time. */
export function examinerLimits (app: Limits): Limits {
  return { ...app, wallMs: Math.min(app.wallMs, MOST_MS), outputBytes: SCRATCH_BYTES }
}

/** Has a checker look at one result, in RESULT_DIR. */
export async function check (run: RunExaminer, result: readonly InputFile[]): Promise<Opinion> {
  return opinionOf(await run({ RESULT_DIR: result }))
}

/**
 * Has a comparator look at two results, in FIRST_RESULT_DIR and SECOND_RESULT_DIR, and then at the same two the other
 * way round: what it says must not depend on who came first.
 */
export async function compare (run: RunExaminer, first: readonly InputFile[], second: readonly InputFile[]): Promise<Opinion> {
  const there = opinionOf(await run({ FIRST_RESULT_DIR: first, SECOND_RESULT_DIR: second }))
  if (there.verdict !== 'yes' && there.verdict !== 'no') return there
  const back = opinionOf(await run({ FIRST_RESULT_DIR: second, SECOND_RESULT_DIR: first }))
  if (back.verdict === undefined || back.verdict === 'failed' || back.verdict === there.verdict) return back
  return { verdict: 'failed', text: 'it says of the same two results once that they are alike, and once that they are not' }
}

function opinionOf (outcome: TaskOutcome): Opinion {
  if (outcome.ok) return { verdict: 'yes' }
  if (outcome.code === 'EXIT_NONZERO' && outcome.exitCode === EXAMINER_EXIT.no) return { verdict: 'no' }
  return outcome.failureClass === 'app' ? { verdict: 'failed', text: outcome.message } : { text: outcome.message }
}
