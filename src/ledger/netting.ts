import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { NightshiftError } from '../model/errors.ts'
import type { Signer } from '../model/signer.ts'
import { belongingIsValid } from './belonging.ts'
import type { Belonging } from './belonging.ts'
import { NO_RECEIPT_HASH, channelId } from './receipts.ts'

const DOMAIN = 'nightshift/netting/1\0'
const ACCEPTED_DOMAIN = 'nightshift/netting-accepted/1\0'
const DECLINED_DOMAIN = 'nightshift/netting-declined/1\0'

/** Channels one agreement may name. */
export const MAX_CLAIMS = 32
/** Longest text of a document, characters: one fits in a frame with room for others. */
export const MAX_NETTING_CHARS = 48 * 1024

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Signature = Type.String({ pattern: '^[0-9a-f]{128}$' })
const Peer = Type.String({ minLength: 1, maxLength: 128 })
const Units = Type.String({ pattern: '^(0|[1-9][0-9]{0,29})$' })
const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const CLOSED = { additionalProperties: false }

const ClaimSchema = Type.Object({
  payer: Peer, payee: Peer, amount: Units, netted: Units, receipt: Type.Object({ seq: Seq, hash: Hash, cumulative: Units }, CLOSED)
}, CLOSED)
const NettingSchema = Type.Object({
  proposer: Peer, accepter: Peer, seq: Seq, prevHash: Hash, amount: Units, claims: Type.Array(ClaimSchema, { minItems: 2, maxItems: MAX_CLAIMS })
}, CLOSED)
const DocumentSchema = Type.Object({
  body: Type.String({ maxLength: MAX_NETTING_CHARS }),
  signature: Signature,
  belongings: Type.Array(Type.Object({ worker: Peer, owner: Peer, signature: Signature }, CLOSED), { maxItems: MAX_CLAIMS }),
  answer: Type.Optional(Type.Object({ accepted: Type.Boolean(), signature: Signature }, CLOSED))
}, CLOSED)

/** What is cancelled of one channel. Amounts are units. */
export interface NettedClaim {
  /** one of the two coordinators */
  readonly payer: string
  /** a worker of the other one */
  readonly payee: string
  readonly amount: bigint
  /** netted of this channel in all, this agreement included */
  readonly netted: bigint
  /** the receipt of the payer that the payee has, which covers `netted` */
  readonly receipt: { readonly seq: number, readonly hash: string, readonly cumulative: bigint }
}

/**
 * What two coordinators cancel of what they owe each other's workers: `amount`
 * on each side. Their agreements are numbered without a gap, and each names the
 * hash of the one before, whether that was accepted or declined.
 */
export interface Netting {
  readonly proposer: string
  readonly accepter: string
  readonly seq: number
  readonly prevHash: string
  readonly amount: bigint
  readonly claims: readonly NettedClaim[]
}

/** Signed by its proposer; with an answer, by both. It can be checked by anybody, offline. */
export type NettingDocument = Static<typeof DocumentSchema>

export interface SignedNetting {
  readonly netting: Netting
  /** hex SHA-256 of what the proposer signs */
  readonly hash: string
  readonly document: NettingDocument
}

export const NO_NETTING_HASH = NO_RECEIPT_HASH

export function signNetting (netting: Netting, belongings: readonly Belonging[], signer: Signer): SignedNetting {
  const body = canonical(netting)
  return { netting, hash: hashOf(body), document: { body, signature: hex(signer.sign(signedBytes(body))), belongings: [...belongings] } }
}

/** The other side's word on a proposal: with it both have signed. */
export function signAnswer (signed: SignedNetting, accepted: boolean, signer: Signer): SignedNetting {
  return { ...signed, document: { ...signed.document, answer: { accepted, signature: hex(signer.sign(answerBytes(signed.hash, accepted))) } } }
}

/** True when both sides have signed that it counts. */
export function isAgreed ({ document }: SignedNetting): boolean {
  return document.answer?.accepted === true
}

/** True when this coordinator has signed that it counts, as the one or the other side. */
export function isBoundBy (signed: SignedNetting, coordinator: string): boolean {
  return signed.netting.proposer === coordinator || (signed.netting.accepter === coordinator && isAgreed(signed))
}

export function encodeNetting ({ document }: SignedNetting): string {
  return JSON.stringify(document)
}

/**
 * Reads a document and checks all that can be checked without any books: its
 * form, that both sides give up the same, every signature, and that each payee
 * has said whose it is.
 * @throws NS_E_RECEIPT saying what is wrong with it
 */
export function openNetting (text: string, signer: Pick<Signer, 'verify'>): SignedNetting {
  if (text.length > MAX_NETTING_CHARS) throw bad(`it has ${text.length} characters, ${MAX_NETTING_CHARS} are allowed`)
  const document = checked(DocumentSchema, parsed(text))
  const netting = decode(document.body)
  const hash = hashOf(document.body)
  if (!signer.verify(netting.proposer, signedBytes(document.body), Buffer.from(document.signature, 'hex'))) throw bad(`its signature is not one of ${netting.proposer}`)
  for (const claim of netting.claims) {
    const owner = claim.payer === netting.proposer ? netting.accepter : netting.proposer
    const belonging = document.belongings.find(({ worker }) => worker === claim.payee)
    if (belonging?.owner !== owner || !belongingIsValid(belonging, signer)) throw bad(`${claim.payee} has not signed that it belongs to ${owner}`)
  }
  const { answer } = document
  if (answer !== undefined && !signer.verify(netting.accepter, answerBytes(hash, answer.accepted), Buffer.from(answer.signature, 'hex'))) {
    throw bad(`its answer is not signed by ${netting.accepter}`)
  }
  return { netting, hash, document }
}

