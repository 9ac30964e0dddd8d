import { jobEnded } from '../lifecycle/job.ts'
import type { JobState } from '../lifecycle/job.ts'
import { total } from '../market/scoring.ts'
import type { ScoreTerms } from '../market/scoring.ts'
import { formatByc } from '../model/money.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import { obstacles } from './auction.ts'
import type { Account } from './account.ts'
import { classOf, comparesByClass } from './classes.ts'
import { calibrationOf, costTerms, estimateOf, paceOf, slotsAwarded, valuePerMs, workMs } from './estimates.ts'
import { capacity, decisiveClasses } from './leases.ts'
import { resultOf } from './round-results.ts'
import type { Award, CoordinatorState, Job, WorkerView } from './state.ts'
import { Turn } from './turn.ts'
import { whyWaiting } from './waiting.ts'

/** A worker that may be leased chunks, and what decides how soon it is. Amounts are ByteChips in decimal text. */
export interface AwardedView {
  readonly worker: string
  readonly price: string
  readonly slots: number
  /** leases it has, of all jobs, and how many more of this one it may get now */
  readonly leases: number
  readonly room: number
  /** a further chunk there, milliseconds; κ and pace are what was measured of it */
  readonly expectedMs: number
  readonly kappa: number
  readonly pace: number
  /** expected cost of a chunk there by its terms; of three that have room the lowest is leased the next */
  readonly score: { readonly total: string } & Readonly<Record<keyof ScoreTerms, string>>
  /** what came of its bid in the last round it was in */
  readonly outcome?: { readonly kind: string, readonly term?: string, readonly by?: string, readonly perMille?: number, readonly reason?: Reason }
}

export interface Explanation {
  readonly state: string
  readonly waiting?: Reason
  readonly awarded: readonly AwardedView[]
  readonly refused: readonly { readonly worker: string, readonly reasons: readonly Reason[] }[]
  /** time spent in each state so far, milliseconds; not known of jobs of older versions */
  readonly times?: Readonly<Partial<Record<JobState, number>>>
  /** where work and money went so far; read from the store */
  readonly account?: Account
}

/** Why a job is where it is: what it waits for, who may run it at which price and how that compares, why everyone else may not, and where its time went. */
export function explainJob (state: CoordinatorState, job: Job, now: number): Explanation {
  const turn = new Turn(state, now)
  const { record } = job
  const ended = jobEnded(record.state)
  const waiting = ended ? undefined : record.reason ?? whyWaiting(turn, job)
  const classes = decisiveClasses(turn, job)
  const refused = ended ? [] : [...state.workers.values()].map(worker => {
    if (job.awards.has(worker.peer)) return { worker: worker.peer, reasons: classes.has(classOf(job, worker)) ? [] : lonely(job, worker) }
    const now_ = obstacles(state, job, worker, now)
    return { worker: worker.peer, reasons: now_.length > 0 ? now_ : job.explanations.get(worker.peer) ?? [] }
  }).filter(entry => entry.reasons.length > 0)
  const times = timesOf(job, now)
  return {
    state: record.state,
    ...(waiting === undefined ? {} : { waiting }),
    awarded: ended ? [] : awardedViews(turn, job),
    refused,
    ...times === undefined ? {} : { times }
  }
}

function awardedViews (turn: Turn, job: Job): readonly AwardedView[] {
  const value = valuePerMs(job, slotsAwarded(job), turn.now)
  return [...job.awards.values()].flatMap(award => {
    const worker = turn.state.workers.get(award.worker)
    return worker === undefined ? [] : [awardedView(turn, job, award, worker, value)]
  })
}

function awardedView (turn: Turn, job: Job, award: Award, worker: WorkerView, value: number): AwardedView {
  const terms = costTerms(turn, job, worker, award, value)
  const outcome = job.outcomes.get(award.worker)
  const byc = (units: number): string => formatByc(BigInt(Math.round(units)))
  return {
    worker: award.worker,
    price: formatByc(award.price),
    slots: award.slots,
    leases: worker.inFlight.size,
    room: Math.max(0, capacity(turn, job, award, worker)),
    expectedMs: Math.round(job.chunks.length === 0 ? workMs(job) : estimateOf(turn.state, job, worker, job.chunks[0]?.input.size ?? 0).expectedMs),
    kappa: rounded(calibrationOf(turn.state, job, award.worker).kappa),
    pace: rounded(paceOf(turn.state, job, worker)),
    score: { total: byc(total(terms)), price: byc(terms.price), time: byc(terms.time), failure: byc(terms.failure), executions: byc(terms.executions) },
    ...outcome === undefined ? {} : { outcome: told(job, outcome) }
  }
}

function told (job: Job, outcome: Parameters<typeof resultOf>[1]): NonNullable<AwardedView['outcome']> {
  const { outcome: kind, term, byUnits, byPerMille, reason: why } = resultOf(job, outcome)
  return { kind, ...term === '' ? {} : { term, by: formatByc(byUnits), perMille: byPerMille }, ...why === undefined ? {} : { reason: reason(why.code as Reason['code'], why.text) } }
}

function timesOf ({ record }: Job, now: number): Explanation['times'] {
  const { times, stateSince, state } = record
  if (times === undefined || stateSince === undefined) return undefined
  return jobEnded(state) ? times : { ...times, [state]: (times[state] ?? 0) + Math.max(0, now - stateSince) }
}

function rounded (value: number): number {
  return Math.round(value * 100) / 100
}

/** Why a worker with an award begins no chunk: it is of a numeric class in which nobody could check it. */
function lonely (job: Job, worker: WorkerView): readonly Reason[] {
  return comparesByClass(job)
    ? [reason('NUMERIC_CLASS_DIFFERS', `no other worker here, nor the coordinator, is of its numeric class "${classOf(job, worker)}", so that nobody could check its results`)]
    : []
}
