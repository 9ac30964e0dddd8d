import { escrowAccount, peerAccount } from '../ledger/accounts.ts'
import { BASE_CREDIT, asksToSettle, creditLimit } from '../ledger/credit.ts'
import { moveAttempt } from '../lifecycle/attempt.ts'
import { moveChunk } from '../lifecycle/chunk.ts'
import { attemptKey } from '../model/ids.ts'
import { idOf } from './attempts.ts'
import type { Attempt, Chunk, CoordinatorState, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** A verified result is paid after this long at the latest, milliseconds. */
export const SETTLE_AFTER_MS = 15 * 60_000
/** Verified chunks of one job that may wait to be paid: their attempts are kept in memory until then. */
const MOST_UNPAID = 2048
/** Holds posted by one journal entry. */
const POSTS_PER_ENTRY = 256

/**
 * A chunk's result is verified and stored; its workers are owed its price. They
 * are paid with the job's last chunk, after a quarter of an hour, or when one of
 * them is owed half of what it lends this coordinator, whichever is first: until
 * a hold is posted a result that proves wrong can still be refused.
 */
export function owe (turn: Turn, job: Job, chunk: Chunk): void {
  const owed = winners(chunk)
  if (owed.length === 0 && !job.late.has(chunk.index)) {
    settleChunks(turn, job, [chunk])
    return
  }
  chunk.storedAt = turn.now
  addUnpaid(turn.state, job, chunk)
  for (const { worker } of owed) {
    const settled = turn.state.ledger.account(peerAccount(worker)).creditsPosted
    if (asksToSettle(turn.state.unpaid.get(worker) ?? 0n, creditLimit(BASE_CREDIT, settled, 0n))) settleWorker(turn, worker)
  }
  if (job.unpaid.size > MOST_UNPAID) settleJob(turn, job)
}

/** Rebuilds, or extends, what is owed for a stored chunk that is not paid yet. */
export function addUnpaid (state: CoordinatorState, job: Job, chunk: Chunk): void {
  job.unpaid.add(chunk.index)
  for (const attempt of winners(chunk)) oweOneMore(state, job, attempt)
}

/** One more worker is owed its price for a stored chunk. */
export function oweOneMore (state: CoordinatorState, job: Job, { worker, price }: Attempt): void {
  if (price === 0n) return
  state.unpaid.set(worker, (state.unpaid.get(worker) ?? 0n) + price)
  job.owed += price
}

/** Pays what was verified long enough ago. */
export function settleDue (turn: Turn, job: Job): void {
  const due: Chunk[] = []
  for (const index of job.unpaid) {
    const chunk = job.chunks[index]
    if (chunk === undefined) continue
    if (turn.now - (chunk.storedAt ?? 0) < SETTLE_AFTER_MS) break
    if (job.late.has(index)) continue
    due.push(chunk)
  }
  settleChunks(turn, job, due)
}

/** Pays everything a job owes. */
export function settleJob (turn: Turn, job: Job): void {
  settleChunks(turn, job, unpaidOf(job))
}

/** Pays everything a worker is owed, whatever the job. */
export function settleWorker (turn: Turn, worker: string): void {
  for (const job of turn.state.jobs.values()) {
    settleChunks(turn, job, unpaidOf(job).filter(chunk => winners(chunk).some(attempt => attempt.worker === worker)))
  }
}

/** Posts the holds of everyone who gave the accepted value: once, in the batch that decides the chunks. */
function settleChunks (turn: Turn, job: Job, chunks: readonly Chunk[]): void {
  const { record } = job
  const holds = chunks.flatMap(chunk => winners(chunk).map(({ holdId, epoch }) => (
    { kind: 'post' as const, holdId, ref: { job: record.id, chunk: chunk.index, epoch } }
  )))
  for (let from = 0; from < holds.length; from += POSTS_PER_ENTRY) {
    turn.book({ key: `settle:${escrowAccount(record.id)}:${turn.state.ledger.head.seq}`, transfers: holds.slice(from, from + POSTS_PER_ENTRY) })
  }
  for (const chunk of chunks) {
    disown(turn.state, job, chunk)
    for (const attempt of chunk.attempts) {
      if (attempt.state !== 'VERIFIED') continue
      attempt.state = moveAttempt(attemptKey(idOf(job, chunk, attempt)), attempt.state, 'SETTLED')
      record.spent += attempt.price
    }
    chunk.state = moveChunk(`${record.id}/${chunk.index}`, chunk.state, 'DECIDED')
    record.decided++
    turn.saveChunk(job, chunk)
  }
}

/** A stored result does not count any more: nobody is owed anything for it. */
export function disown (state: CoordinatorState, job: Job, chunk: Chunk): void {
  if (job.unpaid.delete(chunk.index)) forgetOwed(state, job, chunk)
}

function forgetOwed (state: CoordinatorState, job: Job, chunk: Chunk): void {
  for (const { worker, price } of winners(chunk)) {
    const left = (state.unpaid.get(worker) ?? 0n) - price
    if (left > 0n) state.unpaid.set(worker, left)
    else state.unpaid.delete(worker)
    job.owed -= price
  }
}

/** Attempts to be paid for a verified chunk: the coordinator's own runs cost nothing. */
function winners (chunk: Chunk): Chunk['attempts'] {
  return chunk.attempts.filter(attempt => attempt.state === 'VERIFIED' && attempt.holdId !== '')
}

/** Chunks to be paid: one for which a result may still come is paid with it. */
function unpaidOf (job: Job): readonly Chunk[] {
  return [...job.unpaid].filter(index => !job.late.has(index)).map(index => job.chunks[index]).filter(chunk => chunk !== undefined)
}
