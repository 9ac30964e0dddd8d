import { MINT, available } from '../ledger/accounts.ts'
import { bankAccount, redeemable, signRedemption } from '../ledger/bank.ts'
import type { SignedReceipt } from '../ledger/receipts.ts'
import { KEYS } from './keys.ts'
import type { Turn } from './turn.ts'

/** Credits a node for what its owner has brought to the operator of this bank by other ways. Throws NS_E_LEDGER for a negative amount. */
export function deposit (turn: Turn, peer: string, amount: bigint): void {
  turn.book({
    key: `deposit:${peer}:${turn.state.ledger.head.seq}`,
    transfers: [{ kind: 'direct', debit: MINT, credit: bankAccount(peer), amount, ref: { note: 'deposit' } }]
  })
}

/**
 * Moves what a receipt of the payer brings from its account here to the
 * payee's. Each unit of a channel once, whatever is brought how often.
 * @throws NS_E_RECEIPT when nothing is left of it, NS_E_FUNDS when the payer has nothing here
 */
export function redeem (turn: Turn, signed: SignedReceipt): void {
  const { state } = turn
  const { payer, payee, channel, seq } = signed.receipt
  const before = BigInt(state.redeemed.get(channel)?.redeemed ?? '0')
  const amount = redeemable(signed, before, available(state.ledger.account(bankAccount(payer))))
  const redeemed = before + amount
  turn.book({
    key: `redeem:${channel}:${redeemed}`,
    transfers: [{ kind: 'direct', debit: bankAccount(payer), credit: bankAccount(payee), amount, ref: { note: `receipt ${seq} ${signed.hash}` } }]
  })
  const redemption = signRedemption({ bank: state.self, payer, payee, receipt: signed.hash, seq, amount: amount.toString(), redeemed: redeemed.toString() }, state.signer)
  state.redeemed.set(channel, redemption)
  turn.put(KEYS.redeemed + channel, JSON.stringify(redemption))
}
