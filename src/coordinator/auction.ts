import { REOPEN_MS, closeRound, openRound, roundIsOver, withBid, withRefusal } from '../market/auction.ts'
import type { Round } from '../market/auction.ts'
import { chunkPrice } from '../market/pricing.ts'
import { mismatches } from '../market/requirements.ts'
import type { Bid, NoBid } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import type { Reason, ReasonCode } from '../model/reasons.ts'
import { circuitOf, circuitReopensAt, isBanned, newStanding } from '../verification/reputation.ts'
import { isProven, passes, plannedReplicas, tier } from './tiers.ts'
import { comparesByClass } from './classes.ts'
import { costTerms, p90Ms, paceOf, slotsAwarded, valuePerMs, workMs } from './estimates.ts'
import { pausedBecause } from './expiries.ts'
import { behindReason } from './fencing.ts'
import { resultOf, tooLate } from './round-results.ts'
import type { CoordinatorState, Job, WorkerView } from './state.ts'
import type { Turn } from './turn.ts'

/** Bids hold this long at most, whatever they say, milliseconds. */
const MAX_BID_MS = 60_000

/** Why this worker gets no chunk of this job; empty when it may bid. */
export function obstacles (state: CoordinatorState, job: Job, worker: WorkerView, now: number): readonly Reason[] {
  const behind = behindReason(state)
  if (behind !== undefined) return [behind]
  if (worker.refusal !== undefined) return [worker.refusal]
  if (worker.offer === undefined) return [reason('NO_ANSWER', 'has not sent an offer yet')]
  if (worker.offer.suspended !== undefined) return [worker.offer.suspended]
  if (worker.offer.slotsTotal < 1) return [reason('BUSY', 'offers no slot')]
  if (worker.draining) return [reason('DRAINING', 'takes no new work: it is shutting down')]
  if (worker.offer.validUntil < now) return [reason('OFFER_EXPIRED', 'its offer was not renewed')]
  const standing = state.standings.get(worker.peer) ?? newStanding(worker.peer)
  if (isBanned(standing, now)) return [reason('BANNED', `banned here: ${standing.strikes.length} wrong results`)]
  if (circuitOf(standing, now) === 'open') {
    const seconds = Math.ceil((circuitReopensAt(standing) - now) / 1000)
    return [reason('CIRCUIT_OPEN', `its node failed on ${standing.failedJobs.length} different jobs in a row: it is tried again in ${seconds} s`)]
  }
  const paused = pausedBecause(job, worker.peer, now)
  if (paused !== undefined) return [paused]
  const why = distrust(state, job, worker.peer, now)
  if (why !== undefined) return [why]
  const classless = comparesByClass(job) && worker.offer.numericClass === ''
  return [
    ...mismatches(job.needs, worker.offer),
    ...freeTime(state, job, worker, now),
    ...classless ? [reason('NUMERIC_CLASS_DIFFERS', 'results of the app compare only within one numeric class, and this machine does not say which is its own')] : []
  ]
}

