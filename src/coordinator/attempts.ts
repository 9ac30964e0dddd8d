import { createHash } from 'node:crypto'
import { attemptIsLive, attemptIsOpen, moveAttempt } from '../lifecycle/attempt.ts'
import type { AttemptState } from '../lifecycle/attempt.ts'
import { moveChunk } from '../lifecycle/chunk.ts'
import { REOPEN_MS } from '../market/auction.ts'
import type { Usage } from '../model/executor.ts'
import { imageBytes } from '../model/image.ts'
import { LIMITS } from '../model/limits.ts'
import { attemptKey } from '../model/ids.ts'
import type { AttemptId } from '../model/ids.ts'
import type { Attempt as AttemptRef, Heartbeat, Resume } from '../model/messages/control.ts'
import { OWNER_CODES, reason } from '../model/reasons.ts'
import type { Reason, ReasonCode } from '../model/reasons.ts'
import { newStanding, withNodeFailure } from '../verification/reputation.ts'
import type { Evidence } from '../verification/evidence.ts'
import { evidenceToWire } from '../verification/evidence-wire.ts'
import { backoff } from './backoff.ts'
import type { Backoff } from './backoff.ts'
import { maxAttempts, wants } from './chunks.ts'
import { chunkClass } from './classes.ts'
import { isExamined } from './examination.ts'
import { noteExpiry } from './expiries.ts'
import { hasReferee, isAdaptive } from './tiers.ts'
import { standingFor } from './fencing.ts'
import type { Attempt, Chunk, CoordinatorState, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** Attempts of one chunk, blameless ones included, before it is given up. */
const MOST_EPOCHS = 100
/** Declined attempts kept in the record of a chunk. */
const MOST_DECLINED = 8
/** Times one worker may have one chunk again after content did not get through. */
const MOST_RESTS = 3
/** How long a chunk waits after a failure, milliseconds. */
const RETRY: Backoff = { firstMs: 250, mostMs: 30_000 }
/** How long it waits before the worker gets it again to which, or from which, content did not get through. */
const REST: Backoff = { firstMs: 5_000, mostMs: 300_000 }

/** Why a worker declines that says nothing of the chunk: it may have it again when it bids again. */
const NOT_NOW: readonly ReasonCode[] = ['DRAINING', 'BUSY', 'CREDIT_LIMIT', 'COORDINATOR_UNFAIR', 'COORDINATOR_BEHIND', 'NOT_AGREED', ...OWNER_CODES]

export interface Found { readonly job: Job, readonly chunk: Chunk, readonly attempt: Attempt }

/** The attempt a message speaks of, only when it is this worker's and still open: anything else is stale. */
export function findAttempt (state: CoordinatorState, worker: string, id: AttemptRef | AttemptId | undefined): Found | undefined {
  if (id === undefined) return undefined
  const job = state.jobs.get(id.jobId)
  const chunk = job?.chunks[id.chunk]
  const attempt = chunk?.attempts.find(candidate => candidate.epoch === id.epoch)
  if (job === undefined || chunk === undefined || attempt === undefined) return undefined
  return attempt.worker === worker && attemptIsOpen(attempt.state) ? { job, chunk, attempt } : undefined
}

export function idOf (job: Job, chunk: Chunk, attempt: Attempt): AttemptId {
  return { jobId: job.record.id, chunk: chunk.index, epoch: attempt.epoch }
}

/**
 * Ends an open attempt without pay: its hold is voided in this turn's batch, the
 * worker is told, and the chunk is offered again if it still needs a result.
 * @param evidence what shows the worker that it is not refused at will
 */
export function endAttempt (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt, to: AttemptState, why: Reason, evidence?: Evidence): void {
  const id = idOf(job, chunk, attempt)
  const wasLive = attemptIsLive(attempt.state)
  attempt.state = moveAttempt(attemptKey(id), attempt.state, to)
  attempt.reason = why
  if (attempt.holdId !== '') {
    turn.book({ key: `void:${attemptKey(id)}`, transfers: [{ kind: 'void', holdId: attempt.holdId, ref: { job: id.jobId, chunk: id.chunk, epoch: id.epoch, note: why.code } }] })
  }
  release(turn, attempt, id)
  const batch = attempt.batch === undefined ? undefined : job.batches.get(attempt.batch)
  if (batch !== undefined) batch.dirty = true
  if (to === 'EXPIRED' || to === 'RECALLED') turn.send(attempt.worker, { recall: { attempt: id, reason: why } })
  else if (to === 'REJECTED' || to === 'BACKTRACKED') turn.send(attempt.worker, { verdict: { attempt: id, accepted: false, reason: why, amount: 0n, ...evidence === undefined ? {} : { evidence: evidenceToWire(evidence) } } })
  forgetDeclined(chunk)
  if (wasLive || to === 'REJECTED') requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
}

/** Content that did not get through is nobody's fault: the worker may have the chunk again later, a few times. */
export function rest (turn: Turn, chunk: Chunk, attempt: Attempt): void {
  const before = chunk.attempts.filter(({ worker, retryAt }) => worker === attempt.worker && retryAt !== undefined).length
  if (before >= MOST_RESTS) chunk.excluded.push(attempt.worker)
  else attempt.retryAt = turn.now + backoff(REST, before + 1, 0.5)
}

/** Workers that decline a chunk over and over must not let its record grow: of those the last few are kept. */
function forgetDeclined (chunk: Chunk): void {
  const declined = chunk.attempts.filter(attempt => attempt.state === 'DECLINED' && attempt.retryAt === undefined)
  if (declined.length <= MOST_DECLINED) return
  const forgotten = new Set(declined.slice(0, -MOST_DECLINED))
  chunk.attempts = chunk.attempts.filter(attempt => !forgotten.has(attempt))
}

/** The same for the same seed, chunk and epoch, and not to be guessed by anyone else. */
function jitter (job: Job, chunk: Chunk): number {
  return createHash('sha256').update(`backoff/${job.record.seed}/${chunk.index}/${chunk.epoch}`).digest().readUInt32BE() / 2 ** 32
}

/** The attempt no longer takes a place at its worker. */
export function release (turn: Turn, attempt: Attempt, id: AttemptId): void {
  if (attempt.worker === turn.state.self) turn.state.refereeing.delete(attemptKey(id))
  else turn.state.workers.get(attempt.worker)?.inFlight.delete(attemptKey(id))
}

/** Puts a chunk where its attempts say it belongs. */
export function requeue (turn: Turn, job: Job, chunk: Chunk): void {
  if (chunk.state === 'DECIDED' || chunk.state === 'FAILED' || chunk.state === 'VERIFIED') return
  const open = chunk.audit === 'trusted' || chunk.attempts.some(attempt => attemptIsOpen(attempt.state))
  chunk.state = moveChunk(`${job.record.id}/${chunk.index}`, chunk.state, open ? 'ACTIVE' : 'PENDING')
  if (open) job.active.add(chunk.index)
  else job.active.delete(chunk.index)
  if (wants(chunk) > 0) job.wanting.add(chunk.index)
  else job.wanting.delete(chunk.index)
}

export function onLeaseAck (turn: Turn, worker: string, ref: AttemptRef | undefined): void {
  const found = findAttempt(turn.state, worker, ref)
  if (found === undefined || found.attempt.state !== 'LEASED') return
  found.attempt.state = moveAttempt(attemptKey(idOf(found.job, found.chunk, found.attempt)), 'LEASED', 'RUNNING')
  found.attempt.expiresAt = turn.now + turn.state.config.leaseTtlMs
}

export function onDecline (turn: Turn, worker: string, ref: AttemptRef | undefined, why: Reason): void {
  const found = findAttempt(turn.state, worker, ref)
  if (found === undefined || !attemptIsLive(found.attempt.state)) return
  if (NOT_NOW.includes(why.code)) {
    found.job.awards.delete(worker)
    found.job.nextRoundAt = Math.max(found.job.nextRoundAt, turn.now + REOPEN_MS)
  }
  else if (why.code === 'INPUT_UNAVAILABLE') rest(turn, found.chunk, found.attempt)
  else found.chunk.excluded.push(worker)
  endAttempt(turn, found.job, found.chunk, found.attempt, 'DECLINED', why)
}

/** Renews what the worker still works on and names what it should drop. */
export function onHeartbeat (turn: Turn, worker: string, heartbeat: Heartbeat): void {
  const unknown: AttemptRef[] = []
  for (const live of heartbeat.live) {
    const found = findAttempt(turn.state, worker, live.attempt)
    if (found === undefined) {
      if (live.attempt !== undefined) unknown.push(live.attempt)
    } else {
      found.attempt.expiresAt = turn.now + turn.state.config.leaseTtlMs
    }
  }
  turn.send(worker, { heartbeatAck: { unknown, ttlMs: turn.state.config.leaseTtlMs } })
}

/**
 * After a reconnect both sides compare what is live: attempts the worker has
 * lost are re-queued at once instead of when their lease ends. Returns the
 * attempts both keep; reveals asked for before the loss are to be asked again.
 */
export function onResume (turn: Turn, worker: string, resume: Resume): readonly Found[] {
  const askAgain: Found[] = []
  const keep: AttemptRef[] = []
  const drop: AttemptRef[] = []
  const held = new Set<string>()
  for (const live of resume.live) {
    if (live.attempt === undefined) continue
    const found = findAttempt(turn.state, worker, live.attempt)
    if (found === undefined) {
      drop.push(live.attempt)
      continue
    }
    keep.push(live.attempt)
    held.add(attemptKey(live.attempt))
    found.attempt.expiresAt = turn.now + turn.state.config.leaseTtlMs
    if (found.attempt.state === 'COMMITTED') askAgain.push(found)
  }
  for (const key of [...turn.state.workers.get(worker)?.inFlight ?? []]) {
    if (held.has(key)) continue
    const found = findAttempt(turn.state, worker, parseAttempt(key))
    if (found === undefined || !attemptIsLive(found.attempt.state)) continue
    endAttempt(turn, found.job, found.chunk, found.attempt, 'EXPIRED', reason('LEASE_LOST', 'the worker came back without this attempt'))
  }
  turn.send(worker, { resumeReply: { ...standingFor(turn.state, worker), keep, drop } })
  return askAgain
}

/** A task ended without a result. App failures count against the chunk, node failures against the worker, transport against nobody. */
export function onFailed (
  turn: Turn, found: Found,
  failure: { readonly failureClass: string, readonly reason: Reason, readonly exitCode: number, readonly stderrTail: string, readonly usage?: Usage }
): void {
  const { job, chunk, attempt } = found
  const by = attempt.worker
  if (failure.usage !== undefined) attempt.usage = failure.usage
  if (failure.reason.code === 'IMAGE_UNAVAILABLE' || failure.reason.code === 'IMAGE_REFUSED') withoutImage(job, by, failure.reason)
  if (failure.failureClass === 'transport') rest(turn, chunk, attempt)
  else if (!chunk.excluded.includes(by)) chunk.excluded.push(by)
  if (failure.failureClass === 'app' && !chunk.appFailures.includes(by)) chunk.appFailures.push(by)
  if (failure.failureClass === 'node' && by !== turn.state.self) {
    if (!chunk.nodeFailures.includes(attempt.group)) chunk.nodeFailures.push(attempt.group)
    turn.saveStanding(withNodeFailure(turn.state.standings.get(by) ?? newStanding(by), job.record.id, turn.now))
  }
  endAttempt(turn, job, chunk, attempt, 'FAILED', failure.reason)
  chunk.notBefore = turn.now + backoff(RETRY, failures(chunk), jitter(job, chunk))
  const tail = failure.stderrTail.trim().split('\n').slice(-5).join('\n').slice(-LIMITS.reasonChars)
  const detail = tail === '' ? failure.reason.text : `${failure.reason.text}: ${tail}`
  const hopeless = chunk.appFailures.length >= 2 || chunk.nodeFailures.length >= 3 || failures(chunk) >= maxAttempts(job)
  if (hopeless && !attempt.trusted && (isAdaptive(job) || isExamined(job)) && hasReferee(turn.state, job, chunkClass(chunk))) {
    // strangers could say so of any chunk: the coordinator sees for itself
    chunk.audit = 'trusted'
    chunk.quorum = 1
    requeue(turn, job, chunk)
    turn.saveChunk(job, chunk)
  } else if (chunk.appFailures.length >= 2 || (attempt.trusted && failure.failureClass === 'app')) {
    failChunk(turn, job, chunk, failure.reason.code, detail)
  } else if (chunk.nodeFailures.length >= 3) {
    failChunk(turn, job, chunk, failure.reason.code, `it ended the sandbox on workers of three different operators: ${detail}`)
  } else if (failures(chunk) >= maxAttempts(job)) {
    failChunk(turn, job, chunk, failure.reason.code, `${failures(chunk)} attempts ended without a result; the last: ${detail}`)
  }
}

/** A worker that cannot have the job's image gets no more of its chunks, until it bids again. */
function withoutImage (job: Job, worker: string, why: Reason): void {
  job.awards.delete(worker)
  job.explanations.set(worker, [why])
}

function failures (chunk: Chunk): number {
  return chunk.attempts.filter(attempt => attempt.state === 'FAILED').length
}

export function failChunk (turn: Turn, job: Job, chunk: Chunk, code: ReasonCode, message: string): void {
  if (chunk.state !== 'PENDING' && chunk.state !== 'ACTIVE') return
  for (const attempt of chunk.attempts.filter(open => attemptIsOpen(open.state))) {
    endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('CHUNK_FAILED', `no result of the chunk counts: ${message}`))
  }
  chunk.state = moveChunk(`${job.record.id}/${chunk.index}`, chunk.state, 'FAILED')
  chunk.error = { code: 'NS_E_APP_FAILED', message: `${code}: ${message}`, remedy: `nightshift job logs ${job.record.id} --chunk ${chunk.index}` }
  job.wanting.delete(chunk.index)
  job.active.delete(chunk.index)
  job.record.failed++
  turn.saveChunk(job, chunk)
}

