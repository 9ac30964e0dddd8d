import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { BATCH_MS, BATCH_SIZE, drawBatch, drawnNumber, isTrustedAudit, lotOf } from '../verification/audit.ts'
import type { BatchResult } from '../verification/audit.ts'
import { auditRate } from '../verification/policy.ts'
import { pendingChunks } from './auction.ts'
import { idOf, requeue } from './attempts.ts'
import { chunkClass } from './classes.ts'
import { keepDraw, tellDraw } from './draws.ts'
import { hasReferee, passes, tier } from './tiers.ts'
import type { Attempt, Batch, Chunk, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** One result of a batch with where it belongs. */
export interface Member { readonly chunk: Chunk, readonly attempt: Attempt }

/** An established worker's result waits here for others of its worker, to be audited as a batch. */
export function fillBatch (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  const filling = job.filling.get(attempt.worker) ?? { since: turn.now, members: new Map<number, number>() }
  filling.members.set(chunk.index, attempt.epoch)
  job.filling.set(attempt.worker, filling)
}

/** A result that another run of its chunk checks is judged with that run, not with a batch. */
export function leaveBatch (job: Job, chunk: Chunk, attempt: Attempt): void {
  const filling = job.filling.get(attempt.worker)
  if (filling?.members.get(chunk.index) !== attempt.epoch) return
  filling.members.delete(chunk.index)
  if (filling.members.size === 0) job.filling.delete(attempt.worker)
}

/** Closes the batches that are full, old enough, or the last of their worker; what of each is audited is drawn then. */
export function closeBatches (turn: Turn, job: Job): void {
  for (const [worker, { since, members }] of job.filling) {
    const last = pendingChunks(job) === 0 && !worksOn(turn, job, worker)
    if (members.size < BATCH_SIZE && turn.now - since < BATCH_MS && !last) continue
    job.filling.delete(worker)
    closeBatch(turn, job, worker, open(job, members))
  }
}

function closeBatch (turn: Turn, job: Job, worker: string, members: readonly Member[]): void {
  const committed = members.filter(({ attempt }) => attempt.state === 'COMMITTED' && attempt.revealAskedAt === undefined)
  if (committed.length === 0) return
  const { id: jobId, seed } = job.record
  const results: BatchResult[] = committed.map(({ chunk, attempt }) => [chunk.index, attempt.epoch, attempt.commitment ?? ''])
  const passed = passes(turn.state, job, worker, turn.now)
  const drawn = drawBatch(seed, jobId, results, auditRate(passed, job.policy))
  const id = `${turn.state.incarnation}.${++turn.state.batchId}`
  for (const [place, { chunk, attempt }] of committed.entries()) {
    attempt.batch = id
    attempt.place = place
    if (drawn.has(place)) attempt.drawn = isTrustedAudit(lotOf(seed, idOf(job, chunk, attempt)), commitmentOf(attempt)) ? 'trusted' : 'any'
    attempt.revealAskedAt = turn.now
    attempt.revealAsks = 1
    turn.askReveal(worker, id, { ...idOf(job, chunk, attempt), commitment: attempt.commitment ?? '' }, { drawFollows: true })
    turn.saveChunk(job, chunk)
  }
  const draw = { results, drawn: [...drawn], passes: passed }
  job.batches.set(id, { id, worker, draw, members: new Map(results.map(([chunk, epoch]) => [chunk, epoch])), passed: 0, dirty: true })
  keepDraw(turn, job, id, { worker, draw })
  job.record.checks.batches++
}

function numberOf (job: Job, { chunk, attempt }: Member): number {
  return drawnNumber(lotOf(job.record.seed, idOf(job, chunk, attempt)), commitmentOf(attempt))
}

function commitmentOf (attempt: Attempt): Uint8Array {
  return Buffer.from(attempt.commitment ?? '', 'hex')
}

/** Batches as the stored attempts tell of them. What was audited in them already is not known any more, so that one more is. */
export function restoreBatches (job: Job): void {
  for (const index of job.active) {
    for (const attempt of job.chunks[index]?.attempts ?? []) {
      if (attempt.batch === undefined || !isPending(attempt)) continue
      const batch: Batch = job.batches.get(attempt.batch) ?? { id: attempt.batch, worker: attempt.worker, members: new Map(), passed: 0, dirty: true }
      batch.members.set(index, attempt.epoch)
      job.batches.set(attempt.batch, batch)
    }
  }
}

/**
 * Moves batches on: once all is shown the drawn results are run again by others,
 * and once these agree the rest counts too.
 * @param acceptAll counts the results of a batch that passed
 */
export function advanceBatches (turn: Turn, job: Job, acceptAll: (members: readonly Member[]) => void): void {
  for (const batch of job.batches.values()) {
    if (!batch.dirty) continue
    batch.dirty = false
    const members = open(job, batch.members).filter(({ attempt }) => isPending(attempt))
    if (members.length === 0) {
      endBatch(turn, job, batch)
      continue
    }
    if (members.some(({ attempt }) => attempt.state === 'COMMITTED')) continue
    const drawn = members.filter(({ attempt }) => attempt.drawn !== undefined)
    if (drawn.length === 0 && batch.passed > 0) {
      acceptAll(members)
      endBatch(turn, job, batch)
      continue
    }
    // those drawn ended without a verdict: who drew the next number takes their place
    if (drawn.length === 0) {
      const [next] = [...members].sort((a, b) => numberOf(job, a) - numberOf(job, b)) as [Member]
      next.attempt.drawn = 'any'
      drawn.push(next)
    }
    for (const { chunk, attempt } of drawn) startAudit(turn, job, chunk, attempt)
  }
}

function endBatch (turn: Turn, job: Job, batch: Batch): void {
  job.batches.delete(batch.id)
  tellDraw(turn, job, batch)
}

function startAudit (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  if (chunk.audit !== undefined || attempt.drawn === undefined) return
  chunk.audit = attempt.drawn === 'trusted' && hasReferee(turn.state, job, chunkClass(chunk)) ? 'trusted' : 'any'
  job.record.checks.audits++
  if (chunk.audit === 'any') {
    chunk.quorum = 2
    requeue(turn, job, chunk)
  }
  turn.saveChunk(job, chunk)
}

/** A chunk of a batch was decided: by an audit when it was drawn. */
export function batchMoved (job: Job, attempt: Attempt, passed: boolean): void {
  const batch = attempt.batch === undefined ? undefined : job.batches.get(attempt.batch)
  if (batch === undefined) return
  batch.dirty = true
  if (passed) batch.passed++
}

/** Results of a worker that nothing but its word stands for, in batches that have not passed. */
export function unaudited (job: Job, worker: string): readonly Member[] {
  const members: Member[] = []
  for (const batch of job.batches.values()) {
    if (batch.worker !== worker) continue
    batch.dirty = true
    members.push(...open(job, batch.members).filter(({ attempt, chunk }) => isPending(attempt) && chunk.attempts.filter(other => attemptIsOpen(other.state)).length === 1))
  }
  return members
}

/** A worker's results that wait for their batch are checked one by one when it is not established any more. */
export function emptyFilling (turn: Turn, job: Job, worker: string): void {
  const filling = job.filling.get(worker)
  if (filling === undefined || tier(turn.state, job, worker, turn.now) === 'established') return
  job.filling.delete(worker)
  for (const { chunk } of open(job, filling.members)) {
    chunk.quorum = Math.max(2, chunk.quorum)
    requeue(turn, job, chunk)
    turn.saveChunk(job, chunk)
  }
}

function worksOn (turn: Turn, job: Job, worker: string): boolean {
  for (const key of turn.state.workers.get(worker)?.inFlight ?? []) if (key.startsWith(`${job.record.id}/`)) return true
  return false
}

function isPending (attempt: Attempt): boolean {
  return attempt.state === 'COMMITTED' || attempt.state === 'REVEALED'
}

function open (job: Job, members: ReadonlyMap<number, number>): Member[] {
  const found: Member[] = []
  for (const [index, epoch] of members) {
    const chunk = job.chunks[index]
    const attempt = chunk?.attempts.find(candidate => candidate.epoch === epoch)
    if (chunk !== undefined && attempt !== undefined && attemptIsOpen(attempt.state)) found.push({ chunk, attempt })
  }
  return found
}
