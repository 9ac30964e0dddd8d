import { MINT, peerAccount } from '../ledger/accounts.ts'
import { carriedOver } from '../ledger/payer.ts'
import type { SignedReceipt } from '../ledger/receipts.ts'
import { bytes, claimFromWire, claimToWire, receiptFromWire } from '../ledger/wire.ts'
import { claimIsValid, signClaim } from '../lifecycle/boot.ts'
import type { BootClaim } from '../lifecycle/boot.ts'
import { NightshiftError } from '../model/errors.ts'
import type { BootClaim as WireClaim, Refusal, Resume, ResumeReply } from '../model/messages/control.ts'
import { formatByc } from '../model/money.ts'
import { reason } from '../model/reasons.ts'
import type { Reason, ReasonCode } from '../model/reasons.ts'
import { channelOf, isBehind, postedTo, resendReceipts, resetChannel } from './channels.ts'
import { KEYS } from './keys.ts'
import { meetNetting, unbookedText } from './netting-books.ts'
import { adoptNettings } from './netting.ts'
import type { CoordinatorState } from './state.ts'
import type { Turn } from './turn.ts'

/**
 * A worker comes (back) and says what it has of this coordinator: its highest
 * receipt and the start it last agreed with. Both are signed by this very
 * identity, so they are the truth even when the books say otherwise.
 */
export function meet (turn: Turn, worker: string, resume: Resume): void {
  const receipt = ownReceipt(turn, worker, resume)
  if (receipt !== undefined && contradictsBooks(turn.state, worker, receipt)) fallBehind(turn, worker, receipt)
  if (resume.seen !== undefined) heedClaim(turn, worker, resume.seen)
  meetNetting(turn, worker, resume)
  if (isBehind(turn.state) && turn.state.config.adoptReceipts === true) adoptReceipts(turn)
  if (!isBehind(turn.state)) resendReceipts(turn, worker, receipt?.receipt.seq ?? 0)
}

/** Where this coordinator is, for a worker to compare with what it knows. */
export function standingFor (state: CoordinatorState, worker: string): Pick<ResumeReply, 'incarnation' | 'claim' | 'receiptSeq' | 'receiptHash'> {
  const { seq, hash } = channelOf(state, worker)
  return { incarnation: state.incarnation, claim: claimToWire(ownClaim(state)), receiptSeq: seq, receiptHash: seq === 0 ? new Uint8Array() : bytes(hash) }
}

function ownClaim (state: CoordinatorState): BootClaim {
  return signClaim(state.incarnation, state.bootId, state.signer)
}

/** A worker takes nothing from this coordinator; it says why. */
export function onRefusal (turn: Turn, worker: string, refusal: Refusal): void {
  const view = turn.state.workers.get(worker)
  if (view === undefined) return
  view.refusal = reason((refusal.reason?.code ?? 'NOT_AGREED') as ReasonCode, refusal.reason?.text ?? 'gave no reason')
  delete view.offer
  for (const job of turn.state.jobs.values()) {
    job.awards.delete(worker)
    job.explanations.set(worker, [view.refusal])
  }
  turn.effect({ kind: 'note', level: 'warn', text: `a worker refuses this coordinator: ${view.refusal.text}`, about: { worker, code: view.refusal.code } })
  if (refusal.seen !== undefined) heedClaim(turn, worker, refusal.seen)
}

export function behindReason (state: CoordinatorState): Reason | undefined {
  const [first] = state.ahead
  if (first === undefined) return unbookedReason(state)
  const [worker, { receipt }] = first
  const { seq, cumulative } = channelOf(state, worker)
  const more = state.ahead.size === 1 ? '' : `, and so for ${state.ahead.size - 1} more workers`
  return reason('COORDINATOR_BEHIND', `this coordinator has signed receipt ${receipt.seq} to ${worker} for ${formatByc(receipt.cumulative)} BYC, its books know receipt ${seq} for ${formatByc(cumulative)} BYC${more}: ${WHAT_TO_DO}`)
}

const WHAT_TO_DO = 'they are an old copy, or the disk was lost. If another process runs with the newer books, stop this one; if these are the only books left: nightshift ledger adopt-receipts'

function unbookedReason (state: CoordinatorState): Reason | undefined {
  const [first] = state.unbooked
  return first === undefined ? undefined : reason('COORDINATOR_BEHIND', `${unbookedText(state.self, ...first)}: ${WHAT_TO_DO}`)
}

/**
 * Takes the receipts the workers hold for the truth: books what the books lack,
 * agreements included, so that each channel goes on at the next number, and counts this start after
 * every other. Only ever at the operator's word.
 * @throws NS_E_USAGE when there is nothing to adopt
 */
