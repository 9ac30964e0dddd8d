import { jobEnded } from '../lifecycle/job.ts'
import { attemptIsLive, attemptIsOpen } from '../lifecycle/attempt.ts'
import type { Isolation } from '../model/executor.ts'
import { attemptKey } from '../model/ids.ts'
import type { Message, Offer } from '../model/messages/control.ts'
import type { OfferView } from '../model/offer.ts'
import { reason } from '../model/reasons.ts'
import type { Reason, ReasonCode } from '../model/reasons.ts'
import type { Reason as WireReason } from '../model/messages/control.ts'
import { endAttempt, expireAttempts, findAttempt, onDecline, onFailed, onHeartbeat, onLeaseAck, onResume } from './attempts.ts'
import { onBid, onNoBid, runAuction } from './auction.ts'
import { restoreBatches } from './batches.ts'
import { onEquivocation } from './accusations.ts'
import { deposit, noteRedemption, redeem } from './bank.ts'
import { chaseReceipts, isBehind, issueReceipts, onReceiptAck } from './channels.ts'
import { checkpointWhenDue, requestCheckpoint } from './checkpoints.ts'
import type { CoordinatorEvent } from './events.ts'
import { adoptReceipts, meet, onRefusal } from './fencing.ts'
import { onEvidence } from './hearsay.ts'
import { abortJob, completeJob, dueReceipt, failJob, onReceiptMade } from './job-end.ts'
import { addChunks, advanceJob, findJob, restartPartition, retryJob, startRunning, submitJob } from './jobs.ts'
import { keepBelonging, onNettingAck, tellAgain } from './netting-books.ts'
import { answerNetting, finishNetting, proposeNetting } from './netting.ts'
import { dropLate } from './late.ts'
import { leaseChunks, speculate } from './leases.ts'
import { settleDue, settleWorker } from './settlement.ts'
import { RETURN_MS } from './start.ts'
import type { CoordinatorState, Job } from './state.ts'
import type { Turn } from './turn.ts'
import { askAgain, askReveals, onCommit, sendRevealRequests } from './asking.ts'
import { isExamined } from './examination.ts'
import { callExaminers, onExamined } from './examining.ts'
import { auditBatches, fetchOrStore, judge, judgeAgain, onResultsStored } from './judge.ts'
import { chaseReveals, onReveal, onRevealComing, onRevealLost } from './showing.ts'
import { callReferee, onTrustedDone } from './trusted-runs.ts'
import { reviewWaiting } from './waiting.ts'

/** Tasks at a time a single worker is believed to run: what it claims beyond would only hoard leases. */
const MOST_SLOTS = 256

/**
 * One event of a coordinator. Deterministic: everything it needs is in the turn,
 * everything it decides goes back into it. Throws only for requests (submit,
 * abort, retry) that are refused, and then has changed nothing.
 */
export function step (turn: Turn, event: CoordinatorEvent): void {
  const { state } = turn
  switch (event.kind) {
    case 'start':
      state.startedAt = turn.now
      for (const job of state.jobs.values()) continueJob(turn, job)
      break
    case 'tick': tick(turn); break
    case 'peer-up': if (event.role === 'worker') workerUp(turn, event.peer); break
    case 'peer-down': workerDown(turn, event.peer); break
    case 'message': onMessage(turn, event.peer, event.message); break
    case 'reveal-coming': onRevealComing(findAttempt(state, event.peer, event.attempt)); break
    case 'reveal-lost': onRevealLost(turn, findAttempt(state, event.peer, event.attempt)); break
    case 'submit': submitJob(turn, event.record); break
    case 'chunks': addChunks(turn, findJob(state, event.jobId), event); break
    case 'partitioned': startRunning(turn, findJob(state, event.jobId), event); break
    case 'step-failed': failJob(turn, findJob(state, event.jobId), event.error); break
    case 'trusted-done': onTrustedDone(turn, findAttempt(state, state.self, event.attempt), attemptKey(event.attempt), event.outcome); break
    case 'results-stored': {
      const job = findJob(state, event.jobId)
      const chunk = job.chunks[event.chunk]
      if (chunk !== undefined && !jobEnded(job.record.state)) onResultsStored(turn, job, chunk, event.stored, event.unavailableAt)
      break
    }
    case 'examined': onExamined(turn, findJob(state, event.jobId), event); break
    case 'assembled': completeJob(turn, findJob(state, event.jobId), event.outputs); break
    case 'receipt-made': onReceiptMade(turn, findJob(state, event.jobId), event.endedAt, event.receipt); break
    case 'abort': abortJob(turn, findJob(state, event.jobId)); break
    case 'retry': retryJob(turn, findJob(state, event.jobId)); break
    case 'adopt-receipts': adoptReceipts(turn); break
    case 'deposit': deposit(turn, event.peer, event.amount); break
    case 'redeem': redeem(turn, event.receipt); break
    case 'checkpoint': requestCheckpoint(turn); break
    case 'archived': for (const { key, value } of state.ledger.prune(event.upTo)) turn.put(key, value); break
    case 'note-redemption': noteRedemption(turn, event.redemption, event.receipt); break
    case 'net-propose': proposeNetting(turn, event.peer, event.claims, event.most); break
    case 'net-answer': answerNetting(turn, event.signed, event.accepted); break
    case 'net-finish': finishNetting(turn, event.signed); break
  }
}

