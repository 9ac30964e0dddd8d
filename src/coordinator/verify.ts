import { attemptIsLive, attemptIsOpen, moveAttempt } from '../lifecycle/attempt.ts'
import { moveChunk } from '../lifecycle/chunk.ts'
import type { FileRef } from '../model/block.ts'
import { attemptKey } from '../model/ids.ts'
import type { Commit, Reveal } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import { resultHash } from '../model/result.ts'
import { merkleRoot, opensCommitment } from '../verification/commitment.ts'
import { mostCredible } from '../verification/credibility.ts'
import { MOST_REPLICAS } from '../verification/policy.ts'
import { agreed, decide, decideByMajority } from '../verification/quorum.ts'
import type { Decision, Vote } from '../verification/quorum.ts'
import { fileListProblem } from '../verification/file-list.ts'
import { appLimits } from './app-limits.ts'
import { endAttempt, failChunk, findAttempt, idOf, onFailed, release, requeue, rest } from './attempts.ts'
import type { Found } from './attempts.ts'
import { advanceBatches, batchMoved, closeBatches, fillBatch, leaveBatch } from './batches.ts'
import { mayRun, wants } from './chunks.ts'
import type { TrustedOutcome } from './events.ts'
import { groupOf, hasReferee, isAdaptive, tier, weigh } from './tiers.ts'
import { isSuspect } from './suspicion.ts'
import { reject, short, store, tellAccepted } from './verdict.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** A reveal asked for is asked for again after this long, milliseconds. */
const REVEAL_DUE_MS = 10_000
/** None after so many requests is a strike: one that was lost, or a coordinator that slept, is nobody's fault. */
const REVEAL_ASKS = 3
/** Requests after which it is a strike even if the worker came back anew each time. */
const MOST_REVEAL_ASKS = 30
/** Times a result is shown in vain before it is given up. */
const REVEALS_LOST = 3
/** Most results asked for in one message. */
const REVEAL_BATCH = 1024
/** Trusted runs of the coordinator at a time. */
const REFEREES = 1
/** Chunks that wait for another worker looked at, to see whether any can come. */
const STUCK_LOOK_AHEAD = 16

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
  if (attempt.state === 'LEASED' || attempt.state === 'RUNNING') {
    attempt.state = moveAttempt(attemptKey(id), attempt.state, 'COMMITTED')
    attempt.commitment = Buffer.from(commit.commitment).toString('hex')
    attempt.committedAt = turn.now
    release(turn, attempt, id)
    turn.saveChunk(job, chunk)
  }
  turn.send(worker, { commitAck: { attempt: id } })
  // it did not hear the verdict
  if (attempt.state === 'VERIFIED' && chunk.storedAt !== undefined) tellAccepted(turn, job, chunk, attempt)
  askReveals(turn, job, chunk)
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
  for (const { worker, items: all } of turn.reveals.values()) {
    for (let from = 0; from < all.length; from += REVEAL_BATCH) {
      const items = all.slice(from, from + REVEAL_BATCH)
      turn.send(worker, {
        revealRequest: {
          batchId: ++turn.state.batchId,
          merkleRoot: Uint8Array.from(merkleRoot(items.map(item => Buffer.from(item.commitment, 'hex')))),
          attempts: items.map(({ jobId, chunk, epoch }) => ({ jobId, chunk, epoch }))
        }
      })
    }
  }
  turn.reveals.clear()
}

/** Asks again for what is due, and strikes a worker that owes a reveal for too long although it is there. */
export function chaseReveals (turn: Turn, job: Job): void {
  for (const index of [...job.active]) {
    const chunk = job.chunks[index]
    if (chunk === undefined) continue
    for (const attempt of chunk.attempts) {
      if (attempt.state !== 'COMMITTED' || attempt.revealAskedAt === undefined || attempt.revealComing === true) continue
      if (turn.state.workers.get(attempt.worker)?.connected !== true) continue
      const asks = attempt.revealAsks ?? 1
      if (turn.now - attempt.revealAskedAt < REVEAL_DUE_MS && asks < MOST_REVEAL_ASKS) continue
      if (asks < REVEAL_ASKS) askAgain(turn, job, chunk, attempt)
      else reject(turn, job, chunk, attempt, 'NO_REVEAL', `committed, but did not show its result although asked ${asks} times`)
    }
    // a vote that was waited for may have ended without a result, or its worker been banned
    if (chunk.disputed) judge(turn, job, chunk)
  }
}

