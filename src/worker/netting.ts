import { isAgreed } from '../ledger/netting.ts'
import { bytes, nettingFromWire } from '../ledger/wire.ts'
import { NightshiftError } from '../model/errors.ts'
import type { Netting } from '../model/messages/control.ts'
import { formatByc } from '../model/money.ts'
import { bookOf, saveBook } from './books.ts'
import { complain } from './receipts.ts'
import type { WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** Units of a coordinator's receipts that were netted: it owes this worker that much less. */
export function nettedWith (state: WorkerState, coordinator: string): bigint {
  const claims = bookOf(state, coordinator).netting?.netting.claims ?? []
  return claims.find(({ payer, payee }) => payer === coordinator && payee === state.self)?.netted ?? 0n
}

/**
 * A coordinator shows by which agreement it owes less. It counts if both sides
 * have signed it and this worker has said, with its own key, whose it is; it is
 * confirmed after the batch that stores it.
 */
export function onNetting (turn: WorkerTurn, peer: string, wire: Netting): void {
  const { state } = turn
  try {
    const signed = nettingFromWire(wire, state.signer)
    const claim = signed.netting.claims.find(({ payer, payee }) => payer === peer && payee === state.self)
    if (claim === undefined || !isAgreed(signed)) return complain(turn, peer, 'a netting agreement came that cancels nothing here')
    const { channel } = bookOf(state, peer)
    if (claim.netted > channel.cumulative) {
      return complain(turn, peer, `a netting agreement cancels ${formatByc(claim.netted)} BYC in all, the receipts here are for ${formatByc(channel.cumulative)} BYC`)
    }
    if (claim.netted > nettedWith(state, peer)) saveBook(turn, peer, { netting: signed })
    turn.send(peer, { nettingAck: { hash: bytes(signed.hash) } })
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    complain(turn, peer, error.message)
  }
}
