import type { JobRecord } from './state.ts'

/** Comparisons before disagreements say anything about the app. */
const LEAST_COMPARISONS = 20
/** Share of comparisons that may disagree before the app is the likelier culprit. */
const MOST_DISAGREEMENTS = 0.05

/** True when results differ from each other and from the trusted run so often that it must be the app: nobody is struck for it then. */
export function isSuspect ({ checks }: JobRecord): boolean {
  return checks.comparisons >= LEAST_COMPARISONS && checks.disagreements > MOST_DISAGREEMENTS * checks.comparisons
}

/** What the owner of a job should know of it. */
export function warningsOf (record: JobRecord): readonly string[] {
  if (!isSuspect(record)) return []
  const { checks: { comparisons, disagreements }, spec: { app: { manifest: { name, determinism } } } } = record
  return [`${name} is suspect: in ${disagreements} of ${comparisons} comparisons no worker gave what the coordinator's own run gave, nor what another did. Its determinism is "${determinism}", but it seems to give different results each time; nobody is struck for them any more. "nightshift app test DIR --repeat 3" shows what differs`]
}
