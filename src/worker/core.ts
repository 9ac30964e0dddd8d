import type { Attempt as WireAttempt, Message, ResumeReply } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import { onRoundResult, rememberAuction } from './auctions.ts'
import { noteHeartbeat, noteNeverJudged, noteRenewal } from './conduct.ts'
import { KEEP_RESULT_MS, countLoss, stillRefused, watchCredit } from './credit.ts'
import { drain } from './drain.ts'
import { missDraws, onDraw } from './draws.ts'
import type { WorkerEvent } from './events.ts'
import { forgetUnneeded, remove } from './forget.ts'
import { greetAnew, isSameStart, judge, liveOf, refuse, sendResume } from './handshake.ts'
import { passOn } from './hearsay.ts'
import { localKey } from './keys.ts'
import { onLease } from './leasing.ts'
import { onMachine } from './machine.ts'
import { onNetting } from './netting.ts'
import { OFFER_TTL_MS, answerAnnounce, freeSlots, offerShares, onPriced, sendOffer } from './offer.ts'
import { onOwnerNews, reconsider } from './owner/apply.ts'
import { coordinatorDenied } from './owner/wishes.ts'
import { onEquivocation, onReceipt } from './receipts.ts'
import { onRevealRequest, onTaskDone, sendCommit } from './results.ts'
import { hasLeasesAhead, noteAnnounced, startQueued } from './share.ts'
import type { CoordinatorView, WorkerAttempt, WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'
import { judged, takenBack } from './verdicts.ts'

const HEARTBEAT_MS = 3000

/** One event of a worker. Deterministic; writes, messages and effects go into the turn. */
export function step (turn: WorkerTurn, event: WorkerEvent): void {
  const { state } = turn
  switch (event.kind) {
    case 'tick': tick(turn); break
    case 'peer-up': if (event.role === 'coordinator') coordinatorUp(turn, event.peer, event.incarnation); break
    case 'peer-down':
      state.coordinators.delete(event.peer)
      state.unhurried.take(event.peer)
      state.awaitedPrices.leave(event.peer)
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

function drop (turn: WorkerTurn, peer: string, wire: WireAttempt | undefined, code?: string): void {
  withAttempt(turn, peer, wire, (attempt, key) => { takenBack(turn, key, attempt, code) })
}
