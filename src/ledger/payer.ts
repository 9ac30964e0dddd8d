import { createHash } from 'node:crypto'
import { NightshiftError } from '../model/errors.ts'
import type { Signer } from '../model/signer.ts'
import { MAX_COVERS, NO_RECEIPT_HASH, ackIsValid, channelId, signReceipt } from './receipts.ts'
import type { SignedReceipt } from './receipts.ts'

/** Receipts sent and not acknowledged at most; what is posted meanwhile waits for an acknowledgement. */
export const MAX_UNACKED = 32

/** A hold that is posted to a payee. */
export interface PostedHold {
  readonly holdId: string
  readonly amount: bigint
}

/**
 * The payer's side of a channel. Its books say what is posted; this says what of
 * it the payee was told: `cumulative` plus what is `owed` is all that is posted.
 */
export interface PayerChannel {
  readonly payer: string
  readonly payee: string
  /** of the last receipt issued */
  readonly seq: number
  readonly cumulative: bigint
  readonly hash: string
  /** the highest receipt the payee has acknowledged, and its countersignature in hex */
  readonly acked?: { readonly receipt: SignedReceipt, readonly signature: string }
  /** oldest first; sent again, the same bytes, after every reconnect */
  readonly unacked: readonly SignedReceipt[]
  /** posted, and not yet in a receipt */
  readonly owed: readonly PostedHold[]
  /** of the receipts, what agreements between coordinators have cancelled, units */
  readonly netted: bigint
  /** of the receipts, what each bank says it has moved to the payee, units */
  readonly redeemed: ReadonlyMap<string, bigint>
}

export function newPayerChannel (payer: string, payee: string): PayerChannel {
  return { payer, payee, seq: 0, cumulative: 0n, hash: NO_RECEIPT_HASH, unacked: [], owed: [], netted: 0n, redeemed: new Map() }
}

export function redeemedOf ({ redeemed }: PayerChannel): bigint {
  return [...redeemed.values()].reduce((sum, units) => sum + units, 0n)
}

/** What the receipts still bring: negative only when more was taken than they were for. */
export function openOf (channel: PayerChannel): bigint {
  return channel.cumulative - channel.netted - redeemedOf(channel)
}

export function owe (channel: PayerChannel, holds: readonly PostedHold[]): PayerChannel {
  return { ...channel, owed: [...channel.owed, ...holds] }
}

/** What a payee is to be told of that no receipt may name by its hold: a balance of before there were receipts, or of lost books. */
export function carriedOver (payer: string, payee: string, seq: number, amount: bigint): PostedHold {
  const holdId = createHash('sha256').update(`nightshift/carried/1\0${payer}\0${payee}\0${seq}`).digest('hex').slice(0, 32)
  return { holdId, amount }
}

/** The next receipt, for everything owed (2048 holds at most). Nothing while nothing is owed or too many are unacknowledged. */
export function issueReceipt (channel: PayerChannel, ledger: { readonly seq: number, readonly hash: string }, signer: Signer): { readonly channel: PayerChannel, readonly issued?: SignedReceipt } {
  if (channel.owed.length === 0 || channel.unacked.length >= MAX_UNACKED) return { channel }
  const covered = channel.owed.slice(0, MAX_COVERS)
  const cumulative = covered.reduce((sum, hold) => sum + hold.amount, channel.cumulative)
  const issued = signReceipt({
    payer: channel.payer,
    payee: channel.payee,
    channel: channelId(channel.payer, channel.payee),
    seq: channel.seq + 1,
    cumulative,
    prevHash: channel.hash,
    covers: covered.map(hold => hold.holdId),
    ledger: { seq: ledger.seq, hash: ledger.hash }
  }, signer)
  return {
    channel: { ...channel, seq: channel.seq + 1, cumulative, hash: issued.hash, unacked: [...channel.unacked, issued], owed: channel.owed.slice(MAX_COVERS) },
    issued
  }
}

/**
 * Takes a countersignature; it acknowledges all receipts before it as well. One
 * of a receipt acknowledged already changes nothing.
 * @throws NS_E_RECEIPT when it fits no receipt of this channel
 */
export function acknowledge (channel: PayerChannel, ack: { readonly seq: number, readonly hash: string, readonly signature: string }, signer: Pick<Signer, 'verify'>): PayerChannel {
  if (ack.seq <= (channel.acked?.receipt.receipt.seq ?? 0)) return channel
  const receipt = channel.unacked.find(candidate => candidate.receipt.seq === ack.seq)
  if (receipt === undefined) throw wrong(`receipt ${ack.seq} was never issued, the last one is ${channel.seq}`)
  if (receipt.hash !== ack.hash) throw wrong(`receipt ${ack.seq} has the hash ${receipt.hash.slice(0, 12)}, it names ${ack.hash.slice(0, 12)}`)
  if (!ackIsValid(channel.payee, ack.hash, ack.signature, signer)) throw wrong(`it is not signed by ${channel.payee}`)
  return { ...channel, acked: { receipt, signature: ack.signature }, unacked: channel.unacked.filter(candidate => candidate.receipt.seq > ack.seq) }
}

function wrong (why: string): NightshiftError {
  return new NightshiftError('NS_E_RECEIPT', `an acknowledgement does not fit: ${why}`)
}
