import { MINT, available, peerAccount, userAccount } from '../ledger/accounts.ts'
import { bankAccount, redeemable, redemptionIsValid, signRedemption, usedTwice } from '../ledger/bank.ts'
import type { DoubleUse, Redemption } from '../ledger/bank.ts'
import type { SignedReceipt } from '../ledger/receipts.ts'
import { NightshiftError } from '../model/errors.ts'
import { channelOf, saveChannel } from './channels.ts'
import { KEYS } from './keys.ts'
import { claimOf, reportDoubleUse } from './netting-books.ts'
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
  const netted = state.nettedElsewhere.get(channel) ?? 0n
  const amount = redeemable(signed, before, netted, available(state.ledger.account(bankAccount(payer))))
  const redeemed = before + amount
  turn.book({
    key: `redeem:${channel}:${redeemed}`,
    transfers: [{ kind: 'direct', debit: bankAccount(payer), credit: bankAccount(payee), amount, ref: { note: `receipt ${seq} ${signed.hash}` } }]
  })
  const redemption = signRedemption({ bank: state.self, payer, payee, receipt: signed.hash, seq, amount: amount.toString(), redeemed: redeemed.toString() }, state.signer)
  state.redeemed.set(channel, redemption)
  turn.put(KEYS.redeemed + channel, JSON.stringify(redemption))
}

/**
 * As the payer: takes a bank's word, which its operator has brought, on what was
 * moved for a receipt of this coordinator. That much less is owed and may be
 * netted. What was netted as well is kept as a proof that it was taken twice.
 * @throws NS_E_RECEIPT when it is not about a receipt of this coordinator
 */
export function noteRedemption (turn: Turn, redemption: Redemption, signed: SignedReceipt): void {
  const { state } = turn
  const { receipt, hash, body, signature } = signed
  const { bank, payee, seq } = redemption
  if (!redemptionIsValid(redemption, state.signer)) throw new NightshiftError('NS_E_RECEIPT', `this is not signed by the bank ${bank}`)
  if (redemption.receipt !== hash || receipt.payer !== state.self || receipt.payee !== payee) throw new NightshiftError('NS_E_RECEIPT', `redemption of receipt ${seq} is not about a receipt of this coordinator`)
  const channel = channelOf(state, payee)
  const redeemed = BigInt(redemption.redeemed)
  const more = redeemed - (channel.redeemed.get(bank) ?? 0n)
  if (more > 0n) {
    const has = available(state.ledger.account(peerAccount(payee)))
    turn.book({
      key: `redeemed:${bank}:${channel.payee}:${redeemed}`,
      transfers: [{ kind: 'direct', debit: peerAccount(payee), credit: userAccount(state.config.user), amount: more < has ? more : has, ref: { note: `receipt ${seq} redeemed at ${bank}` } }]
    })
    saveChannel(turn, { ...channel, redeemed: new Map([...channel.redeemed, [bank, redeemed]]) })
  }
  const agreement = state.netted.get(payee)
  const claim = agreement === undefined ? undefined : claimOf(agreement, state.self, payee)
  if (agreement === undefined || claim === undefined || turn.state.doubleUses.has(payee)) return
  const twice = usedTwice(redemption, signed, claim)
  if (twice > 0n) keepProof(turn, twice, { redemption, receipt: { body, signature }, netting: agreement.document })
}

function keepProof (turn: Turn, twice: bigint, proof: DoubleUse): void {
  const { payee, bank, seq } = proof.redemption
  turn.state.doubleUses.set(payee, proof)
  turn.put(KEYS.doubleUse + payee, JSON.stringify(proof))
  reportDoubleUse(turn, payee, twice, `netted, and redeemed at ${bank} with receipt ${seq}; the proof is kept`)
}
