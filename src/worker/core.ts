import { attemptKey } from '../model/ids.ts'
import type { Usage } from '../model/executor.ts'
import type { AttemptId } from '../model/ids.ts'
import type { Attempt as WireAttempt, Lease, Message, ResumeReply, RevealRequest } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import type { BlobRef } from '../model/store.ts'
import { signAttestation } from '../verification/attestation.ts'
import { commitment, merkleRoot } from '../verification/commitment.ts'
import { onRoundResult, rememberAuction } from './auctions.ts'
import { bookOf } from './books.ts'
import { boundsOf, leaseExcess } from './bounds.ts'
import { note, noteHeartbeat, noteNeverJudged, noteRenewal, unfairTo } from './conduct.ts'
import { KEEP_RESULT_MS, countLoss, creditRefusal, stillRefused, watchCredit } from './credit.ts'
import { drain } from './drain.ts'
import { expectDraw, missDraws, onDraw } from './draws.ts'
import type { TaskResult, WorkerEvent } from './events.ts'
import { forgetUnneeded, remove } from './forget.ts'
import { greetAnew, isSameStart, judge, liveOf, refuse, sendResume } from './handshake.ts'
import { passOn } from './hearsay.ts'
import { KEYS } from './keys.ts'
import { onMachine } from './machine.ts'
import { onNetting } from './netting.ts'
import { OFFER_TTL_MS, answerAnnounce, freeSlots, offerShares, onPriced, sendOffer } from './offer.ts'
import { onOwnerNews, reconsider } from './owner/apply.ts'
import { coordinatorDenied, notNow } from './owner/wishes.ts'
import { onEquivocation, onReceipt } from './receipts.ts'
import { encodeAttempt } from './records.ts'
import { endRun, hasLeasesAhead, noteAnnounced, startQueued } from './share.ts'
import type { CoordinatorView, WorkerAttempt, WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'
import { judged, takenBack } from './verdicts.ts'

export const HEARTBEAT_MS = 3000
/** An image that could not be had is asked for again after this long, milliseconds. */
const IMAGE_RETRY_MS = 300_000
/** Leases kept waiting beyond those that run; more are declined. */
const MAX_QUEUED_PER_SLOT = 128

/** One event of a worker. Deterministic; writes, messages and effects go into the turn. */
export function step (turn: WorkerTurn, event: WorkerEvent): void {
  const { state } = turn
  switch (event.kind) {
    case 'tick': tick(turn); break
    case 'peer-up': if (event.role === 'coordinator') coordinatorUp(turn, event.peer, event.incarnation); break
    case 'peer-down':
      state.coordinators.delete(event.peer)
      state.unhurried.take(event.peer)
      break
    case 'message': onMessage(turn, event.peer, event.message); break
    case 'task-done': onTaskDone(turn, event.key, event.result, event.content); break
    case 'offered':
      state.offered = event.offered
      for (const view of state.coordinators.values()) if (view.admitted) sendOffer(turn, view.peer)
      break
    case 'machine': onMachine(turn, event.machine); break
    case 'drain':
      drain(turn)
      reconsider(turn)
      break
    case 'priced': onPriced(turn, event.key, event.answer); break
    case 'owner': onOwnerNews(turn, event.news); break
  }
}

/** The end of a turn: what its events let go is forgotten, and what waits may start, or leave. */
export function settleTurn (turn: WorkerTurn): void {
  forgetUnneeded(turn)
  startQueued(turn)
  const said = new Set(turn.sends.map(({ peer }) => peer))
  turn.hurry(turn.state.unhurried.peers().filter(peer => said.has(peer) || !hasLeasesAhead(turn.state, peer)))
}

/** Attempts of two coordinators never meet: the coordinator's id is part of the key. */
export function localKey (coordinator: string, id: AttemptId): string {
  return `${coordinator}/${attemptKey(id)}`
}

function coordinatorUp (turn: WorkerTurn, peer: string, incarnation: number): void {
  const view: CoordinatorView = { peer, incarnation, admitted: false, nextHeartbeat: turn.now + HEARTBEAT_MS, nextOffer: turn.now + OFFER_TTL_MS / 3, nextSettleAsk: 0 }
  turn.state.coordinators.set(peer, view)
  sendResume(turn, view)
}

/** Both sides have said what they know; only a coordinator that agrees is worked for. */
function onResumeReply (turn: WorkerTurn, view: CoordinatorView, reply: ResumeReply): void {
  const { state } = turn
  if (view.admitted && isSameStart(turn, view, reply)) {
    // a second or late answer: what it says of receipts may be past by now
    for (const attempt of reply.drop) drop(turn, view.peer, attempt)
    return
  }
  const unwanted = coordinatorDenied(state, view.peer)
  if (unwanted !== undefined && !hasResultsOf(state, view.peer)) return refuse(turn, view, unwanted)
  const why = stillRefused(turn, view.peer) ?? judge(turn, view, reply)
  if (why !== undefined) return refuse(turn, view, why)
  for (const attempt of reply.drop) drop(turn, view.peer, attempt)
  if (unwanted === undefined) {
    view.admitted = true
    delete view.refusal
    sendOffer(turn, view.peer)
  } else refuse(turn, view, unwanted)
  for (const attempt of state.attempts.values()) {
    if (attempt.coordinator === view.peer && attempt.outcome !== undefined && attempt.state !== 'ACCEPTED') sendCommit(turn, attempt)
  }
}

function hasResultsOf ({ attempts }: WorkerState, peer: string): boolean {
  return [...attempts.values()].some(({ coordinator, outcome }) => coordinator === peer && outcome !== undefined)
}

/** The owner wants no more work of this coordinator. What was done for it is shown and paid all the same. */
function finishesFor (view: CoordinatorView): boolean {
  return view.refusal?.code === 'OWNER_DENIES'
}

function tick (turn: WorkerTurn): void {
  const { state } = turn
  for (const view of state.coordinators.values()) {
    if (view.hangUp === true) {
      delete view.hangUp
      turn.effect({ kind: 'disconnect', peer: view.peer, why: view.refusal?.text ?? 'it owes too much' })
    } else if (view.refusal?.code === 'CREDIT_LIMIT' && stillRefused(turn, view.peer) === undefined) {
      greetAnew(turn, view)
    }
  }
  forgetOld(turn)
  reconsider(turn)
  offerShares(turn)
  heartbeat(turn)
  watchCredit(turn)
  turn.hurry(state.unhurried.overdue(turn.now))
}

/** Results nobody pays or judges are kept for a day. */
function forgetOld (turn: WorkerTurn): void {
  for (const [key, attempt] of turn.state.attempts) {
    if (attempt.outcome === undefined) continue
    attempt.doneAt ??= turn.now
    if (turn.now - attempt.doneAt < KEEP_RESULT_MS) continue
    noteNeverJudged(turn, attempt)
    countLoss(turn, attempt)
    remove(turn, key, attempt)
  }
  missDraws(turn)
}

/** A greeting, or its answer, may have been lost. */
function greetAgain (turn: WorkerTurn, view: CoordinatorView): void {
  if (view.refusal !== undefined || view.nextHeartbeat > turn.now) return
  view.nextHeartbeat = turn.now + HEARTBEAT_MS
  sendResume(turn, view)
}

function heartbeat (turn: WorkerTurn): void {
  for (const coordinator of turn.state.coordinators.values()) {
    if (!coordinator.admitted && !(finishesFor(coordinator) && liveOf(turn.state, coordinator.peer).length > 0)) {
      greetAgain(turn, coordinator)
      continue
    }
    if (coordinator.admitted && coordinator.nextOffer <= turn.now) {
      coordinator.nextOffer = turn.now + OFFER_TTL_MS / 3
      sendOffer(turn, coordinator.peer)
    }
    if (coordinator.nextHeartbeat > turn.now) continue
    coordinator.nextHeartbeat = turn.now + HEARTBEAT_MS
    sayAgain(turn, coordinator.peer)
    noteHeartbeat(coordinator, turn.now)
    turn.send(coordinator.peer, { heartbeat: { live: liveOf(turn.state, coordinator.peer), slotsFree: coordinator.admitted ? freeSlots(turn.state) : 0 } })
  }
}

/** A commit that was not acknowledged by the next heartbeat was lost on the way, or its coordinator died before it kept it. */
function sayAgain (turn: WorkerTurn, peer: string): void {
  for (const attempt of turn.state.attempts.values()) {
    if (attempt.coordinator !== peer || attempt.outcome === undefined || attempt.acknowledged) continue
    if (attempt.saidAt !== undefined && turn.now - attempt.saidAt >= HEARTBEAT_MS) sendCommit(turn, attempt)
  }
}

function onMessage (turn: WorkerTurn, peer: string, message: Message): void {
  const view = turn.state.coordinators.get(peer)
  if (view === undefined) return
  if (message.receipt !== undefined) onReceipt(turn, peer, message.receipt)
  else if (message.netting !== undefined) onNetting(turn, peer, message.netting)
  else if (message.resumeReply !== undefined) onResumeReply(turn, view, message.resumeReply)
  else if (message.equivocation !== undefined) onEquivocation(turn, peer, message.equivocation)
  else if (message.evidence !== undefined) passOn(turn, view, message.evidence)
  else if (view.admitted || (finishesFor(view) && message.lease === undefined && message.announce === undefined)) onCommand(turn, view, message)
  else declineAll(turn, view, message)
}

/** A coordinator that is not agreed with gets its answer, and nothing else. */
function declineAll (turn: WorkerTurn, view: CoordinatorView, { lease, announce }: Message): void {
  const why = view.refusal ?? reason('NOT_AGREED', 'the coordinator has yet to answer')
  if (lease?.attempt !== undefined) turn.send(view.peer, { decline: { attempt: lease.attempt, reason: why } })
  else if (announce !== undefined) {
    const answer = { noBid: { jobId: announce.jobId, round: announce.round, reason: why } }
    rememberAuction(turn.state, view.peer, announce, answer, turn.now)
    turn.send(view.peer, answer)
  }
}

function onCommand (turn: WorkerTurn, view: CoordinatorView, message: Message): void {
  const { peer } = view
  if (message.announce !== undefined) {
    noteAnnounced(turn.state, peer, turn.now)
    answerAnnounce(turn, peer, message.announce)
  }
  else if (message.lease !== undefined) onLease(turn, peer, message.lease)
  else if (message.roundResult !== undefined) onRoundResult(turn.state, peer, message.roundResult)
  else if (message.commitAck !== undefined) withAttempt(turn, peer, message.commitAck.attempt, attempt => { attempt.acknowledged = true })
  else if (message.revealRequest !== undefined) onRevealRequest(turn, peer, message.revealRequest)
  else if (message.verdict !== undefined) {
    const { verdict } = message
    withAttempt(turn, peer, verdict.attempt, (attempt, key) => { judged(turn, key, attempt, verdict) })
  }
  else if (message.recall !== undefined) drop(turn, peer, message.recall.attempt, message.recall.reason?.code ?? 'CANCELLED')
  else if (message.draw !== undefined) onDraw(turn, peer, message.draw)
  else if (message.heartbeatAck !== undefined) {
    noteRenewal(view, message.heartbeatAck.ttlMs)
    for (const attempt of message.heartbeatAck.unknown) drop(turn, peer, attempt)
  }
}

function withAttempt (turn: WorkerTurn, peer: string, wire: WireAttempt | undefined, then: (attempt: WorkerAttempt, key: string) => void): void {
  if (wire === undefined) return
  const key = localKey(peer, wire)
  const attempt = turn.state.attempts.get(key)
  if (attempt !== undefined) then(attempt, key)
}

function onLease (turn: WorkerTurn, peer: string, lease: Lease): void {
  const { state } = turn
  if (lease.attempt === undefined || lease.spec === undefined || lease.input === undefined) return
  const id: AttemptId = { jobId: lease.attempt.jobId, chunk: lease.attempt.chunk, epoch: lease.attempt.epoch }
  const decline = (code: string, text: string): void => { turn.send(peer, { decline: { attempt: id, reason: { code, text } } }) }
  const known = bookOf(state, peer).seen?.incarnation ?? 0
  if (lease.incarnation < known) return decline('STALE_INCARNATION', `this lease is of incarnation ${lease.incarnation}, ${known} was seen`)
  const suspended = notNow(state)
  if (suspended !== undefined) return decline(suspended.code, suspended.text)
  const key = localKey(peer, id)
  if (state.ended.has(key)) return decline('STALE_EPOCH', 'this attempt has ended here already')
  const spec = fromWire(lease.spec)
  const input = fromWire(lease.input)
  const excess = leaseExcess({ spec, input }, boundsOf(state))
  if (excess !== undefined) return decline(excess.code, excess.text)
  if (!state.attempts.has(key)) {
    const refusal = unfairTo(state, peer, turn.now) ?? creditRefusal(state, peer, lease.price)
    if (refusal !== undefined) return decline(refusal.code, refusal.text)
    if (waiting(state) >= state.config.slots * MAX_QUEUED_PER_SLOT) return decline('BUSY', `${waiting(state)} leases wait here already`)
    const attempt: WorkerAttempt = {
      coordinator: peer,
      id,
      spec,
      input,
      chunkSeed: Buffer.from(lease.chunkSeed).toString('hex'),
      lotHash: Buffer.from(lease.lotHash).toString('hex'),
      price: lease.price,
      state: 'QUEUED',
      acknowledged: false
    }
    state.attempts.set(key, attempt)
  }
  turn.sendWithNext(peer, { leaseAck: { attempt: id } })
}

function waiting (state: WorkerState): number {
  let count = 0
  for (const attempt of state.attempts.values()) if (attempt.state === 'QUEUED') count++
  return count
}

function onTaskDone (turn: WorkerTurn, key: string, result: TaskResult, content: readonly string[]): void {
  const attempt = turn.state.attempts.get(key)
  turn.effect({ kind: 'release', key })
  if (attempt === undefined || !result.ok) turn.forget(content)
  if (attempt === undefined) return
  endRun(turn.state, attempt, result.usage.wallMs, turn.now)
  if (!result.ok) {
    remove(turn, key, attempt)
    rememberImage(turn, result)
    if (result.givenBack !== undefined) turn.send(attempt.coordinator, { decline: { attempt: attempt.id, reason: result.givenBack } })
    else turn.send(attempt.coordinator, {
      failed: {
        attempt: attempt.id,
        failureClass: result.failureClass,
        reason: { code: result.code, text: result.message },
        exitCode: result.exitCode,
        stderrTail: result.stderrTail,
        usage: usageReport(result.usage)
      }
    })
    return
  }
  const { value, nonce, files, ran, manifest, usage } = result
  attempt.outcome = { value, nonce, files, ran, usage, ...(manifest === undefined ? {} : { manifest }) }
  attempt.state = 'COMMITTED'
  attempt.doneAt = turn.now
  turn.put(KEYS.attempt + key, encodeAttempt(attempt))
  sendCommit(turn, attempt)
}

/** An image that could not be had is not bid for again at once. */
function rememberImage ({ state, now }: WorkerTurn, result: TaskResult & { readonly ok: false }): void {
  if (result.image === undefined || (result.code !== 'IMAGE_UNAVAILABLE' && result.code !== 'IMAGE_REFUSED')) return
  for (const [name, { until }] of state.failedImages) if (until <= now) state.failedImages.delete(name)
  state.failedImages.set(result.image, { until: now + IMAGE_RETRY_MS, reason: reason(result.code, result.message) })
}

function sendCommit (turn: WorkerTurn, attempt: WorkerAttempt): void {
  const bound = commitmentOf(turn.state.self, attempt)
  if (bound === undefined) return
  attempt.saidAt = turn.now
  turn.send(attempt.coordinator, { commit: { attempt: attempt.id, commitment: Uint8Array.from(bound) } })
}

function commitmentOf (self: string, attempt: WorkerAttempt): Uint8Array | undefined {
  if (attempt.outcome === undefined) return undefined
  return commitment(attempt.id, self, Buffer.from(attempt.outcome.value, 'hex'), Buffer.from(attempt.outcome.nonce, 'hex'))
}

/** Shows the results of a batch, but only when the request is bound to the commitments that were made. */
function onRevealRequest (turn: WorkerTurn, peer: string, request: RevealRequest): void {
  const asked = request.attempts.map(wire => turn.state.attempts.get(localKey(peer, wire)))
  const bound = asked.map(attempt => attempt === undefined ? undefined : commitmentOf(turn.state.self, attempt))
  if (bound.some(value => value === undefined)) {
    turn.effect({ kind: 'note', level: 'warn', text: 'a reveal was asked of an attempt that is not here', about: { coordinator: peer, batch: request.batchId } })
  } else if (Buffer.compare(merkleRoot(bound as Uint8Array[]), request.merkleRoot) !== 0) {
    turn.effect({ kind: 'note', level: 'warn', text: 'a reveal request does not match the commitments made', about: { coordinator: peer, batch: request.batchId } })
    note(turn, peer, 'forged')
    return
  } else expectDraw(turn, peer, request, asked as WorkerAttempt[], bound as Uint8Array[])
  for (const attempt of asked) if (attempt?.outcome !== undefined) reveal(turn, attempt, request.batchId)
}

function reveal (turn: WorkerTurn, attempt: WorkerAttempt, batchId: number): void {
  if (attempt.outcome === undefined) return
  const { value, nonce, files, ran, manifest, usage } = attempt.outcome
  const { self, signer } = turn.state
  const work = { ...ran, inputHash: attempt.input.sha256, specHash: attempt.spec.sha256 }
  if (attempt.state !== 'ACCEPTED') attempt.state = 'REVEALED'
  turn.sendWithNext(attempt.coordinator, {
    reveal: {
      batchId,
      attempt: attempt.id,
      resultHash: Uint8Array.from(Buffer.from(value, 'hex')),
      nonce: Uint8Array.from(Buffer.from(nonce, 'hex')),
      exitCode: 0,
      files: manifest === undefined ? files.map(file => ({ path: file.path, content: toWire(file) })) : [],
      ...(manifest === undefined ? {} : { manifest: toWire(manifest) }),
      usage: usageReport(usage),
      attestation: signAttestation({ ...attempt.id, ...work, worker: self, coordinator: attempt.coordinator, resultHash: value, exitCode: 0 }, signer)
    }
  })
}

function usageReport (usage: Usage) {
  return { wallMs: Math.round(usage.wallMs), cpuMs: Math.round(usage.cpuMs), peakMemoryBytes: Math.round(usage.peakMemoryBytes), outputBytes: usage.outputBytes ?? 0 }
}

function drop (turn: WorkerTurn, peer: string, wire: WireAttempt | undefined, code?: string): void {
  withAttempt(turn, peer, wire, (attempt, key) => { takenBack(turn, key, attempt, code) })
}

function toWire (ref: BlobRef) {
  return { sha256: Uint8Array.from(Buffer.from(ref.sha256, 'hex')), size: ref.size, inline: new Uint8Array() }
}

function fromWire (ref: { sha256: Uint8Array, size: number }): BlobRef {
  return { sha256: Buffer.from(ref.sha256).toString('hex'), size: ref.size }
}

