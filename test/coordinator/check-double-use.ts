import { redemptionIsValid, usedTwice } from '../../src/ledger/bank.ts'
import type { DoubleUse } from '../../src/ledger/bank.ts'
import { isAgreed, openNetting } from '../../src/ledger/netting.ts'
import { openReceipt } from '../../src/ledger/receipts.ts'
import { NightshiftError } from '../../src/model/errors.ts'
import type { Signer } from '../../src/model/signer.ts'

/**
 * Checks that more was taken of a channel than its payer had signed for in
 * either document: what the bank moved for the one and what was netted of the
 * other are more than both receipts are for.
 * @returns units taken twice
 * @throws NS_E_RECEIPT when it proves nothing
 */
export function checkDoubleUse ({ redemption, receipt, netting }: DoubleUse, signer: Pick<Signer, 'verify'>): bigint {
  const redeemed = openReceipt(receipt.body, receipt.signature, signer)
  const agreed = openNetting(JSON.stringify(netting), signer)
  const claim = agreed.netting.claims.find(({ payer, payee }) => payer === redemption.payer && payee === redemption.payee)
  if (!redemptionIsValid(redemption, signer) || redeemed.hash !== redemption.receipt || claim === undefined || !isAgreed(agreed)) {
    throw new NightshiftError('NS_E_RECEIPT', 'redemption, receipt and agreement do not belong together')
  }
  const twice = usedTwice(redemption, redeemed, claim)
  if (twice <= 0n) throw new NightshiftError('NS_E_RECEIPT', 'nothing was taken twice')
  return twice
}