/** The worker did its part: while the content is on its way, the reveal is not overdue. */
export function onRevealComing (found: Found | undefined): void {
  if (found?.attempt.state === 'COMMITTED') found.attempt.revealComing = true
}

/** Asked for again a few times; then the result counts as one whose files cannot be had. */
export function onRevealLost (turn: Turn, found: Found | undefined): void {
  if (found?.attempt.state !== 'COMMITTED') return
  const { job, chunk, attempt } = found
  delete attempt.revealComing
  attempt.revealsLost = (attempt.revealsLost ?? 0) + 1
  if (attempt.revealsLost >= REVEALS_LOST) {
    rest(turn, chunk, attempt)
    endAttempt(turn, job, chunk, attempt, 'EXPIRED', reason('RESULT_UNAVAILABLE', `the list of its result files could not be fetched ${REVEALS_LOST} times`))
    return
  }
  // it did show it: what was asked before does not count towards a strike
  attempt.revealAsks = 0
  askAgain(turn, job, chunk, attempt)
}

export function onReveal (turn: Turn, worker: string, reveal: Reveal): void {
  const found = findAttempt(turn.state, worker, reveal.attempt)
  if (found === undefined || found.attempt.state !== 'COMMITTED' || found.attempt.revealAskedAt === undefined) return
  const { job, chunk, attempt } = found
  const id = idOf(job, chunk, attempt)
  const files = reveal.files.map(file => ({
    path: file.path,
    size: file.content?.size ?? 0,
    sha256: Buffer.from(file.content?.sha256 ?? []).toString('hex')
  }))
  const problem = fileListProblem(files, appLimits(job))
  if (problem !== undefined) {
    reject(turn, job, chunk, attempt, 'BAD_REVEAL', `its result ${problem}`)
    return
  }
  const value = resultHash({ exitCode: reveal.exitCode, files })
  const bound = Buffer.from(attempt.commitment ?? '', 'hex')
  if (value !== Buffer.from(reveal.resultHash).toString('hex') || !opensCommitment(bound, id, worker, reveal.resultHash, reveal.nonce)) {
    reject(turn, job, chunk, attempt, 'BAD_REVEAL', 'what it showed is not what it had committed to')
    return
  }
  if (reveal.usage !== undefined) attempt.usage = reveal.usage
  record(turn, found, value, files)
  measure(turn, found, reveal.usage?.wallMs ?? 0)
  judge(turn, job, chunk)
}

function record (turn: Turn, { job, chunk, attempt }: Found, value: string, files: readonly FileRef[]): void {
  attempt.state = moveAttempt(attemptKey(idOf(job, chunk, attempt)), attempt.state, 'REVEALED')
  attempt.value = value
  attempt.files = files
  turn.saveChunk(job, chunk)
}

/** Durations are the coordinator's own, from lease to commit; what the worker says it ran only splits off the overhead. */
function measure (turn: Turn, { job, attempt }: Found, reportedMs: number): void {
  const took = (attempt.committedAt ?? turn.now) - attempt.leasedAt
  const ran = Math.min(took, reportedMs)
  job.durations.add(ran)
  const worker = turn.state.workers.get(attempt.worker)
  if (worker === undefined) return
  const queued = ran * attempt.ahead / Math.max(1, worker.offer?.slotsTotal ?? 1)
  const overhead = Math.max(0, Math.min(took - ran - queued, 1000))
  worker.overheadMs = worker.overheadMs * 0.9 + overhead * 0.1
}

