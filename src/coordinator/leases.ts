import { createHash } from 'node:crypto'
import { available, escrowAccount, peerAccount } from '../ledger/accounts.ts'
import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { moveChunk } from '../lifecycle/chunk.ts'
import { prefetchDepth } from '../market/prefetch.ts'
import { bestOfThree } from '../market/sampling.ts'
import { total } from '../market/scoring.ts'
import { isStraggler, speculationBudget } from '../market/speculation.ts'
import { attemptKey } from '../model/ids.ts'
import { lotHash, lotOf } from '../verification/audit.ts'
import { holdIdOf } from '../verification/commitment.ts'
import { STRANGER_SHARE } from '../verification/policy.ts'
import { circuitOf } from '../verification/reputation.ts'
import { idOf } from './attempts.ts'
import { isDrawn } from './checkers.ts'
import { awarded, mayRun, wants } from './chunks.ts'
import { byClass, chunkClass, classOf, comparesByClass } from './classes.ts'
import { costTerms, estimateOf, paceOf, slotsAwarded, valuePerMs, workMs } from './estimates.ts'
import { fixedReplicas, groupOf, isAdaptive, isProven, isTrusted, passes, plannedReplicas, reachableIn, tier } from './tiers.ts'
import { comparesBytes } from './examination.ts'
import { isOnTrial } from './expiries.ts'
import type { Attempt, Award, Chunk, Job, WorkerView } from './state.ts'
import type { Turn } from './turn.ts'

/** Waiting chunks looked at for one worker before a fresh one is opened. */
const LOOK_AHEAD = 128
/** Chunks that may wait for another replica before no fresh one is opened. */
export const MAX_WAITING = 256

/** Hands out leases: each chunk to the best of three workers, drawn by chance, that have an award and room for it. */
export function leaseChunks (turn: Turn, job: Job): void {
  const classes = decisiveClasses(turn, job)
  if (classes.size === 0) return
  const open = [...job.awards.values()].filter(award => hasRoom(turn, job, award))
  if (open.length === 0) return
  const proven = provenAwards(turn, job)
  const value = valuePerMs(job, slotsAwarded(job), turn.now)
  const costs = new Map<string, number>()
  const cost = (award: Award): number => {
    const known = costs.get(award.worker) ?? total(costTerms(turn, job, turn.state.workers.get(award.worker), award, value))
    costs.set(award.worker, known)
    return known
  }
  while (open.length > 0) {
    const place = bestOfThree(open, cost, turn.state.chance)
    const award = open[place] as Award
    const worker = turn.state.workers.get(award.worker)
    const chunk = worker === undefined || !hasRoom(turn, job, award) ? undefined : nextChunk(turn, job, worker, proven, classes.has(classOf(job, worker)))
    if (worker === undefined || chunk === undefined) {
      // the order of what is left does not matter
      const last = open.pop() as Award
      if (place < open.length) open[place] = last
      continue
    }
    lease(turn, job, chunk, award, worker)
    // its queue is longer now
    costs.delete(award.worker)
  }
}

function hasRoom (turn: Turn, job: Job, award: Award): boolean {
  const worker = turn.state.workers.get(award.worker)
  return worker !== undefined && capacity(turn, job, award, worker) > 0 && affordable(turn, job, award.price)
}

/**
 * The numeric classes in which those with an award could decide a chunk if they all agreed; of any other, or while there
 * is none, what was leased now would be for nothing.
 */
export function decisiveClasses (turn: Turn, job: Job): ReadonlySet<string> {
  const decisive = [...byClass(job, awarded(turn.state, job))].filter(([numericClass, workers]) => {
    if (workers.some(({ peer }) => isTrusted(turn.state, peer, turn.now))) return true
    const fixed = fixedReplicas(job)
    if (fixed !== undefined) return new Set(workers.map(groupOf)).size >= fixed
    return reachableIn(turn.state, job, numericClass, workers, turn.now) >= 1 - job.policy.epsilon
  })
  return new Set(decisive.map(([numericClass]) => numericClass))
}

