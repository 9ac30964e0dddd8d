import type { Signer } from '../model/signer.ts'
import { contradict, proofOf } from './equivocation.ts'
import type { EquivocationProof } from './equivocation.ts'
import { NO_RECEIPT_HASH, ackIsValid } from './receipts.ts'
import type { SignedReceipt } from './receipts.ts'

/** Receipts kept beside the highest, oldest go first: what a second one of the same number is proved with. */
const KEPT_RECEIPTS = 16

/** The payee's side of a channel: the highest receipt is the truth about what it is owed. */
export interface PayeeChannel {
  readonly payer: string
  readonly payee: string
  readonly seq: number
  readonly cumulative: bigint
  readonly hash: string
  /** the latest receipts, oldest first; the last one is the highest */
  readonly kept: readonly SignedReceipt[]
}

export type ReceiptRefusal = 'NOT_OURS' | 'OLD' | 'GAP' | 'COVERED_TWICE' | 'UNDERPAID' | 'WRONG_SUM'

export type Taken =
  /** to be stored, synced, before it is acknowledged */
  | { readonly kind: 'accepted', readonly channel: PayeeChannel, readonly amount: bigint }
  /** is here already: to be acknowledged once more */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'equivocation', readonly proof: EquivocationProof }
  | { readonly kind: 'refused', readonly code: ReceiptRefusal, readonly text: string }

export function newPayeeChannel (payer: string, payee: string): PayeeChannel {
  return { payer, payee, seq: 0, cumulative: 0n, hash: NO_RECEIPT_HASH, kept: [] }
}

export function highest (channel: PayeeChannel): SignedReceipt | undefined {
  return channel.kept.at(-1)
}

/**
 * What a receipt, whose signature was checked before, is to its payee. `priceOf`
 * gives the price agreed for a hold that is not covered yet; undefined for one
 * this payee knows nothing of (its disk was lost, or it is a balance carried
 * over), which may add to the sum but never take from it.
 */
export function takeReceipt (channel: PayeeChannel, signed: SignedReceipt, priceOf: (holdId: string) => bigint | undefined): Taken {
  const { receipt } = signed
  if (receipt.payer !== channel.payer || receipt.payee !== channel.payee) return refused('NOT_OURS', `it is from ${receipt.payer} to ${receipt.payee}`)
  if (channel.kept.some(({ hash }) => hash === signed.hash)) return { kind: 'repeated' }
  const other = channel.kept.find(kept => contradict(kept, signed))
  if (other !== undefined) return { kind: 'equivocation', proof: proofOf(other, signed) }
  if (receipt.seq <= channel.seq) return refused('OLD', `it has number ${receipt.seq}, receipt ${channel.seq} is here`)
  if (receipt.seq > channel.seq + 1) return refused('GAP', `it has number ${receipt.seq}, receipt ${channel.seq + 1} comes next`)
  if (receipt.prevHash !== channel.hash) return refused('GAP', `it does not continue receipt ${channel.seq}`)
  return checkSum(channel, signed, priceOf)
}

function checkSum (channel: PayeeChannel, signed: SignedReceipt, priceOf: (holdId: string) => bigint | undefined): Taken {
  const { receipt } = signed
  const before = new Set(channel.kept.flatMap(kept => kept.receipt.covers))
  const twice = receipt.covers.find(holdId => before.has(holdId))
  if (twice !== undefined) return refused('COVERED_TWICE', `hold ${twice} is in an earlier receipt`)
  const prices = receipt.covers.map(priceOf)
  const known = prices.reduce<bigint>((sum, price) => sum + (price ?? 0n), 0n)
  const amount = receipt.cumulative - channel.cumulative
  if (amount < known) return refused('UNDERPAID', `it adds ${amount} units, the holds it covers were agreed at ${known}`)
  if (amount > known && !prices.includes(undefined)) return refused('WRONG_SUM', `it adds ${amount} units, the holds it covers were agreed at ${known}`)
  return { kind: 'accepted', amount, channel: advanced(channel, signed) }
}

/**
 * A payee that lost its books takes up the channel where its own
 * countersignature says it had been. Undefined when that is not what it is shown.
 */
export function restoreFromAck (channel: PayeeChannel, signed: SignedReceipt, ackSignature: string, signer: Pick<Signer, 'verify'>): PayeeChannel | undefined {
  const { receipt } = signed
  if (receipt.payer !== channel.payer || receipt.payee !== channel.payee || receipt.seq <= channel.seq || receipt.cumulative < channel.cumulative) return undefined
  if (channel.kept.some(kept => contradict(kept, signed)) || !ackIsValid(channel.payee, signed.hash, ackSignature, signer)) return undefined
  return advanced(channel, signed)
}

function advanced (channel: PayeeChannel, signed: SignedReceipt): PayeeChannel {
  const { seq, cumulative } = signed.receipt
  return { ...channel, seq, cumulative, hash: signed.hash, kept: [...channel.kept, signed].slice(-KEPT_RECEIPTS) }
}

function refused (code: ReceiptRefusal, text: string): Taken {
  return { kind: 'refused', code, text }
}