/** The end of a turn: what the new state allows to happen next, once for all its events. */
export function settleTurn (turn: Turn): void {
  const jobs = [...turn.state.jobs.values()].filter(job => !jobEnded(job.record.state))
  const first = jobs.length === 0 ? 0 : turn.state.turnOfJob++ % jobs.length
  for (const job of [...jobs.slice(first), ...jobs.slice(0, first)]) {
    if (job.record.state === 'RUNNING' || job.record.state === 'HELD') {
      runAuction(turn, job)
      auditBatches(turn, job)
      if (!isBehind(turn.state)) leaseChunks(turn, job)
      callReferee(turn, job)
      callExaminers(turn, job)
    }
    advanceJob(turn, job)
  }
  sendRevealRequests(turn)
  issueReceipts(turn)
  checkpointWhenDue(turn)
  turn.hurry(new Set(turn.sends.map(({ peer }) => peer)))
}

/** Picks a job up where the store says it is. */
function continueJob (turn: Turn, job: Job): void {
  switch (job.record.state) {
    case 'PARTITIONING': restartPartition(turn, job); break
    case 'COMPLETED': case 'FAILED': case 'CANCELLED': dueReceipt(turn, job); break
    case 'ASSEMBLING': turn.effect({ kind: 'assemble', jobId: job.record.id }); break
    case 'RUNNING':
    case 'HELD':
      restoreBatches(job)
      for (const index of [...job.active]) {
        const chunk = job.chunks[index]
        if (chunk === undefined) continue
        for (const attempt of chunk.attempts) {
          if (attempt.worker === turn.state.self && attemptIsOpen(attempt.state) && attempt.value === undefined) {
            endAttempt(turn, job, chunk, attempt, 'EXPIRED', reason('WORKER_GONE', 'the coordinator was restarted during its own run'))
          }
          // its worker could be heard from now on only, however long the start took
          if (attempt.worker !== turn.state.self && attemptIsOpen(attempt.state)) attempt.expiresAt = turn.now + Math.max(turn.state.config.leaseTtlMs, RETURN_MS)
          delete attempt.revealAskedAt
          delete attempt.revealAsks
          delete attempt.revealComing
        }
        if (chunk.state === 'VERIFIED') fetchOrStore(turn, job, chunk)
        else {
          askReveals(turn, job, chunk)
          // what was being examined is asked for again
          if (isExamined(job)) judge(turn, job, chunk)
        }
      }
      break
    default:
  }
}

function tick (turn: Turn): void {
  for (const job of turn.state.jobs.values()) {
    if (jobEnded(job.record.state)) continue
    const timeout = job.record.spec.config.jobTimeout * 1000
    if (timeout > 0 && turn.now - (job.record.startedAt ?? job.record.createdAt) > timeout) {
      failJob(turn, job, { code: 'NS_E_JOB_TIMEOUT', message: `the job took longer than its limit of ${timeout / 1000} s`, remedy: 'raise config.jobTimeout, or add workers' })
      continue
    }
    expireAttempts(turn, job)
    chaseReveals(turn, job)
    judgeAgain(turn, job)
    speculate(turn, job)
    dropLate(turn, job)
    settleDue(turn, job)
    reviewWaiting(turn, job)
  }
  for (const worker of turn.state.workers.values()) {
    if (worker.connected || worker.inFlight.size > 0) continue
    turn.state.workers.delete(worker.peer)
    keepBelonging(turn, worker.peer)
  }
  for (const worker of turn.state.channels.keys()) turn.receiptsDue.add(worker)
  turn.hurry(turn.state.unhurried.overdue(turn.now))
}

function workerUp (turn: Turn, peer: string): void {
  const known = turn.state.workers.get(peer)
  if (known === undefined) {
    turn.state.workers.set(peer, { peer, connected: true, inFlight: new Set(), draining: false, overheadMs: 0, roundTripMs: 0, commits: [], warm: new Set() })
  } else {
    known.connected = true
    known.draining = false
    known.warm.clear()
  }
}

/** Its leases live on until they expire: a worker that comes back in time has lost nothing. */
function workerDown (turn: Turn, peer: string): void {
  const worker = turn.state.workers.get(peer)
  if (worker === undefined) return
  worker.connected = false
  turn.state.unhurried.take(peer)
  if (worker.offer !== undefined && worker.offer.speed > 0) delete turn.state.usualSpeed
  delete worker.offer
  delete worker.refusal
  for (const job of turn.state.jobs.values()) {
    job.awards.delete(peer)
    job.explanations.delete(peer)
    job.outcomes.delete(peer)
  }
}