/** Compares what is revealed and does what follows. */
export function judge (turn: Turn, job: Job, chunk: Chunk): void {
  if (chunk.state !== 'ACTIVE') return
  const decision = isAdaptive(job) ? weighVotes(turn, job, chunk) : verdictOn(chunk, hasReferee(turn.state, job))
  if (decision.kind === 'agreed') accept(turn, job, chunk, decision.value)
  else if (decision.kind === 'dispute') dispute(turn, job, chunk)
  else if (isAdaptive(job)) seekCredibility(turn, job, chunk, decision.missing)
  else if (chunk.disputed && mustWiden(chunk, decision.missing)) {
    chunk.quorum++
    requeue(turn, job, chunk)
    turn.saveChunk(job, chunk)
  } else askReveals(turn, job, chunk)
}

/** A value counts once those who gave it are credible together; results that differ are a dispute first. */
function weighVotes (turn: Turn, job: Job, chunk: Chunk): Decision {
  const voters = chunk.attempts.filter(attempt => attempt.state === 'REVEALED' || attempt.state === 'VERIFIED')
  const votes = voters.map(({ epoch, value = '', group, trusted }) => ({ epoch, value, group, trusted }))
  if (votes.some(vote => vote.trusted)) return decide(votes, 1)
  const values = new Set(votes.map(({ value }) => value)).size
  if (values > 1 && (!chunk.disputed || hasReferee(turn.state, job))) return { kind: 'dispute', values }
  const best = mostCredible(voters.map(attempt => weigh(turn.state, job, attempt, turn.now)))
  if (best === undefined) return { kind: 'wait', missing: chunk.quorum }
  const isChecked = new Set(votes.map(({ group }) => group)).size > 1
  return isChecked && best.credibility >= 1 - job.policy.epsilon ? agreed(votes, best.value) : { kind: 'wait', missing: 1 }
}

/** What was not credible enough may be by now: its workers have proven themselves elsewhere. */
export function judgeAgain (turn: Turn, job: Job): void {
  if (!isAdaptive(job)) return
  for (const index of [...job.active]) {
    const chunk = job.chunks[index]
    if (chunk?.state === 'ACTIVE' && !chunk.attempts.some(attempt => attemptIsLive(attempt.state)) && chunk.attempts.some(({ state }) => state === 'REVEALED')) judge(turn, job, chunk)
  }
}

/** What was shown is not enough: one more run, by whoever can give it. */
function seekCredibility (turn: Turn, job: Job, chunk: Chunk, missing: number): void {
  const shown = chunk.attempts.filter(attempt => attempt.state === 'REVEALED')
  const [only] = shown
  if (shown.length === 1 && only?.batch !== undefined && chunk.audit === undefined && !chunk.disputed) {
    batchMoved(job, only, false)
    return
  }
  if (shown.length === 0 || !mustWiden(chunk, missing)) {
    askReveals(turn, job, chunk)
    return
  }
  if (wants(chunk) > 0) return
  if (hasReferee(turn.state, job) && (chunk.quorum >= MOST_REPLICAS || turn.state.refereeing.size < REFEREES)) chunk.audit = 'trusted'
  else if (chunk.quorum < MOST_REPLICAS) chunk.quorum++
  else {
    failChunk(turn, job, chunk, 'NO_AGREEMENT', `${chunk.quorum} workers ran it, and no result is credible enough: ask for less with --confidence, or trust a worker`)
    return
  }
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
}

/** Votes settle a dispute only where no trusted run can. */
function verdictOn (chunk: Chunk, referee: boolean): Decision {
  const votes: Vote[] = chunk.attempts
    .filter(attempt => attempt.state === 'REVEALED' || attempt.state === 'VERIFIED')
    .map(attempt => ({ epoch: attempt.epoch, value: attempt.value ?? '', group: attempt.group, trusted: attempt.trusted }))
  if (votes.length === 0) return { kind: 'wait', missing: chunk.quorum }
  return chunk.disputed && !referee && !votes.some(vote => vote.trusted) ? decideByMajority(votes, 2) : decide(votes, chunk.quorum)
}

