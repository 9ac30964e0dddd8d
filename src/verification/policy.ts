import { isBanned, passesOf } from './reputation.ts'
import type { Standing } from './reputation.ts'

/** How a worker's chunks are checked: see the table of tiers in `tierOf`. */
export type Tier = 'trusted' | 'established' | 'probation' | 'banned'

/** Assumed share of bad workers among strangers. */
export const BAD_SHARE = 0.2
/** Most groups that run one chunk before a trusted run, or giving up, ends the matter. */
export const MOST_REPLICAS = 7
/** Shares of an established worker's results that are audited, at least and at most. */
export const LEAST_AUDIT_RATE = 0.05
export const MOST_AUDIT_RATE = 0.25
/** Share of a job that workers on probation may have once half of the pool is established. */
export const STRANGER_SHARE = 0.1

/** How sure a job wants to be, and what follows from it. */
export interface Policy {
  /** largest share of wrong results that is accepted */
  readonly epsilon: number
  /** passes for an app after which a worker runs its chunks alone: `K1 = ceil(F0 / ε)` */
  readonly establishedAfter: number
}

/** @param confidence percent; default 99 */
export function policyOf (confidence = 99): Policy {
  const epsilon = Math.max(1e-6, 1 - confidence / 100)
  return { epsilon, establishedAfter: Math.ceil(BAD_SHARE / epsilon - 1e-9) }
}

/**
 * | tier | who | how its chunks run |
 * |---|---|---|
 * | trusted | named by the coordinator's owner | once |
 * | established | enough passes for this app | once, in batches of which some are audited |
 * | probation | everyone else | with others, until they are credible together |
 * | banned | two strikes | not at all |
 */
export function tierOf (standing: Standing, app: string, policy: Policy, now: number, trusted: boolean): Tier {
  if (trusted) return 'trusted'
  if (isBanned(standing, now)) return 'banned'
  return passesOf(standing, app, now) >= policy.establishedAfter ? 'established' : 'probation'
}

/** Chance that a worker's unaudited result is wrong: `F0 / k` after k passes (Sarmenta 2001). */
export function badChance (passes: number): number {
  return BAD_SHARE / Math.max(1, passes)
}

/** Share of an established worker's results that is audited: `clamp(0.25·K1/k, 0.05, 0.25)` after k passes. */
export function auditRate (passes: number, policy: Policy): number {
  const rate = MOST_AUDIT_RATE * policy.establishedAfter / Math.max(1, passes)
  return Math.min(MOST_AUDIT_RATE, Math.max(LEAST_AUDIT_RATE, rate))
}
