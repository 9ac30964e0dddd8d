import { AUDITED_BY_TRUSTED } from './audit.ts'
import { credibility } from './credibility.ts'
import type { WeighedVote } from './credibility.ts'
import { BAD_SHARE, badChance } from './policy.ts'

/** Risks are whole millionths, rounded up, so that sums are exact. */
export const CERTAIN = 1_000_000

/** What was known of a batch when it was closed. */
export interface BatchFacts {
  /** verified passes its worker had for the app */
  readonly passes: number
  /** results of it that were drawn for an audit */
  readonly drawn: number
}

/** The chance that an agreed value is wrong, given who gave which: 1 − its credibility. */
export function riskOfVotes (votes: readonly WeighedVote[], value: string): number {
  return millionths(1 - (credibility(votes).get(value) ?? 0))
}

/** The chance that a single result nobody checked is wrong: `F0 / k` after k passes of its worker. */
export function riskOfOne (passes: number): number {
  return millionths(badChance(passes))
}

/**
 * The chance that an unaudited result of a batch that passed is wrong: what its
 * worker's passes say, or the bound for any strategy where that is less,
 *
 *     f/(1−f) · 1/(e·m·a),  a = t + (1−t)(1−f)
 *
 * with m results drawn, a share t of audits by trusted workers and f = F0.
 */
export function riskOfBatch ({ passes, drawn }: BatchFacts): number {
  const seen = AUDITED_BY_TRUSTED + (1 - AUDITED_BY_TRUSTED) * (1 - BAD_SHARE)
  const bound = BAD_SHARE / (1 - BAD_SHARE) / (Math.E * Math.max(1, drawn) * seen)
  return millionths(Math.min(badChance(passes), bound))
}

/** Percent of results that are right, at least, with four decimals rounded down. Undefined without any. */
export function confidenceOf (risk: number, results: number): number | undefined {
  if (results === 0) return undefined
  return Math.floor((results * CERTAIN - risk) / results) / (CERTAIN / 100)
}

function millionths (chance: number): number {
  return Math.min(CERTAIN, Math.max(0, Math.ceil(chance * CERTAIN - 1e-6)))
}
