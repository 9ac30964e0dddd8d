import { signBelonging } from '../ledger/belonging.ts'
import { highest } from '../ledger/payee.ts'
import { bytes, claimFromWire, claimToWire, hex, nettingToWire, receiptToWire } from '../ledger/wire.ts'
import { claimIsValid, fence } from '../lifecycle/boot.ts'
import { formatByc } from '../model/money.ts'
import type { ResumeReply } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import { bookOf, saveBook } from './books.ts'
import type { CoordinatorView, WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** Says what this worker has of a coordinator: what it runs, the highest receipt, what of it was netted, and the start it last agreed with; and whose it is. */
export function sendResume (turn: WorkerTurn, view: CoordinatorView): void {
  const { channel, seen, netting } = bookOf(turn.state, view.peer)
  const { belongsTo } = turn.state.config
  const receipt = highest(channel)
  turn.send(view.peer, {
    resume: {
      incarnation: view.incarnation,
      live: liveOf(turn.state, view.peer),
      ...receipt === undefined ? {} : { receipt: receiptToWire(receipt) },
      ...seen === undefined ? {} : { seen: claimToWire(seen) },
      ...netting === undefined ? {} : { netting: nettingToWire(netting) },
      ...belongsTo === undefined ? {} : { belonging: { owner: belongsTo, signature: bytes(signBelonging(belongsTo, turn.state.signer).signature) } }
    }
  })
}

/** Attempts a coordinator may still want; an accepted one only waits for its receipt. */
export function liveOf (state: WorkerState, coordinator: string) {
  return [...state.attempts.values()]
    .filter(attempt => attempt.coordinator === coordinator && attempt.state !== 'ACCEPTED')
    .map(attempt => ({ attempt: attempt.id, state: attempt.state, progress: 0 }))
}

/**
 * Whether the coordinator that answers is the one to obey: its start is not an
 * older one, and its books know every receipt it has signed to this worker.
 * Only then is its start remembered.
 */
export function judge (turn: WorkerTurn, view: CoordinatorView, reply: ResumeReply): Reason | undefined {
  const { state } = turn
  const { seen, channel, proof } = bookOf(state, view.peer)
  if (proof !== undefined) return equivocated(view.peer)
  if (reply.claim === undefined) return reason('CLAIM_INVALID', 'it does not say which start of the coordinator it is')
  const claim = claimFromWire(reply.claim)
  if (!claimIsValid(view.peer, claim, state.signer)) return reason('CLAIM_INVALID', 'what it says of its start is not signed by it')
  const stale = fence(seen, claim)
  if (stale !== undefined) return stale
  const { seq, hash, cumulative } = channel
  if (reply.receiptSeq < seq || (reply.receiptSeq === seq && seq > 0 && hex(reply.receiptHash) !== hash)) {
    return reason('COORDINATOR_BEHIND', `its books know receipt ${reply.receiptSeq} to this worker, it has signed receipt ${seq} for ${formatByc(cumulative)} BYC${reply.receiptSeq === seq ? ' with another content' : ''}: they are an old copy, or were lost`)
  }
  saveBook(turn, view.peer, { seen: claim })
  view.incarnation = claim.incarnation
  return undefined
}

/** True when the answer comes from the very start of the coordinator that was agreed with last. */
export function isSameStart (turn: WorkerTurn, view: CoordinatorView, { claim }: ResumeReply): boolean {
  const { seen } = bookOf(turn.state, view.peer)
  return claim !== undefined && seen?.incarnation === claim.incarnation && seen.bootId === hex(claim.bootId)
}

/** From now on nothing is taken from this coordinator but receipts, and it is told why. */
export function refuse (turn: WorkerTurn, view: CoordinatorView, why: Reason): void {
  const { seen } = bookOf(turn.state, view.peer)
  const news = view.refusal?.text !== why.text
  view.admitted = false
  view.refusal = why
  turn.send(view.peer, { refusal: { reason: why, ...seen === undefined ? {} : { seen: claimToWire(seen) } } })
  if (news) turn.effect({ kind: 'note', level: 'warn', text: `coordinator refused: ${why.text}`, about: { coordinator: view.peer, code: why.code } })
}

/** What a coordinator was refused for is over: both say anew what they know. */
export function greetAnew (turn: WorkerTurn, view: CoordinatorView): void {
  view.refusal = reason('NOT_AGREED', 'the coordinator has yet to answer')
  sendResume(turn, view)
}

export function equivocated (coordinator: string): Reason {
  return reason('EQUIVOCATION', `${coordinator} has signed receipts that contradict each other; the proof is kept here`)
}