/** Leases this worker may still take: prefetch depth times slots, less what it has. */
export function capacity (turn: Turn, job: Job, award: Award, worker: WorkerView): number {
  const slots = Math.min(award.slots, worker.offer?.slotsTotal ?? 0)
  const left = job.record.chunkCount - job.record.verified - job.record.failed
  const depth = prefetchDepth({
    roundTripMs: Math.max(worker.overheadMs, worker.roundTripMs),
    chunkMs: (job.durations.count > 0 ? job.durations.value : workMs(job)) * paceOf(turn.state, job, worker),
    chunksLeft: left * plannedReplicas(job),
    workers: slotsAwarded(job)
  })
  const standing = turn.state.standings.get(worker.peer)
  const probe = (standing !== undefined && circuitOf(standing, turn.now) === 'half-open') || isOnTrial(job.expiries.get(worker.peer))
  return (probe ? 1 : Math.min(depth, patience(turn, job, worker.peer)) * slots) - worker.inFlight.size
}

/** Leases ahead that a worker is trusted with: a newcomer shows one result before it gets two. */
function patience (turn: Turn, job: Job, worker: string): number {
  if (!isAdaptive(job) || isProven(tier(turn.state, job, worker, turn.now))) return Infinity
  return 1 + passes(turn.state, job, worker, turn.now)
}

export function affordable (turn: Turn, job: Job, price: bigint): boolean {
  return available(turn.state.ledger.account(escrowAccount(job.record.id))) >= price
}

/** Proven workers that may be leased chunks of this job: whoever is on probation is checked by them where there are any. */
function provenAwards (turn: Turn, job: Job): readonly WorkerView[] {
  if (!isAdaptive(job)) return []
  return awarded(turn.state, job).filter(({ peer }) => isProven(tier(turn.state, job, peer, turn.now)))
}

/** @param begins whether a chunk begun by this worker can be decided; one that others began it may always join */
function nextChunk (turn: Turn, job: Job, worker: WorkerView, proven: readonly WorkerView[], begins: boolean): Chunk | undefined {
  const isStranger = isAdaptive(job) && !proven.includes(worker)
  let looked = 0
  for (const index of job.wanting) {
    const chunk = job.chunks[index]
    const isOpen = chunk !== undefined && (begins || chunkClass(chunk) !== undefined)
    if (isOpen && mayRun(job, chunk, worker, turn.now)) {
      const byProven = wantsProven(job, chunk, proven)
      if (!(isStranger && byProven) && isDrawn(turn, job, chunk, worker, () => byProven ? proven : awarded(turn.state, job))) return chunk
    }
    if (++looked >= LOOK_AHEAD) break
  }
  if (!begins || (isStranger && strangersHaveTheirShare(job, proven))) return undefined
  const fresh = job.wanting.size < MAX_WAITING ? job.chunks[job.freshFrom] : undefined
  if (fresh !== undefined) job.freshFrom++
  return fresh
}

/** True for a chunk that another worker runs or ran, and that a proven worker of another group can check. */
function wantsProven (job: Job, chunk: Chunk, proven: readonly WorkerView[]): boolean {
  return chunk.attempts.some(attempt => attemptIsOpen(attempt.state)) && proven.some(worker => mayRun(job, chunk, worker, Infinity))
}

function strangersHaveTheirShare (job: Job, proven: readonly WorkerView[]): boolean {
  return 2 * proven.length >= job.awards.size && job.record.strangers >= Math.max(1, STRANGER_SHARE * job.record.chunkCount)
}

/** What a chunk needs with its first worker: a proven one runs it alone. */
function expectReplicas (turn: Turn, job: Job, chunk: Chunk, worker: string): void {
  if (!isAdaptive(job) || chunk.disputed || chunk.audit !== undefined || chunk.attempts.some(attempt => attemptIsOpen(attempt.state))) return
  const stranger = !isProven(tier(turn.state, job, worker, turn.now))
  chunk.quorum = stranger ? 2 : 1
  if (stranger) job.record.strangers++
}

