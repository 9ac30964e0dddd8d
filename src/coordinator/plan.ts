import { chunkPrice } from '../market/pricing.ts'
import { total } from '../market/scoring.ts'
import type { ScoreTerms } from '../market/scoring.ts'
import { formatByc } from '../model/money.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import { auditRate } from '../verification/policy.ts'
import { obstacles, priceCeiling } from './auction.ts'
import { calibrationOf, costTerms, estimateOf, executionsOf, p90Ms, paceOf, valuePerMs, workMs } from './estimates.ts'
import { missingOf } from './missing.ts'
import type { Missing } from './missing.ts'
import { votersAmong } from './newcomers.ts'
import { newChunk } from './records.ts'
import type { CoordinatorState, Job, WorkerView } from './state.ts'
import { isAdaptive, passes, runsHere, tier } from './tiers.ts'
import { Turn } from './turn.ts'
import { whyWaiting } from './waiting.ts'

/** How many chunks a job has, and how that is known. */
export interface Counted {
  readonly count: number
  /** of the average chunk */
  readonly inputBytes: number
  /** false: assumed, for the reason given */
  readonly exact: boolean
  readonly why?: string
}

export interface Band<T> { readonly low: T, readonly typical: T, readonly high: T }

/** A worker that would be leased chunks, as it is scored now. */
export interface PlannedWorker {
  readonly worker: string
  /** for one chunk, ByteChips */
  readonly price: string
  readonly slots: number
  /** of them, not taken by other leases */
  readonly free: number
  readonly expectedMs: number
  /** how that was corrected by what was measured: κ, and time over what others take */
  readonly kappa: number
  readonly pace: number
  readonly executions: number
  /** expected cost of a chunk there by its terms, ByteChips; lower is leased first */
  readonly score: { readonly total: string } & Readonly<Record<keyof ScoreTerms, string>>
}

/** What a job would cost and take, from live offers and reputations. Nothing is bought or reserved; bids decide. Amounts are ByteChips in decimal text. */
export interface Plan {
  readonly placed: boolean
  readonly chunks: Counted
  /** milliseconds a chunk takes, and whether that was measured on earlier jobs of the app or is the submitter's estimate */
  readonly chunk: { readonly medianMs: number, readonly p90Ms: number, readonly source: 'measured' | 'estimated' }
  /** workers connected, and those that match */
  readonly workers: { readonly connected: number, readonly matching: number, readonly slots: number }
  /** runs an accepted chunk costs, checks included */
  readonly executions: Band<number>
  readonly price: { readonly chunk: Band<string>, readonly total: Band<string>, readonly ceiling: string, readonly budget: string, readonly withinBudget: boolean }
  /** until the last result is verified */
  readonly eta?: { readonly p50Ms: number, readonly p90Ms: number }
  readonly matching: readonly PlannedWorker[]
  readonly refused: readonly { readonly worker: string, readonly reasons: readonly Reason[] }[]
  /** why it could not be placed */
  readonly missing?: Missing
}

/** A wrong result, a retry or a copy of a late chunk now and then: more executions than the checks alone need. */
const MISHAPS = 1.1
/** Chunks among strangers may need so many results until they are credible enough. */
const MOST_AMONG_STRANGERS = 4

