import { calibrationFor, withMeasurement } from '../market/calibration.ts'
import type { Calibration } from '../market/calibration.ts'
import { estimate, urgency } from '../market/estimate.ts'
import type { Estimate } from '../market/estimate.ts'
import { chunkPrice } from '../market/pricing.ts'
import { scoreTerms } from '../market/scoring.ts'
import type { ScoreTerms } from '../market/scoring.ts'
import { imageBytes } from '../model/image.ts'
import { TRUSTED_AUDIT_RATE } from '../verification/audit.ts'
import { auditRate } from '../verification/policy.ts'
import { failureChance, newStanding } from '../verification/reputation.ts'
import { fixedReplicas, passes, plannedReplicas, tier } from './tiers.ts'
import type { Attempt, CoordinatorState, Job, WorkerView } from './state.ts'
import type { Turn } from './turn.ts'

/** Measured durations say more than an estimate from so many on. */
const ENOUGH_DURATIONS = 5
/** Adverts are believed to this factor at most, either way: they only bootstrap. */
const MOST_ADVERTISED = 4

/** What a chunk of this job is believed to take, milliseconds: measured once there are figures, the submitter's estimate before. */
export function workMs (job: Job): number {
  return job.durations.count >= ENOUGH_DURATIONS ? Math.max(1, Math.ceil(job.durations.value)) : Math.ceil(job.record.spec.config.estimate * 1000)
}

/** What nine of ten chunks of this job take at most, milliseconds; the submitter's estimate while there are no figures. */
export function p90Ms (job: Job): number {
  return job.durations.count >= ENOUGH_DURATIONS ? Math.max(1, Math.ceil(job.durations.quantile(0.9))) : workMs(job)
}

export function calibrationOf (state: CoordinatorState, job: Job, worker: string): Calibration {
  return calibrationFor(state.standings.get(worker)?.calibration, job.appClass)
}

/** How long this worker takes for what others take 1 for: as measured, else as it advertises against the others. */
export function paceOf (state: CoordinatorState, job: Job, worker: WorkerView): number {
  const { samples, pace } = calibrationOf(state, job, worker.peer)
  if (samples > 0) return pace
  const own = worker.offer?.speed ?? 0
  if (own === 0) return 1
  const usual = state.usualSpeed ??= usualSpeed(state)
  return Math.min(MOST_ADVERTISED, Math.max(1 / MOST_ADVERTISED, usual / own))
}

function usualSpeed (state: CoordinatorState): number {
  const known = [...state.workers.values()].map(({ offer }) => offer?.speed ?? 0).filter(speed => speed > 0).sort((a, b) => a - b)
  return known[Math.floor(known.length / 2)] ?? 0
}

/**
 * The time of a chunk of this job at a worker, as it is now.
 * @param inputBytes of the chunk; of the first one when it is not known yet which
 */
export function estimateOf (state: CoordinatorState, job: Job, worker: WorkerView, inputBytes: number): Estimate {
  const image = job.record.spec.images?.[job.record.spec.app.hash]
  return estimate({
    inFlight: worker.inFlight.size,
    slots: worker.offer?.slotsTotal ?? 1,
    workMs: workMs(job) * paceOf(state, job, worker),
    inputBytes,
    imageBytes: image === undefined || worker.warm.has(job.appClass) ? 0 : imageBytes(image),
    bandwidth: worker.offer?.bandwidth ?? 0,
    overheadMs: worker.overheadMs,
    kappa: calibrationOf(state, job, worker.peer).kappa
  })
}

/** Runs that an accepted chunk costs with this worker. */
export function executionsOf (state: CoordinatorState, job: Job, worker: string, now: number): number {
  switch (tier(state, job, worker, now)) {
    case 'trusted': return 1 + TRUSTED_AUDIT_RATE
    case 'established': return fixedReplicas(job) ?? 1 + auditRate(passes(state, job, worker, now), job.policy)
    default: return plannedReplicas(job)
  }
}

/** V of the score: what a millisecond of waiting is worth, the same for every bid of a job. Units. */
export function valuePerMs (job: Job, slots: number, now: number): number {
  const work = workMs(job)
  const { jobTimeout } = job.record.spec.config
  const left = job.record.chunkCount - job.record.verified - job.record.failed
  const leftMs = jobTimeout > 0 ? (job.record.startedAt ?? job.record.createdAt) + jobTimeout * 1000 - now : undefined
  return Number(chunkPrice(job.needs, work, 1000)) / work * urgency(left * plannedReplicas(job) * work / Math.max(1, slots), leftMs)
}

/** What a chunk is expected to cost at this worker for this price, by its terms. */
export function costTerms (turn: Turn, job: Job, worker: WorkerView | undefined, bid: { readonly worker: string, readonly price: bigint }, value: number): ScoreTerms {
  const { state, now } = turn
  return scoreTerms({
    price: Number(bid.price),
    expectedMs: worker === undefined ? workMs(job) : estimateOf(state, job, worker, nextInputBytes(job)).expectedMs,
    failureChance: failureChance(state.standings.get(bid.worker) ?? newStanding(bid.worker)),
    executions: executionsOf(state, job, bid.worker, now),
    valuePerMs: value
  })
}

function nextInputBytes (job: Job): number {
  return job.chunks[Math.min(job.freshFrom, job.chunks.length - 1)]?.input.size ?? 0
}

/** Slots of everyone who may be leased chunks of the job, at least 1. */
export function slotsAwarded (job: Job): number {
  let slots = 0
  for (const award of job.awards.values()) slots += award.slots
  return Math.max(1, slots)
}

/** Remembers how a finished lease came out against what was expected of it. */
export function calibrate (turn: Turn, job: Job, attempt: Attempt, actualMs: number, ranMs: number): void {
  if (attempt.expectedMs === undefined || job.durations.count === 0) return
  const standing = turn.state.standings.get(attempt.worker) ?? newStanding(attempt.worker)
  const measured = { estimatedMs: attempt.expectedMs, actualMs, ranMs, medianMs: job.durations.value }
  turn.saveStanding({ ...standing, calibration: withMeasurement(standing.calibration, job.appClass, measured, turn.now) })
  turn.state.workers.get(attempt.worker)?.warm.add(job.appClass)
}