/** What one side has said of a text, with its signature: what a proof of two contradicting words is made of. */
export interface NettingWord {
  readonly netting: Netting
  readonly hash: string
  readonly word: 'proposed' | 'accepted' | 'declined'
}

/** Throws NS_E_RECEIPT when the signature is none of this side over this text. */
export function openWord (body: string, signature: string, by: string, signer: Pick<Signer, 'verify'>): NettingWord {
  const netting = decode(body)
  const hash = hashOf(body)
  const signs = (bytes: Buffer): boolean => signer.verify(by, bytes, Buffer.from(signature, 'hex'))
  if (by === netting.proposer && signs(signedBytes(body))) return { netting, hash, word: 'proposed' }
  if (by === netting.accepter && signs(answerBytes(hash, true))) return { netting, hash, word: 'accepted' }
  if (by === netting.accepter && signs(answerBytes(hash, false))) return { netting, hash, word: 'declined' }
  throw bad(`its signature is not one of ${by}`)
}

/** The word of one side in a document; undefined when it has not answered. */
export function wordOf ({ netting, document }: SignedNetting, by: string): { readonly body: string, readonly signature: string } | undefined {
  const signature = by === netting.proposer ? document.signature : document.answer?.signature
  return signature === undefined ? undefined : { body: document.body, signature }
}

function decode (body: string): Netting {
  const value = checked(NettingSchema, parsed(body))
  const netting: Netting = {
    ...value,
    amount: BigInt(value.amount),
    claims: value.claims.map(claim => ({
      ...claim, amount: BigInt(claim.amount), netted: BigInt(claim.netted), receipt: { ...claim.receipt, cumulative: BigInt(claim.receipt.cumulative) }
    }))
  }
  if (canonical(netting) !== body) throw bad('its text is not the canonical one')
  const why = wrongSums(netting)
  if (why !== undefined) throw bad(why)
  return netting
}

function wrongSums ({ proposer, accepter, amount, claims }: Netting): string | undefined {
  if (proposer === accepter) return 'a coordinator has nothing to net with itself'
  if (new Set(claims.map(({ payer, payee }) => channelId(payer, payee))).size !== claims.length) return 'it names a channel twice'
  const given = new Map([[proposer, 0n], [accepter, 0n]])
  for (const claim of claims) {
    const sum = given.get(claim.payer)
    if (sum === undefined) return `${claim.payer} is neither of its two sides`
    if (given.has(claim.payee)) return `${claim.payee} is one of its two sides, and no worker`
    if (claim.amount === 0n) return `it cancels nothing of what ${claim.payer} owes ${claim.payee}`
    if (claim.netted < claim.amount) return `it cancels ${claim.amount} units of a channel of which it says ${claim.netted} are cancelled in all`
    if (claim.netted > claim.receipt.cumulative) return `it cancels ${claim.netted} units in all of what ${claim.payer} owes ${claim.payee}, receipt ${claim.receipt.seq} is for ${claim.receipt.cumulative}`
    given.set(claim.payer, sum + claim.amount)
  }
  const uneven = [...given].find(([, sum]) => sum !== amount)
  return uneven === undefined ? undefined : `${uneven[0]} is relieved of ${uneven[1]} units, ${amount} are agreed`
}

/** One agreement has one text: these fields in this order, without blanks. */
function canonical ({ proposer, accepter, seq, prevHash, amount, claims }: Netting): string {
  return JSON.stringify({
    proposer,
    accepter,
    seq,
    prevHash,
    amount: amount.toString(),
    claims: claims.map(claim => ({
      payer: claim.payer,
      payee: claim.payee,
      amount: claim.amount.toString(),
      netted: claim.netted.toString(),
      receipt: { seq: claim.receipt.seq, hash: claim.receipt.hash, cumulative: claim.receipt.cumulative.toString() }
    }))
  })
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw bad('it is no JSON')
  }
}

function checked<T extends TSchema> (schema: T, value: unknown): Static<T> {
  if (Value.Check(schema, value)) return value
  const error = Value.Errors(schema, value).First()
  throw bad(`${error?.path ?? ''} ${error?.message ?? 'is malformed'}`)
}

function signedBytes (body: string): Buffer {
  return Buffer.from(DOMAIN + body, 'utf8')
}

function hashOf (body: string): string {
  return createHash('sha256').update(signedBytes(body)).digest('hex')
}

function answerBytes (hash: string, accepted: boolean): Buffer {
  return Buffer.from((accepted ? ACCEPTED_DOMAIN : DECLINED_DOMAIN) + hash, 'utf8')
}

function hex (bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function bad (why: string): NightshiftError {
  return new NightshiftError('NS_E_RECEIPT', `this is no valid netting agreement: ${why}`)
}
