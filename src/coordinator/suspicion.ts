import type { JobRecord } from './state.ts'

/** Comparisons before disagreements say anything about the app. */
const LEAST_COMPARISONS = 20
/** Share of comparisons that may disagree before the app is the likelier culprit. */
const MOST_DISAGREEMENTS = 0.05

/** True when results differ from each other and from the trusted run so often that it must be the app: nobody is struck for it then. */
export function isSuspect ({ checks }: JobRecord): boolean {
  return checks.comparisons >= LEAST_COMPARISONS && checks.disagreements > MOST_DISAGREEMENTS * checks.comparisons
}
