import { NightshiftError } from '../model/errors.ts'
import { formatByc } from '../model/money.ts'
import type { Signer } from '../model/signer.ts'
import type { NettedClaim, NettingDocument } from './netting.ts'
import type { SignedReceipt } from './receipts.ts'

const DOMAIN = 'nightshift/redemption/1\0'

/** What a node holds at a bank: a coordinator whose ledger others trust. */
export const bankAccount = (peerId: string): string => `bank:${peerId}`

/** The bank's word, signed, on what it has moved for a receipt. Amounts are units in decimal text. */
export interface Redemption {
  readonly bank: string
  readonly payer: string
  readonly payee: string
  /** hash of the receipt */
  readonly receipt: string
  readonly seq: number
  /** moved now */
  readonly amount: string
  /** moved for this channel in all */
  readonly redeemed: string
  /** hex, over all of the above */
  readonly signature: string
}

/**
 * What a receipt still brings: its cumulative amount less what was redeemed for
 * its channel before and what this bank was shown to be netted, at most what
 * the payer has here.
 * @throws NS_E_RECEIPT when nothing is left of it, NS_E_FUNDS when the payer has nothing here
 */
export function redeemable ({ receipt }: SignedReceipt, redeemed: bigint, netted: bigint, funds: bigint): bigint {
  const left = receipt.cumulative - redeemed - netted
  if (left <= 0n) {
    const byNetting = netted === 0n ? '' : `, ${formatByc(netted)} BYC were netted`
    throw new NightshiftError('NS_E_RECEIPT', `nothing is left of receipt ${receipt.seq}: ${formatByc(redeemed)} BYC of its ${formatByc(receipt.cumulative)} BYC were redeemed before${byNetting}`, { remedy: 'bring a later receipt' })
  }
  if (funds <= 0n) {
    throw new NightshiftError('NS_E_FUNDS', `${receipt.payer} has nothing at this bank, ${formatByc(left)} BYC of receipt ${receipt.seq} are open`, { remedy: 'ask the payer to deposit, then redeem again' })
  }
  return left < funds ? left : funds
}

export function signRedemption (fields: Omit<Redemption, 'signature'>, signer: Signer): Redemption {
  return { ...fields, signature: Buffer.from(signer.sign(signed(fields))).toString('hex') }
}

export function redemptionIsValid (redemption: Redemption, signer: Pick<Signer, 'verify'>): boolean {
  return signer.verify(redemption.bank, signed(redemption), Buffer.from(redemption.signature, 'hex'))
}

/** A redemption that took what was netted before, or the other way round. Whoever has it can check it. */
export interface DoubleUse {
  readonly redemption: Redemption
  /** the receipt that was redeemed */
  readonly receipt: { readonly body: string, readonly signature: string }
  readonly netting: NettingDocument
}

/** Units that a redemption and an agreement took of one channel beyond what either says its receipts are for. */
export function usedTwice ({ redeemed }: Redemption, { receipt }: SignedReceipt, claim: NettedClaim): bigint {
  const most = receipt.cumulative > claim.receipt.cumulative ? receipt.cumulative : claim.receipt.cumulative
  return BigInt(redeemed) + claim.netted - most
}

function signed ({ bank, payer, payee, receipt, seq, amount, redeemed }: Omit<Redemption, 'signature'>): Buffer {
  return Buffer.from(DOMAIN + JSON.stringify({ bank, payer, payee, receipt, seq, amount, redeemed }), 'utf8')
}