function onMessage (turn: Turn, peer: string, message: Message): void {
  const { state } = turn
  // what it shows may be fetched only when its worker has left and is forgotten: it counts all the same
  if (message.reveal !== undefined) {
    onReveal(turn, peer, message.reveal)
    return
  }
  const worker = state.workers.get(peer)
  if (worker === undefined) return
  if (message.offer !== undefined) onOffer(turn, peer, message.offer)
  else if (message.bid !== undefined) withJob(state, message.bid.jobId, job => { if (message.bid !== undefined) onBid(turn, job, peer, message.bid) })
  else if (message.noBid !== undefined) withJob(state, message.noBid.jobId, job => { if (message.noBid !== undefined) onNoBid(turn, job, peer, message.noBid) })
  else if (message.leaseAck !== undefined) onLeaseAck(turn, peer, message.leaseAck.attempt)
  else if (message.decline !== undefined) onDecline(turn, peer, message.decline.attempt, fromWire(message.decline.reason))
  else if (message.heartbeat !== undefined) {
    onHeartbeat(turn, peer, message.heartbeat)
    chaseReceipts(turn, worker)
    tellAgain(turn, peer)
  }
  else if (message.commit !== undefined) onCommit(turn, peer, message.commit)
  else if (message.failed !== undefined) {
    const found = findAttempt(state, peer, message.failed.attempt)
    if (found !== undefined && attemptIsLive(found.attempt.state)) onFailed(turn, found, { ...message.failed, reason: fromWire(message.failed.reason) })
  } else if (message.resume !== undefined) {
    delete worker.refusal
    meet(turn, peer, message.resume)
    for (const { job, chunk, attempt } of onResume(turn, peer, message.resume)) {
      if (attempt.revealAskedAt === undefined && !job.late.has(chunk.index)) askReveals(turn, job, chunk)
      else askAgain(turn, job, chunk, attempt)
    }
  } else if (message.receiptAck !== undefined) {
    delete worker.settleAsked
    onReceiptAck(turn, peer, message.receiptAck)
  }
  else if (message.nettingAck !== undefined) onNettingAck(turn, peer, message.nettingAck)
  else if (message.refusal !== undefined) onRefusal(turn, peer, message.refusal)
  else if (message.equivocation !== undefined) onEquivocation(turn, peer, message.equivocation)
  else if (message.evidence !== undefined) onEvidence(turn, peer, message.evidence)
  else if (message.settleRequest !== undefined) {
    worker.settleAsked = true
    settleWorker(turn, peer)
  }
  else if (message.drain !== undefined) {
    worker.draining = true
    for (const job of state.jobs.values()) job.awards.delete(peer)
  } else if (message.log !== undefined) {
    const found = findAttempt(state, peer, message.log.attempt)
    if (found !== undefined && message.log.attempt !== undefined) turn.effect({ kind: 'log', attempt: message.log.attempt, stream: message.log.stream, text: message.log.text })
  }
}

function withJob (state: CoordinatorState, id: string, then: (job: Job) => void): void {
  const job = state.jobs.get(id)
  if (job !== undefined) then(job)
}

function onOffer (turn: Turn, peer: string, offer: Offer): void {
  const worker = turn.state.workers.get(peer)
  if (worker === undefined || (worker.offer !== undefined && offer.offerSeq < worker.offer.seq)) return
  delete worker.refusal
  const before = worker.offer
  worker.offer = viewOf(offer, turn.now)
  if (before?.speed !== offer.speed) delete turn.state.usualSpeed
  const isNew = before === undefined || before.platforms.join() !== offer.platforms.join()
  if (isNew) for (const job of turn.state.jobs.values()) job.nextRoundAt = 0
}

function viewOf (offer: Offer, now: number): OfferView {
  return {
    seq: offer.offerSeq,
    slotsFree: offer.slotsFree,
    slotsTotal: Math.min(offer.slotsTotal, MOST_SLOTS),
    cores: offer.cores,
    memoryMiB: offer.memoryMiB,
    diskMiB: offer.diskMiB,
    gpus: offer.gpus.map(gpu => gpu.model),
    platforms: offer.platforms,
    isolation: offer.isolation as Isolation,
    runtimes: offer.runtimes,
    egress: offer.egress,
    priceLevel: offer.priceLevel,
    operator: offer.operator,
    cpuModel: offer.cpuModel,
    arch: offer.arch,
    numericClass: offer.numericClass,
    bandwidth: offer.bandwidth,
    speed: offer.speed,
    ...offer.freeFor === 0 ? {} : { freeUntil: now + offer.freeFor },
    validUntil: now + Math.min(offer.validForMs, 600_000),
    ...offer.suspended === undefined ? {} : { suspended: fromWire(offer.suspended) }
  }
}

function fromWire (wire: WireReason | undefined): Reason {
  return { code: (wire?.code ?? 'CANCELLED') as ReasonCode, text: wire?.text ?? 'gave no reason' }
}