/** One more vote is needed, and none is on its way. */
function mustWiden (chunk: Chunk, missing: number): boolean {
  return missing > 0 && !chunk.attempts.some(attempt => attemptIsLive(attempt.state))
}

/** Results differ: a trusted run decides when this coordinator can run the app, else one more worker's vote. */
function dispute (turn: Turn, job: Job, chunk: Chunk): void {
  if (chunk.disputed) return
  chunk.disputed = true
  job.record.disputes++
  turn.effect({ kind: 'note', level: 'warn', text: 'results differ', about: { job: job.record.id, chunk: chunk.index } })
  turn.saveChunk(job, chunk)
  if (!hasReferee(turn.state, job)) judge(turn, job, chunk)
}

/** Starts the trusted runs that disputes (or a chunk no worker may try) wait for, as many as run at a time. */
export function callReferee (turn: Turn, job: Job): void {
  if (!hasReferee(turn.state, job) || turn.state.refereeing.size >= REFEREES) return
  for (const index of job.active) {
    const chunk = job.chunks[index]
    if ((chunk?.disputed === true || chunk?.audit === 'trusted') && chunk.state === 'ACTIVE') runTrusted(turn, job, chunk)
  }
  if (isAdaptive(job)) standIn(turn, job)
}

/** Where no other worker is left to check a result, or none may see the job, the coordinator runs the chunk itself. */
function standIn (turn: Turn, job: Job): void {
  if (job.record.spec.config.trust === 'local') {
    const chunk = job.chunks[job.freshFrom]
    if (chunk === undefined || turn.state.refereeing.size >= REFEREES) return
    job.freshFrom++
    runTrusted(turn, job, chunk)
    return
  }
  if (job.round !== undefined || job.awards.size === 0) return
  const takers = [...job.awards.keys()].map(peer => turn.state.workers.get(peer)).filter(worker => worker !== undefined)
  let looked = 0
  for (const index of job.wanting) {
    const chunk = job.chunks[index]
    if (++looked > STUCK_LOOK_AHEAD) return
    if (chunk === undefined || chunk.attempts.length === 0 || takers.some(worker => mayRun(chunk, worker.peer, groupOf(worker), Infinity))) continue
    runTrusted(turn, job, chunk)
  }
}

/** Runs a chunk on the coordinator itself. Its attempt is trusted and free, and takes an epoch like any other. */
export function runTrusted (turn: Turn, job: Job, chunk: Chunk): void {
  if (turn.state.refereeing.size >= REFEREES || chunk.attempts.some(attempt => attempt.worker === turn.state.self && attemptIsOpen(attempt.state))) return
  chunk.epoch++
  const attempt: Attempt = {
    epoch: chunk.epoch, worker: turn.state.self, group: turn.state.self, trusted: true, price: 0n, holdId: '',
    leasedAt: turn.now, ahead: 0, state: 'RUNNING', expiresAt: Number.MAX_SAFE_INTEGER
  }
  chunk.attempts.push(attempt)
  const id = idOf(job, chunk, attempt)
  turn.state.refereeing.add(attemptKey(id))
  job.record.executions++
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
  turn.effect({ kind: 'run-trusted', attempt: id })
}

export function onTrustedDone (turn: Turn, found: Found | undefined, key: string, outcome: TrustedOutcome): void {
  turn.state.refereeing.delete(key)
  if (found === undefined) return
  if (!outcome.ok) {
    onFailed(turn, found, outcome)
    return
  }
  const { job, chunk, attempt } = found
  attempt.state = moveAttempt(key, attempt.state, 'COMMITTED')
  record(turn, found, outcome.value, outcome.files)
  judge(turn, job, chunk)
}

/** Moves the batches of a job on, and counts the results of those that passed their audits. */
export function auditBatches (turn: Turn, job: Job): void {
  closeBatches(turn, job)
  advanceBatches(turn, job, members => {
    for (const { chunk, attempt } of members) accept(turn, job, chunk, attempt.value ?? '')
  })
}

