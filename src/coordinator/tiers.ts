import { badChance, tierOf } from '../verification/policy.ts'
import type { Tier } from '../verification/policy.ts'
import { mostCredible } from '../verification/credibility.ts'
import type { WeighedVote } from '../verification/credibility.ts'
import { newStanding, passesOf, strikesInWindow } from '../verification/reputation.ts'
import { byClass, ownClass } from './classes.ts'
import { counted } from './examination.ts'
import type { Attempt, CoordinatorState, Job, WorkerView } from './state.ts'

/** Trusted runs of the coordinator at a time. */
export const REFEREES = 1

/** Results each chunk needs, where that is fixed: by the submitter, or because the app's own checker judges each alone. */
export function fixedReplicas ({ record: { spec } }: Job): number | undefined {
  return spec.app.manifest.determinism === 'self-checked' ? 1 : spec.config.replicas
}

/** True when the checks of a job's chunks follow from what is known of its workers. */
export function isAdaptive (job: Job): boolean {
  return fixedReplicas(job) === undefined
}

/** Independent results a chunk is expected to need at most, before anything goes wrong. */
export function plannedReplicas (job: Job): number {
  return fixedReplicas(job) ?? 2
}

/** True for this coordinator itself, and for peers its owner named while no strike counts against them. */
export function isTrusted (state: CoordinatorState, worker: string, now: number): boolean {
  if (worker === state.self) return true
  return state.config.trusted.has(worker) && strikesInWindow(state.standings.get(worker) ?? newStanding(worker), now) === 0
}

export function passes (state: CoordinatorState, job: Job, worker: string, now: number): number {
  return passesOf(state.standings.get(worker) ?? newStanding(worker), job.appClass, now)
}

export function tier (state: CoordinatorState, job: Job, worker: string, now: number): Tier {
  return tierOf(state.standings.get(worker) ?? newStanding(worker), job.appClass, job.policy, now, isTrusted(state, worker, now))
}

/** True for workers whose chunks need no second run at once. */
export function isProven (of: Tier): boolean {
  return of === 'trusted' || of === 'established'
}

/**
 * True when this coordinator can run the job's app itself, and so decide any dispute.
 * @param numericClass of the results in doubt, when there are any
 */
export function hasReferee (state: CoordinatorState, job: Job, numericClass?: string): boolean {
  return state.config.platforms.includes(job.needs.platform) && (numericClass === undefined || numericClass === ownClass(state, job))
}

/** True for jobs whose chunks this coordinator runs itself, beside trusted workers if any: nobody else may see them, or could be checked. */
export function runsHere (state: CoordinatorState, job: Job): boolean {
  const { app, config: { trust } } = job.record.spec
  return trust === 'local' || (app.manifest.determinism === 'none' && trust !== 'private' && hasReferee(state, job))
}

/** How credible a result is that those of these workers agree on that compare with each other; 1 where a trusted run can decide. */
export function reachable (state: CoordinatorState, job: Job, workers: readonly WorkerView[], now: number): number {
  return Math.max(0, ...[...byClass(job, workers)].map(([numericClass, members]) => reachableIn(state, job, numericClass, members, now)))
}

export function reachableIn (state: CoordinatorState, job: Job, numericClass: string, workers: readonly WorkerView[], now: number): number {
  if (workers.length > 0 && (hasReferee(state, job, numericClass) || workers.some(({ peer }) => isProven(tier(state, job, peer, now))))) return 1
  const votes = workers.map(worker => ({ value: '', group: groupOf(worker), bad: badChance(passes(state, job, worker.peer, now)) }))
  return new Set(votes.map(({ group }) => group)).size < 2 ? 0 : mostCredible(votes)?.credibility ?? 0
}

/** Workers of one operator, as they say themselves, never check each other. To claim another's name only costs the claimer work. */
export function groupOf (worker: WorkerView): string {
  return worker.offer === undefined || worker.offer.operator === '' ? worker.peer : `operator:${worker.offer.operator}`
}

/** What an attempt's revealed value weighs. */
export function weigh (state: CoordinatorState, job: Job, attempt: Attempt, now: number): WeighedVote {
  return { value: counted(attempt), group: attempt.group, bad: badChance(passes(state, job, attempt.worker, now)) }
}
