import { moveAttempt } from '../lifecycle/attempt.ts'
import { attemptKey } from '../model/ids.ts'
import type { Commit } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import { merkleRoot } from '../verification/commitment.ts'
import { tellAccepted } from './accepted.ts'
import { endAttempt, findAttempt, idOf, release, requeue } from './attempts.ts'
import { fillBatch, leaveBatch } from './batches.ts'
import { comparesBytes } from './examination.ts'
import { forgetExpiries } from './expiries.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import { isAdaptive, tier } from './tiers.ts'
import { drawTrusted } from './trusted-audits.ts'
import type { Turn } from './turn.ts'

/** Most results asked for in one message. */
const REVEAL_BATCH = 1024

export function onCommit (turn: Turn, worker: string, commit: Commit): void {
  const found = findAttempt(turn.state, worker, commit.attempt)
  if (found === undefined) {
    if (commit.attempt !== undefined) {
      turn.send(worker, { recall: { attempt: commit.attempt, reason: reason('STALE_EPOCH', 'this attempt is no longer wanted') } })
    }
    return
  }
  const { job, chunk, attempt } = found
  const id = idOf(job, chunk, attempt)
  const isNew = attempt.state === 'LEASED' || attempt.state === 'RUNNING'
  if (isNew && chunk.state === 'VERIFIED' && !comparesBytes(job)) {
    // the script that judges is not called again: better now, without its acknowledgement, than when the files are here
    forgetExpiries(job, worker)
    endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('SUPERSEDED', 'the chunk was decided by other results'))
    return
  }
  if (isNew) {
    attempt.state = moveAttempt(attemptKey(id), attempt.state, 'COMMITTED')
    attempt.commitment = Buffer.from(commit.commitment).toString('hex')
    attempt.committedAt = turn.now
    noteSlotFree(turn, worker, attempt)
    forgetExpiries(job, worker)
    release(turn, attempt, id)
    drawTrusted(turn, found)
    turn.saveChunk(job, chunk)
  } else if (attempt.state === 'COMMITTED' && attempt.revealAskedAt !== undefined && attempt.revealComing !== true) {
    // who says again that it is done has not heard what it was asked for
    askAgain(turn, job, chunk, attempt)
  }
  turn.send(worker, { commitAck: { attempt: id } })
  // it did not hear the verdict
  if (attempt.state === 'VERIFIED' && chunk.storedAt !== undefined) tellAccepted(turn, job, chunk, attempt)
  askReveals(turn, job, chunk)
}

/** The slot this ran in was free since as many commits ago as there are slots. */
function noteSlotFree (turn: Turn, peer: string, attempt: Attempt): void {
  const worker = turn.state.workers.get(peer)
  if (worker === undefined) return
  const { commits } = worker
  const slots = Math.max(1, worker.offer?.slotsTotal ?? 1)
  attempt.slotFreeAt = commits[commits.length - slots] ?? 0
  commits.push(turn.now)
  if (commits.length > slots) commits.splice(0, commits.length - slots)
}

/**
 * Reveals are asked for once enough groups have committed that the values can be
 * compared: until then nobody has shown a result that another could copy.
 */
export function askReveals (turn: Turn, job: Job, chunk: Chunk): void {
  const bound = chunk.attempts.filter(attempt => attempt.state === 'COMMITTED' || attempt.state === 'REVEALED')
  const [first] = bound
  if (bound.length === 1 && first !== undefined && waitsForBatch(chunk, job, first)) {
    keepForBatch(turn, job, chunk, first)
    return
  }
  const enough = bound.some(attempt => attempt.trusted) || chunk.disputed || new Set(bound.map(attempt => attempt.group)).size >= chunk.quorum
  if (!enough) return
  for (const attempt of bound) {
    if (attempt.state !== 'COMMITTED' || attempt.revealAskedAt !== undefined) continue
    leaveBatch(job, chunk, attempt)
    askAgain(turn, job, chunk, attempt)
  }
}

/** True for the only result of a chunk that no other run is meant to check. */
function waitsForBatch (chunk: Chunk, job: Job, attempt: Attempt): boolean {
  return isAdaptive(job) && !attempt.trusted && !chunk.disputed && chunk.quorum === 1 && attempt.batch === undefined && attempt.state === 'COMMITTED' && attempt.revealAskedAt === undefined
}

/** It is audited with others of its worker; or, when the worker was struck since its lease, checked by another run. */
function keepForBatch (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  if (tier(turn.state, job, attempt.worker, turn.now) === 'established') {
    fillBatch(turn, job, chunk, attempt)
    return
  }
  chunk.quorum = 2
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
}

/** Asks for one reveal, for the first time or once more. */
export function askAgain (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  attempt.revealAskedAt = turn.now
  attempt.revealAsks = (attempt.revealAsks ?? 0) + 1
  turn.askReveal(attempt.worker, attempt.batch ?? '', { ...idOf(job, chunk, attempt), commitment: attempt.commitment ?? '' })
}

/** Sends the reveal requests of this turn, one per worker and batch, bound to its commitments by their Merkle root. */
export function sendRevealRequests (turn: Turn): void {
  for (const { worker, drawFollows, items: all } of turn.reveals.values()) {
    for (let from = 0; from < all.length; from += REVEAL_BATCH) {
      const items = all.slice(from, from + REVEAL_BATCH)
      turn.send(worker, {
        revealRequest: {
          batchId: ++turn.state.batchId,
          merkleRoot: Uint8Array.from(merkleRoot(items.map(item => Buffer.from(item.commitment, 'hex')))),
          attempts: items.map(({ jobId, chunk, epoch }) => ({ jobId, chunk, epoch })),
          drawFollows
        }
      })
    }
  }
  turn.reveals.clear()
}