/** A value is agreed: those who showed another are struck, and the files are fetched before anyone is owed anything. */
function accept (turn: Turn, job: Job, chunk: Chunk, value: string): void {
  const erratic = compare(turn, job, chunk, value)
  for (const attempt of chunk.attempts.filter(open => open.state === 'REVEALED' && open.value !== value)) {
    refuse(turn, job, chunk, attempt, value, erratic)
  }
  chunk.value = value
  chunk.state = moveChunk(`${job.record.id}/${chunk.index}`, chunk.state, 'VERIFIED')
  for (const attempt of chunk.attempts) {
    if (attempt.state !== 'REVEALED') continue
    attempt.state = moveAttempt(attemptKey(idOf(job, chunk, attempt)), attempt.state, 'VERIFIED')
    batchMoved(job, attempt, chunk.audit !== undefined)
  }
  job.wanting.delete(chunk.index)
  turn.saveChunk(job, chunk)
  fetchOrStore(turn, job, chunk)
}

/** Counts comparisons. True when a trusted run gave something that none of several differing workers gave: then it is the app that is erratic. */
function compare (turn: Turn, { record }: Job, chunk: Chunk, value: string): boolean {
  const shown = chunk.attempts.filter(attempt => attempt.state === 'REVEALED')
  if (shown.length < 2) return false
  record.checks.comparisons++
  const byWorkers = new Set(shown.filter(({ worker }) => worker !== turn.state.self).map(attempt => attempt.value))
  if (byWorkers.has(value) || byWorkers.size < 2) return false
  const before = isSuspect(record)
  record.checks.disagreements++
  if (isSuspect(record) && !before) {
    turn.effect({ kind: 'note', level: 'warn', text: 'the app gives different results each time: its results cannot be checked by comparing them', about: { job: record.id, app: record.spec.app.manifest.name } })
  }
  return true
}

function refuse (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt, value: string, erratic: boolean): void {
  const text = `its result ${short(attempt.value)} differs from the accepted ${short(value)}`
  if (!erratic && !isSuspect(job.record)) reject(turn, job, chunk, attempt, 'WRONG_RESULT', text)
  else endAttempt(turn, job, chunk, attempt, 'REJECTED', reason('WRONG_RESULT', `${text}; nobody is struck, because the app itself seems to give different results each time`))
}

/** Nobody is owed anything before the files are here. */
export function fetchOrStore (turn: Turn, job: Job, chunk: Chunk): void {
  const winners = chunk.attempts.filter(attempt => attempt.state === 'VERIFIED')
  const files = winners[0]?.files ?? []
  if (files.length === 0 || winners.some(attempt => attempt.worker === turn.state.self)) store(turn, job, chunk)
  else turn.effect({ kind: 'fetch-results', jobId: job.record.id, chunk: chunk.index, from: winners.map(attempt => attempt.worker), files })
}

/** The files could not be had from these workers: their results do not count, and the chunk runs again if none is left. */
export function onResultsStored (turn: Turn, job: Job, chunk: Chunk, stored: boolean, unavailableAt: readonly string[]): void {
  if (chunk.state !== 'VERIFIED' || chunk.storedAt !== undefined) return
  if (stored) {
    store(turn, job, chunk)
    return
  }
  chunk.state = moveChunk(`${job.record.id}/${chunk.index}`, chunk.state, 'PENDING')
  delete chunk.value
  for (const attempt of chunk.attempts.filter(verified => verified.state === 'VERIFIED' && unavailableAt.includes(verified.worker))) {
    rest(turn, chunk, attempt)
    endAttempt(turn, job, chunk, attempt, 'EXPIRED', reason('RESULT_UNAVAILABLE', 'its result files could not be fetched'))
  }
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
  // a result shown meanwhile may be enough by itself: nothing else would look at it again
  judge(turn, job, chunk)
}