/** @param job as it would be accepted, not part of the state */
export function planOf (state: CoordinatorState, job: Job, chunks: Counted, now: number): Plan {
  job.record.chunkCount = chunks.count
  job.record.startedAt = now
  const connected = [...state.workers.values()].filter(worker => worker.connected)
  // bids answer the estimate that the job is announced with; what is measured counts for those made later
  const ceiling = priceCeiling(job)
  const announced = connected.map(worker => priceOf(job, worker))
  const source = learnDurations(state, job)
  // one stands for all: what is asked is whether any could be placed
  job.chunks.push(newChunk(0, { sha256: '', size: chunks.inputBytes }, 1))
  const turn = new Turn(state, now)
  const looked = connected.map((worker, i) => {
    const price = announced[i] as bigint
    return { worker, price, later: priceOf(job, worker), why: obstaclesAt(state, job, worker, price, ceiling, now) }
  })
  const matching = looked.filter(({ why }) => why.length === 0)
  const here = runsHere(state, job)
  const waiting = whyWaiting(turn, job) ?? (matching.length === 0 && !here ? reason('NO_MATCHING_WORKER', 'no connected worker matches') : undefined)
  const slots = matching.reduce((sum, { worker }) => sum + slotsOf(worker), 0)
  const value = valuePerMs(job, slots, now)
  const workers = matching.map(({ worker, price }) => planned(turn, job, worker, price, value)).sort((a, b) => Number(a.score.total) - Number(b.score.total) || (a.worker < b.worker ? -1 : 1))
  const executions = here && matching.length === 0 ? { low: 1, typical: 1, high: 1 } : executionBand(turn, job, matching.map(({ worker }) => worker), chunks.count)
  return {
    placed: waiting === undefined,
    chunks,
    chunk: { medianMs: workMs(job), p90Ms: p90Ms(job), source },
    workers: { connected: connected.length, matching: matching.length, slots },
    executions,
    price: priceBand(job, matching, chunks.count, executions, ceiling, here),
    ...waiting !== undefined ? {} : { eta: here && matching.length === 0 ? ownEta(job, chunks.count) : etaOf(state, job, matching.map(({ worker }) => worker), chunks, executions) },
    matching: workers,
    refused: looked.filter(({ why }) => why.length > 0).map(({ worker, why }) => ({ worker: worker.peer, reasons: why })),
    ...waiting === undefined ? {} : { missing: missingOf(job, waiting, looked.map(({ worker, why }) => ({ ...worker.offer === undefined ? {} : { offer: worker.offer }, why }))) }
  }
}

/** Takes the durations of the last job of the same app that has any: chunks of one app tend to be alike. */
function learnDurations (state: CoordinatorState, job: Job): 'measured' | 'estimated' {
  const alike = [...state.jobs.values()].filter(({ appClass, durations }) => appClass === job.appClass && durations.count >= 5)
  const [last] = alike.sort((a, b) => b.record.createdAt - a.record.createdAt)
  if (last === undefined) return 'estimated'
  for (const ms of last.durations.values()) job.durations.add(ms)
  return 'measured'
}

function priceOf (job: Job, { offer }: WorkerView): bigint {
  return chunkPrice(job.needs, workMs(job), offer?.priceLevel ?? 1000)
}

function obstaclesAt (state: CoordinatorState, job: Job, worker: WorkerView, price: bigint, ceiling: bigint, now: number): readonly Reason[] {
  const why = obstacles(state, job, worker, now)
  if (why.length > 0 || price <= ceiling) return why
  return [reason('PRICE_TOO_HIGH', `asks about ${formatByc(price)} BYC a chunk, the job pays at most ${formatByc(ceiling)} BYC`)]
}

const slotsOf = ({ offer }: WorkerView): number => offer?.slotsTotal ?? 0
const freeOf = (worker: WorkerView): number => Math.max(0, slotsOf(worker) - worker.inFlight.size)

function planned (turn: Turn, job: Job, worker: WorkerView, price: bigint, value: number): PlannedWorker {
  const { state, now } = turn
  const terms = costTerms(turn, job, worker, { worker: worker.peer, price }, value)
  const byc = (units: number): string => formatByc(BigInt(Math.round(units)))
  return {
    worker: worker.peer,
    price: formatByc(price),
    slots: slotsOf(worker),
    free: freeOf(worker),
    expectedMs: Math.round(estimateOf(state, job, worker, job.chunks[0]?.input.size ?? 0).expectedMs),
    kappa: rounded(calibrationOf(state, job, worker.peer).kappa),
    pace: rounded(paceOf(state, job, worker)),
    executions: rounded(executionsOf(state, job, worker.peer, now)),
    score: { total: byc(total(terms)), price: byc(terms.price), time: byc(terms.time), failure: byc(terms.failure), executions: byc(terms.executions) }
  }
}

/**
 * Runs for an accepted chunk, over the whole job: until a worker is proven its chunks are run by others as well, of
 * which each such run proves somebody; the rest is audited at the rate of a worker just proven.
 */