export function adoptReceipts (turn: Turn): void {
  const { state } = turn
  if (!isBehind(state)) throw new NightshiftError('NS_E_USAGE', 'there is nothing to adopt: the books know every receipt that workers have shown')
  for (const [worker, receipt] of state.ahead) {
    adoptOne(turn, worker, receipt)
    turn.put(KEYS.ahead + worker, undefined)
  }
  const workers = [...state.ahead.keys(), ...state.unbooked.keys()]
  state.ahead.clear()
  adoptNettings(turn)
  takeOver(turn)
  const connected = [...state.workers.values()].filter(worker => worker.connected).map(worker => worker.peer)
  for (const worker of new Set([...connected, ...workers])) turn.send(worker, { resumeReply: { ...standingFor(state, worker), keep: [], drop: [] } })
}

function adoptOne (turn: Turn, worker: string, truth: SignedReceipt): void {
  const { state } = turn
  const missing = truth.receipt.cumulative - postedTo(state, worker)
  if (missing > 0n) {
    turn.book({
      key: `adopt:${truth.hash}`,
      transfers: [{ kind: 'direct', debit: MINT, credit: peerAccount(worker), amount: missing, ref: { note: `adopted receipt ${truth.receipt.seq} ${truth.hash}` } }]
    })
  }
  resetChannel(turn, worker, truth, missing < 0n ? [carriedOver(state.self, worker, truth.receipt.seq, -missing)] : [])
  turn.effect({ kind: 'note', level: 'warn', text: `a receipt was adopted: ${formatByc(missing > 0n ? missing : 0n)} BYC booked`, about: { worker, seq: truth.receipt.seq, receipt: truth.hash } })
}

/** Counts this start after the highest one a worker has shown. */
function takeOver (turn: Turn): void {
  const { state } = turn
  if (state.shown === undefined || state.shown.incarnation < state.incarnation) return
  state.incarnation = state.shown.incarnation + 1
  turn.put(KEYS.incarnation, String(state.incarnation))
}

/** The receipt, when it is one that this coordinator signed to this worker. */
function ownReceipt (turn: Turn, worker: string, { receipt }: Resume): SignedReceipt | undefined {
  if (receipt === undefined) return undefined
  try {
    const signed = receiptFromWire(receipt, turn.state.signer)
    if (signed.receipt.payer === turn.state.self && signed.receipt.payee === worker) return signed
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
  }
  turn.effect({ kind: 'note', level: 'warn', text: 'a worker came with a receipt that this coordinator has not signed to it', about: { worker } })
  return undefined
}

function contradictsBooks (state: CoordinatorState, worker: string, { receipt, hash }: SignedReceipt): boolean {
  const channel = channelOf(state, worker)
  if (receipt.seq > channel.seq) return true
  const ours = [channel.acked?.receipt, ...channel.unacked].find(candidate => candidate?.receipt.seq === receipt.seq)
  if (receipt.seq === channel.seq) return hash !== channel.hash
  return ours !== undefined && ours.hash !== hash
}

function fallBehind (turn: Turn, worker: string, receipt: SignedReceipt): void {
  const { state } = turn
  const known = state.ahead.get(worker)
  if (known !== undefined && known.receipt.seq >= receipt.receipt.seq) return
  state.ahead.set(worker, receipt)
  turn.put(KEYS.ahead + worker, JSON.stringify({ body: receipt.body, signature: receipt.signature }))
  for (const job of state.jobs.values()) job.awards.clear()
  turn.effect({ kind: 'note', level: 'warn', text: behindReason(state)?.text ?? '', about: { worker, code: 'COORDINATOR_BEHIND' } })
}

/** A later start of this identity makes this one step down, unless its books are behind: then they are to be put right first. */
function heedClaim (turn: Turn, worker: string, wire: WireClaim): void {
  const { state } = turn
  const claim = claimFromWire(wire)
  if (!claimIsValid(state.self, claim, state.signer)) {
    turn.effect({ kind: 'note', level: 'warn', text: 'a worker came with a start of this coordinator that it has not signed', about: { worker } })
    return
  }
  if (claim.incarnation < state.incarnation || claim.bootId === state.bootId) return
  if (claim.incarnation > (state.shown?.incarnation ?? -1)) state.shown = claim
  if (claim.incarnation === state.incarnation) {
    turn.effect({ kind: 'note', level: 'warn', text: `another process says it is start ${claim.incarnation} of this coordinator: two run on copies of one data folder. Stop the one whose books are older`, about: { worker, code: 'TWO_COORDINATORS' } })
  } else if (state.config.adoptReceipts === true) takeOver(turn)
  else if (!isBehind(state)) turn.effect({ kind: 'superseded', incarnation: claim.incarnation, worker })
}

