import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { NightshiftError } from '../model/errors.ts'
import type { Signer } from '../model/signer.ts'

const RECEIPT_DOMAIN = 'nightshift/receipt/1\0'
const ACK_DOMAIN = 'nightshift/receipt-ack/1\0'
const CHANNEL_DOMAIN = 'nightshift/channel/1\0'

/** Holds one receipt covers at most; more are covered by further receipts. */
export const MAX_COVERS = 2048
/** Longest canonical text of a receipt, characters. */
export const MAX_RECEIPT_CHARS = 96 * 1024
export const NO_RECEIPT_HASH = '0'.repeat(64)

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Peer = Type.String({ minLength: 1, maxLength: 128 })

/** The fields in the order the canonical text has them. */
const ReceiptSchema = Type.Object({
  payer: Peer,
  payee: Peer,
  channel: Hash,
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  cumulative: Type.String({ pattern: '^(0|[1-9][0-9]{0,29})$' }),
  prevHash: Hash,
  covers: Type.Array(Type.String({ pattern: '^[0-9a-f]{32}$' }), { maxItems: MAX_COVERS, uniqueItems: true }),
  ledger: Type.Object({ seq: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), hash: Hash }, { additionalProperties: false })
}, { additionalProperties: false })

/**
 * What a payer owes a payee in all, signed by the payer. `cumulative` is in
 * units and includes every receipt before; `covers` are the holds this one
 * adds; `ledger` is the head of the payer's journal that has them posted.
 */
export interface Receipt extends Readonly<Omit<Static<typeof ReceiptSchema>, 'cumulative' | 'covers'>> {
  readonly cumulative: bigint
  readonly covers: readonly string[]
}

/** A receipt as it travels and is kept: its canonical text is never made anew, so that it is always the same bytes. */
export interface SignedReceipt {
  readonly receipt: Receipt
  /** canonical text, what is signed */
  readonly body: string
  /** hex */
  readonly signature: string
  /** hex SHA-256 of what is signed */
  readonly hash: string
}

/** The one channel from a payer to a payee, hex. */
export function channelId (payer: string, payee: string): string {
  return createHash('sha256').update(`${CHANNEL_DOMAIN}${payer}\0${payee}`).digest('hex')
}

export function signReceipt (receipt: Receipt, signer: Signer): SignedReceipt {
  const body = canonical(receipt)
  return { receipt, body, signature: hex(signer.sign(signedBytes(body))), hash: hashOf(body) }
}

/**
 * Reads a receipt and checks its form and its payer's signature.
 * @throws NS_E_RECEIPT saying what is wrong with it
 */
export function openReceipt (body: string, signature: string, signer: Pick<Signer, 'verify'>): SignedReceipt {
  const receipt = decode(body)
  if (!signer.verify(receipt.payer, signedBytes(body), Buffer.from(signature, 'hex'))) throw bad(`its signature is not one of ${receipt.payer}`)
  return { receipt, body, signature, hash: hashOf(body) }
}

/** The payee's countersignature: it has this receipt on disk and agrees with it. Hex. */
export function signAck (hash: string, signer: Signer): string {
  return hex(signer.sign(ackBytes(hash)))
}

export function ackIsValid (payee: string, hash: string, signature: string, signer: Pick<Signer, 'verify'>): boolean {
  return signer.verify(payee, ackBytes(hash), Buffer.from(signature, 'hex'))
}

function decode (body: string): Receipt {
  if (body.length > MAX_RECEIPT_CHARS) throw bad(`it has ${body.length} characters, ${MAX_RECEIPT_CHARS} are allowed`)
  const value = parsed(body)
  if (!Value.Check(ReceiptSchema, value)) {
    const error = Value.Errors(ReceiptSchema, value).First()
    throw bad(`${error?.path ?? ''} ${error?.message ?? 'is malformed'}`)
  }
  const receipt: Receipt = { ...value, cumulative: BigInt(value.cumulative) }
  if (canonical(receipt) !== body) throw bad('its text is not the canonical one')
  if (receipt.channel !== channelId(receipt.payer, receipt.payee)) throw bad('its channel is not that of its payer and payee')
  return receipt
}

function parsed (body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw bad('it is no JSON')
  }
}

/** One receipt has one text: these fields in this order, without blanks. */
function canonical (receipt: Receipt): string {
  const { payer, payee, channel, seq, cumulative, prevHash, covers, ledger } = receipt
  return JSON.stringify({ payer, payee, channel, seq, cumulative: cumulative.toString(), prevHash, covers, ledger: { seq: ledger.seq, hash: ledger.hash } })
}

function signedBytes (body: string): Buffer {
  return Buffer.from(RECEIPT_DOMAIN + body, 'utf8')
}

function hashOf (body: string): string {
  return createHash('sha256').update(signedBytes(body)).digest('hex')
}

function ackBytes (hash: string): Buffer {
  return Buffer.from(ACK_DOMAIN + hash, 'utf8')
}

function hex (bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function bad (why: string): NightshiftError {
  return new NightshiftError('NS_E_RECEIPT', `this is no valid receipt: ${why}`)
}