function executionBand (turn: Turn, job: Job, workers: readonly WorkerView[], count: number): Band<number> {
  const { state, now } = turn
  if (workers.length === 0) return { low: 0, typical: 0, high: 0 }
  const slots = Math.max(1, workers.reduce((sum, worker) => sum + slotsOf(worker), 0))
  const { establishedAfter } = job.policy
  const voters = votersAmong(turn, job, workers)
  const shares = workers.map(worker => {
    const share = slotsOf(worker) / slots
    const current = executionsOf(state, job, worker.peer, now)
    if (!isAdaptive(job) || tier(state, job, worker.peer, now) === 'trusted') return { share, runs: current }
    const its = Math.max(1, count * share)
    const probation = Math.min(its, Math.max(0, establishedAfter - passes(state, job, worker.peer, now)) / voters)
    const proven = 1 + auditRate(establishedAfter, job.policy)
    return { share, runs: (probation * voters + (its - probation) * proven) / its }
  })
  const expected = shares.reduce((sum, { share, runs }) => sum + share * runs, 0)
  const unproven = isAdaptive(job) && workers.some(({ peer }) => tier(state, job, peer, now) === 'probation')
  const low = Math.min(expected, ...shares.map(({ runs }) => runs))
  return { low: rounded(low), typical: rounded(expected), high: rounded(Math.max(expected * MISHAPS, unproven && count <= establishedAfter ? MOST_AMONG_STRANGERS : 0)) }
}

function priceBand (job: Job, asked: readonly { readonly price: bigint, readonly later: bigint }[], count: number, executions: Band<number>, ceiling: bigint, free: boolean): Plan['price'] {
  const inOrder = (prices: readonly bigint[]): bigint[] => [...prices].sort((a, b) => a < b ? -1 : a > b ? 1 : 0)
  const usual = inOrder(asked.map(({ price }) => price))
  const ever = inOrder(asked.flatMap(({ price, later }) => [price, later]))
  const one = free ? { low: 0n, typical: 0n, high: 0n } : { low: ever[0] ?? 0n, typical: usual[Math.floor((usual.length - 1) / 2)] ?? 0n, high: ever.at(-1) ?? 0n }
  const all = (price: bigint, runs: number): bigint => price * BigInt(Math.ceil(count * runs * 1000)) / 1000n
  const totals = { low: all(one.low, executions.low), typical: all(one.typical, executions.typical), high: all(one.high, executions.high) }
  const text = (band: Band<bigint>): Band<string> => ({ low: formatByc(band.low), typical: formatByc(band.typical), high: formatByc(band.high) })
  return { chunk: text(one), total: text(totals), ceiling: formatByc(ceiling), budget: formatByc(job.record.budget), withinBudget: totals.typical <= job.record.budget }
}

/**
 * p50: with the slots that are free, half of those that are not, and median chunks; p90: with the free ones alone (one at
 * least), chunks as long as nine of ten take at most, and as many runs as it may come to. Then the last chunk itself.
 */
function etaOf (state: CoordinatorState, job: Job, workers: readonly WorkerView[], { count, inputBytes }: Counted, executions: Band<number>): { p50Ms: number, p90Ms: number } {
  const rate = (slots: (worker: WorkerView) => number): number => workers.reduce((sum, worker) => {
    const { kappa } = calibrationOf(state, job, worker.peer)
    return sum + slots(worker) / Math.max(1, kappa * paceOf(state, job, worker) * workMs(job))
  }, 0)
  const usual = rate(worker => (freeOf(worker) + slotsOf(worker)) / 2)
  const sure = rate(freeOf) || rate(worker => slotsOf(worker) > 0 ? 1 : 0) / Math.max(1, workers.length)
  const longer = p90Ms(job) / workMs(job)
  const firsts = workers.map(worker => estimateOf(state, job, worker, inputBytes).expectedMs).sort((a, b) => a - b)
  const last = (share: number): number => firsts[Math.min(firsts.length - 1, Math.floor(firsts.length * share))] ?? 0
  const p50Ms = Math.ceil(Math.max(0, count * executions.typical - workers.length) / usual + last(0.5))
  return { p50Ms, p90Ms: Math.max(p50Ms, Math.ceil((Math.max(0, count * executions.high - workers.length) / sure + last(0.9)) * longer)) }
}

/** The coordinator runs one chunk after the other. */
function ownEta (job: Job, count: number): { p50Ms: number, p90Ms: number } {
  return { p50Ms: count * workMs(job), p90Ms: count * p90Ms(job) }
}

function rounded (value: number): number {
  return Math.round(value * 100) / 100
}