/** Ends attempts whose worker was silent for a whole lease. Nothing but the attempt's own state changes: a late result is refused by its epoch. */
export function expireAttempts (turn: Turn, job: Job): void {
  for (const index of [...job.active]) {
    const chunk = job.chunks[index]
    if (chunk === undefined) continue
    for (const attempt of chunk.attempts) {
      if (!attemptIsLive(attempt.state) || attempt.worker === turn.state.self) continue
      const late = overdue(turn, job, attempt)
      if (attempt.expiresAt > turn.now && !late) continue
      if (chunk.state === 'FAILED') break
      if (late) blameLate(turn, job, chunk, attempt)
      const silent = ((turn.now - attempt.expiresAt + turn.state.config.leaseTtlMs) / 1000).toFixed(1)
      noteExpiry(turn, job, attempt.worker)
      endAttempt(turn, job, chunk, attempt, 'EXPIRED', reason('LEASE_EXPIRED', `no heartbeat for ${silent} s`))
      if (chunk.attempts.length >= MOST_EPOCHS) failChunk(turn, job, chunk, 'LEASE_EXPIRED', `${chunk.epoch} attempts ended without a result`)
    }
  }
}

/** Its own sandbox would have ended the task by now: it does not get the chunk again, else it could keep it for good. */
function blameLate (turn: Turn, job: Job, chunk: Chunk, { worker }: Attempt): void {
  chunk.excluded.push(worker)
  turn.saveStanding(withNodeFailure(turn.state.standings.get(worker) ?? newStanding(worker), job.record.id, turn.now))
}

/** Heartbeats do not renew a lease for ever: its tasks, those queued before it included, must have ended by their own time limit. */
function overdue (turn: Turn, job: Job, attempt: Attempt): boolean {
  if (attempt.state === 'COMMITTED') return false
  return turn.now - attempt.leasedAt > (1 + attempt.ahead) * job.record.spec.config.taskTimeout * 1000 + 60_000 + imageMs(job)
}

/** Bringing an image to a worker may take this long, milliseconds: at 1 MB a second. */
function imageMs ({ record }: Job): number {
  const image = record.spec.images?.[record.spec.app.hash]
  return image === undefined ? 0 : imageBytes(image) / 1000
}

function parseAttempt (key: string): AttemptId {
  const [jobId = '', chunk = '', epoch = ''] = key.split('/')
  return { jobId, chunk: Number(chunk), epoch: Number(epoch) }
}
