import { checkProof } from '../ledger/equivocation.ts'
import type { EquivocationProof } from '../ledger/equivocation.ts'
import { highest, restoreFromAck, takeReceipt } from '../ledger/payee.ts'
import { signAck } from '../ledger/receipts.ts'
import { bytes, hex, proofFromWire, proofToWire, receiptFromWire } from '../ledger/wire.ts'
import { NightshiftError } from '../model/errors.ts'
import type { Equivocation, Receipt } from '../model/messages/control.ts'
import { holdIdOf } from '../verification/commitment.ts'
import { bookOf, saveBook, workKey } from './books.ts'
import { note } from './conduct.ts'
import { earn } from './earnings.ts'
import { remove } from './forget.ts'
import { equivocated, refuse } from './handshake.ts'
import { paidWork } from './lifetime.ts'
import type { WorkerAttempt } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** Coordinators this worker never met are remembered as accused up to this many. */
const MOST_ACCUSED = 1000

/**
 * A receipt of a coordinator, refused or not: what it pays for is done with. It
 * is acknowledged after the batch that stores it; one that does not add up is
 * not acknowledged, and what it leaves unpaid counts against the credit.
 */
export function onReceipt (turn: WorkerTurn, peer: string, wire: Receipt): void {
  const { state } = turn
  try {
    const signed = receiptFromWire(wire, state.signer)
    const { channel } = bookOf(state, peer)
    const finished = finishedBy(turn, peer)
    const taken = takeReceipt(channel, signed, holdId => finished.get(holdId)?.attempt.price)
    if (taken.kind === 'equivocation') return accuse(turn, peer, taken.proof)
    if (taken.kind === 'refused') {
      const restored = restoreFromAck(channel, signed, hex(wire.countersignature), state.signer)
      if (restored === undefined && taken.code !== 'OLD') return complain(turn, peer, `receipt ${signed.receipt.seq} is refused: ${taken.text}`)
      if (restored !== undefined) saveBook(turn, peer, { channel: restored })
    }
    if (taken.kind === 'accepted') {
      saveBook(turn, peer, { channel: taken.channel })
      const works = signed.receipt.covers.flatMap(holdId => {
        const found = finished.get(holdId)
        const work = found === undefined ? undefined : paidWork(found.attempt)
        return work === undefined ? [] : [work]
      })
      if (works.length > 0) turn.put(workKey(peer, signed.receipt.seq), JSON.stringify(works))
      for (const holdId of signed.receipt.covers) settled(turn, peer, finished.get(holdId))
    }
    acknowledge(turn, peer)
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    complain(turn, peer, error.message)
  }
}

interface Finished { readonly key: string, readonly attempt: WorkerAttempt }

/** Work that was done and is not paid, by hold. */
function finishedBy ({ state }: WorkerTurn, coordinator: string): ReadonlyMap<string, Finished> {
  const finished = new Map<string, Finished>()
  for (const [key, attempt] of state.attempts) {
    if (attempt.coordinator === coordinator && attempt.outcome !== undefined) finished.set(holdIdOf(attempt.id), { key, attempt })
  }
  return finished
}

function settled (turn: WorkerTurn, peer: string, found: Finished | undefined): void {
  if (found === undefined) return
  note(turn, peer, 'paid')
  if (found.attempt.state !== 'ACCEPTED') earn(turn, peer, { amount: found.attempt.price, accepted: 1 })
  remove(turn, found.key, found.attempt)
}

function acknowledge (turn: WorkerTurn, peer: string): void {
  const last = highest(bookOf(turn.state, peer).channel)
  if (last === undefined) return
  turn.send(peer, { receiptAck: { seq: last.receipt.seq, hash: bytes(last.hash), signature: bytes(signAck(last.hash, turn.state.signer)) } })
}

/** Keeps the proof, lets go of the coordinator for good, and tells the others. */
function accuse (turn: WorkerTurn, accused: string, proof: EquivocationProof): void {
  const { state } = turn
  if (bookOf(state, accused).proof !== undefined) return
  saveBook(turn, accused, { proof })
  const view = state.coordinators.get(accused)
  if (view !== undefined) refuse(turn, view, equivocated(accused))
  for (const other of state.coordinators.keys()) if (other !== accused) turn.send(other, { equivocation: proofToWire(proof) })
}

/** Told by another node. Believed only for what the two receipts themselves prove. */
export function onEquivocation (turn: WorkerTurn, from: string, wire: Equivocation): void {
  const { state } = turn
  if (wire.first === undefined || wire.second === undefined) return
  if (!state.books.has(wire.payer) && state.books.size >= MOST_ACCUSED) return
  try {
    const proof = proofFromWire(wire.payer, wire.first, wire.second)
    checkProof(proof, state.signer)
    accuse(turn, wire.payer, proof)
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    complain(turn, from, error.message)
  }
}

export function complain (turn: WorkerTurn, peer: string, text: string): void {
  turn.effect({ kind: 'note', level: 'warn', text, about: { coordinator: peer } })
}