/** A machine whose owner takes it back before nine of ten chunks would be done there. */
function freeTime (state: CoordinatorState, job: Job, worker: WorkerView, now: number): readonly Reason[] {
  const until = worker.offer?.freeUntil
  if (until === undefined) return []
  const needed = p90Ms(job) * paceOf(state, job, worker)
  if (until - now >= needed) return []
  const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`
  return [reason('FREE_TIME_TOO_SHORT', `its machine is free for ${seconds(Math.max(0, until - now))} more, nine of ten chunks take up to ${seconds(needed)} there`)]
}

/** Why the job's level of trust leaves this worker out. */
function distrust (state: CoordinatorState, job: Job, worker: string, now: number): Reason | undefined {
  const of = tier(state, job, worker, now)
  if (job.record.spec.app.manifest.determinism === 'none' && of !== 'trusted') {
    return reason('NOT_TRUSTED', 'results of the app differ each time (determinism "none"), so that nobody can check a stranger: name workers with "coordinator --trust <peer>"')
  }
  switch (job.record.spec.config.trust) {
    case 'local': return reason('NOT_TRUSTED', 'the job runs on its coordinator alone (--trust local)')
    case 'private': return of === 'trusted' ? undefined : reason('NOT_TRUSTED', 'the job goes to trusted workers only (--trust private): name them with "coordinator --trust <peer>"')
    case 'verified': return isProven(of) ? undefined : reason('NOT_ESTABLISHED', `the job goes to proven workers only (--trust verified): ${passes(state, job, worker, now)} of ${job.policy.establishedAfter} results for this app were verified so far`)
    default: return undefined
  }
}

/** Opens, re-opens and closes the job's auction round as time and capacity ask for. */
export function runAuction (turn: Turn, job: Job): void {
  if (job.round !== undefined && roundIsOver(job.round, turn.now)) settleRound(turn, job)
  if (job.round !== undefined || turn.now < job.nextRoundAt) return
  dropStaleAwards(turn, job)
  const pending = pendingChunks(job)
  // a job with nothing left to lease may still need a copy of a late chunk
  if (pending === 0 && job.active.size === 0) return
  const asked: string[] = []
  for (const worker of turn.state.workers.values()) {
    if (job.awards.has(worker.peer)) continue
    const why = obstacles(turn.state, job, worker, turn.now)
    if (why.length === 0) asked.push(worker.peer)
    else job.explanations.set(worker.peer, why)
  }
  if (asked.length === 0) return
  job.roundNumber++
  job.round = openRound(job.roundNumber, turn.now, asked)
  for (const peer of asked) turn.send(peer, { announce: announcement(job, pending) })
}

function announcement (job: Job, pending: number) {
  const { record, needs } = job
  return {
    jobId: record.id,
    round: job.roundNumber,
    requirements: { ...needs, gpus: [...needs.gpus] },
    workMs: workMs(job),
    chunksPending: pending,
    trust: record.spec.config.trust,
    maxPrice: priceCeiling(job),
    deadline: 0,
    appHash: record.spec.app.hash,
    appName: record.spec.app.manifest.name
  }
}

/** Most one chunk may cost: what the submitter said, else four times the suggested tariff, never more than the budget. */
export function priceCeiling (job: Job): bigint {
  const { spec, maxPrice } = job.record
  if (spec.config.maxPrice !== undefined) return maxPrice
  const fair = 4n * chunkPrice(job.needs, workMs(job), 1000)
  return fair < maxPrice ? fair : maxPrice
}

export function pendingChunks (job: Job): number {
  return job.wanting.size + job.chunks.length - job.freshFrom
}

/** Leases that the chunks which wait come to, as far as it is known. */
function executionsWanted (job: Job): number {
  return job.wanting.size + (job.chunks.length - job.freshFrom) * plannedReplicas(job)
}

function dropStaleAwards (turn: Turn, job: Job): void {
  for (const [peer, award] of job.awards) {
    const worker = turn.state.workers.get(peer)
    if (award.validUntil < turn.now || worker === undefined || obstacles(turn.state, job, worker, turn.now).length > 0) job.awards.delete(peer)
  }
}

export function onBid (turn: Turn, job: Job, worker: string, bid: Bid): void {
  if (job.round?.number !== bid.round) {
    turn.send(worker, { roundResult: tooLate(job, bid.round) })
    return
  }
  job.round = withBid(job.round, {
    worker,
    price: bid.price,
    slots: Math.max(1, bid.slots),
    chunkMs: Math.max(1, bid.chunkMs),
    validUntil: turn.now + Math.min(bid.validForMs, MAX_BID_MS)
  }, priceCeiling(job))
}

export function onNoBid (turn: Turn, job: Job, worker: string, refusal: NoBid): void {
  if (job.round?.number !== refusal.round) return
  job.round = withRefusal(job.round, worker, reason((refusal.reason?.code ?? 'BUSY') as ReasonCode, refusal.reason?.text ?? 'gave no reason'))
}

function slotsBid (round: Round): number {
  let slots = 0
  for (const bid of round.bids.values()) slots += bid.slots
  return slots
}

function settleRound (turn: Turn, job: Job): void {
  if (job.round === undefined) return
  const value = valuePerMs(job, slotsAwarded(job) + slotsBid(job.round), turn.now)
  const { ranking, refusals, outcomes } = closeRound(job.round, bid => costTerms(turn, job, turn.state.workers.get(bid.worker), bid, value), executionsWanted(job))
  for (const bid of ranking) {
    job.awards.set(bid.worker, bid)
    job.explanations.delete(bid.worker)
  }
  for (const [worker, why] of refusals) job.explanations.set(worker, [why])
  for (const [worker, outcome] of outcomes) {
    job.outcomes.set(worker, outcome)
    turn.send(worker, { roundResult: resultOf(job, outcome) })
  }
  delete job.round
  job.nextRoundAt = turn.now + (ranking.length > 0 && refusals.size === 0 ? 0 : REOPEN_MS)
}