function lease (turn: Turn, job: Job, chunk: Chunk, award: Award, worker: WorkerView): void {
  expectReplicas(turn, job, chunk, worker.peer)
  job.checkers.delete(chunk.index)
  chunk.epoch++
  const id = { jobId: job.record.id, chunk: chunk.index, epoch: chunk.epoch }
  const trusted = isTrusted(turn.state, worker.peer, turn.now)
  const attempt: Attempt = {
    epoch: chunk.epoch,
    worker: worker.peer,
    group: groupOf(worker),
    trusted,
    ...comparesByClass(job) ? { numericClass: classOf(job, worker) } : {},
    price: award.price,
    holdId: holdIdOf(id),
    leasedAt: turn.now,
    ahead: worker.inFlight.size,
    expectedMs: Math.round(estimateOf(turn.state, job, worker, chunk.input.size).plainMs),
    state: 'LEASED',
    expiresAt: turn.now + turn.state.config.leaseTtlMs
  }
  turn.book({
    key: `lease:${attemptKey(id)}`,
    transfers: [{
      kind: 'hold', holdId: attempt.holdId, debit: escrowAccount(job.record.id), credit: peerAccount(worker.peer),
      amount: award.price, ref: { job: id.jobId, chunk: id.chunk, epoch: id.epoch }
    }]
  })
  chunk.attempts.push(attempt)
  chunk.state = moveChunk(`${job.record.id}/${chunk.index}`, chunk.state, 'ACTIVE')
  job.active.add(chunk.index)
  if (wants(chunk) > 0) job.wanting.add(chunk.index)
  else job.wanting.delete(chunk.index)
  job.record.executions++
  worker.inFlight.add(attemptKey(id))
  turn.saveChunk(job, chunk)
  turn.send(worker.peer, {
    lease: {
      attempt: id,
      incarnation: turn.state.incarnation,
      spec: job.task === undefined ? undefined : wireRef(job.task.ref),
      input: wireRef(chunk.input),
      price: award.price,
      holdId: Uint8Array.from(Buffer.from(attempt.holdId, 'hex')),
      ttlMs: turn.state.config.leaseTtlMs,
      chunkSeed: chunkSeed(job.record.seed, chunk.index),
      lotHash: lotHash(lotOf(job.record.seed, id))
    }
  })
}

function wireRef (ref: { sha256: string, size: number }) {
  return { sha256: Uint8Array.from(Buffer.from(ref.sha256, 'hex')), size: ref.size, inline: new Uint8Array() }
}

/**
 * Near the end, when nothing is left to lease, a copy of a straggling chunk goes
 * to an idle worker. Whichever result comes first counts; the other is paid when it matches. Where right results may
 * differ a late one cannot simply be compared, and would be work for nothing: there are no copies.
 */
export function speculate (turn: Turn, job: Job): void {
  if (!comparesBytes(job) || job.wanting.size > 0 || job.freshFrom < job.chunks.length || job.active.size === 0) return
  const slots = [...turn.state.workers.values()].reduce((sum, worker) => sum + (worker.offer?.slotsTotal ?? 0), 0)
  let budget = speculationBudget(slots)
  for (const index of job.active) {
    const chunk = job.chunks[index]
    if (chunk === undefined || chunk.state !== 'ACTIVE' || chunk.disputed) continue
    if (chunk.attempts.filter(attempt => attempt.state === 'LEASED' || attempt.state === 'RUNNING').length === 0) continue
    const copies = chunk.attempts.filter(attempt => attemptIsOpen(attempt.state)).length - chunk.quorum
    if (copies > 0) budget--
    const late = chunk.attempts.some(attempt => (attempt.state === 'LEASED' || attempt.state === 'RUNNING') && isStraggler(turn.now - attempt.leasedAt, job.durations.value))
    if (!late || copies > 0 || budget <= 0) continue
    const award = copyist(turn, job, chunk)
    const worker = award === undefined ? undefined : turn.state.workers.get(award.worker)
    if (award === undefined || worker === undefined) continue
    lease(turn, job, chunk, award, worker)
    budget--
    turn.effect({ kind: 'note', level: 'info', text: 'a copy of a late chunk goes to an idle worker', about: { ...idOf(job, chunk, chunk.attempts.at(-1) as Attempt), worker: worker.peer } })
  }
}

/** An idle worker for a copy: a proven one where there is any, because its result needs no further one. */
function copyist (turn: Turn, job: Job, chunk: Chunk): Award | undefined {
  const idle = [...job.awards.values()].filter(candidate => {
    const worker = turn.state.workers.get(candidate.worker)
    return worker !== undefined && worker.inFlight.size === 0 && mayRun(job, chunk, worker, turn.now) && affordable(turn, job, candidate.price)
  })
  return idle.find(({ worker }) => isProven(tier(turn.state, job, worker, turn.now))) ?? idle[0]
}

/** 32 bytes that every replica of a chunk gets and nothing else does. */
export function chunkSeed (jobSeed: string, chunk: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(`${jobSeed}/${chunk}`).digest())
}
