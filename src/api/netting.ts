import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { chainWith, otherSide } from '../coordinator/netting-books.ts'
import { MAX_CLAIMS, MAX_NETTING_CHARS, openNetting } from '../ledger/netting.ts'
import type { NettingDocument, SignedNetting } from '../ledger/netting.ts'
import { MAX_RECEIPT_CHARS, openReceipt } from '../ledger/receipts.ts'
import { NightshiftError } from '../model/errors.ts'
import { isPeerId } from '../model/messages/signing.ts'
import { formatByc, parseByc } from '../model/money.ts'
import type { ApiOptions } from './options.ts'

const CLOSED = { additionalProperties: false }
const Peer = Type.String({ maxLength: 128 })
const Signature = Type.String({ pattern: '^[0-9a-f]{128}$' })
const Receipt = Type.Object({ body: Type.String({ maxLength: MAX_RECEIPT_CHARS }), signature: Signature }, CLOSED)
const Belonging = Type.Object({ worker: Peer, owner: Peer, signature: Signature }, CLOSED)
const ProposeSchema = Type.Object({
  peer: Peer,
  claims: Type.Array(Type.Object({ receipt: Receipt, belonging: Belonging }, CLOSED), { maxItems: 4 * MAX_CLAIMS }),
  amount: Type.Optional(Type.String({ maxLength: 32 }))
}, CLOSED)
const Document = Type.String({ maxLength: MAX_NETTING_CHARS })
const AnswerSchema = Type.Object({ document: Document, accepted: Type.Boolean() }, CLOSED)
const FinishSchema = Type.Object({ document: Document }, CLOSED)

/** What one step of netting has led to. */
export interface NettingStep {
  readonly document: NettingDocument
  readonly seq: number
  readonly amount: string
  readonly proposer: string
  readonly accepter: string
  readonly claims: readonly { readonly payer: string, readonly payee: string, readonly amount: string, readonly netted: string }[]
}

/**
 * Netting with another coordinator, by documents that people carry. Every step
 * is on disk before its document is answered, and asked again gives the same one.
 */
export function nettingRoutes (server: FastifyInstance, { services: { state }, request }: ApiOptions): void {
  server.post<{ Body: Static<typeof ProposeSchema> }>('/v1/wallet/net/propose', { schema: { body: ProposeSchema } }, async ({ body }) => {
    const { peer, amount } = body
    if (!isPeerId(peer) || peer === state.self) throw new NightshiftError('NS_E_USAGE', `${peer} is not the peer id of another coordinator`, { remedy: '"nightshift status" of that coordinator shows it' })
    const claims = body.claims.map(({ receipt, belonging }) => ({ receipt: openReceipt(receipt.body, receipt.signature, state.signer), belonging }))
    await request({ kind: 'net-propose', peer, claims, ...amount === undefined ? {} : { most: parseByc(amount) } })
    return step(chainWith(state, peer).open)
  })

  server.post<{ Body: Static<typeof AnswerSchema> }>('/v1/wallet/net/answer', { schema: { body: AnswerSchema } }, async ({ body }) => {
    const signed = openNetting(body.document, state.signer)
    await request({ kind: 'net-answer', signed, accepted: body.accepted })
    const { last } = chainWith(state, signed.netting.proposer)
    if (last?.hash !== signed.hash) throw caughtOut(signed.netting.proposer)
    if (last.document.answer?.accepted !== body.accepted) {
      throw new NightshiftError('NS_E_RECEIPT', `number ${signed.netting.seq} was ${body.accepted ? 'declined' : 'accepted'} before: one answer is given, once`)
    }
    return step(last)
  })

  server.post<{ Body: Static<typeof FinishSchema> }>('/v1/wallet/net/finish', { schema: { body: FinishSchema } }, async ({ body }) => {
    const signed = openNetting(body.document, state.signer)
    await request({ kind: 'net-finish', signed })
    const { proposer, accepter } = signed.netting
    const party = state.self === proposer || state.self === accepter
    const other = otherSide(signed, state.self)
    if (party && chainWith(state, other).hash !== signed.hash) throw caughtOut(other)
    return step(signed)
  })
}

/** What was brought is not signed, for this very reason: with something signed before it is the proof. */
function caughtOut (peer: string): NightshiftError {
  return new NightshiftError('NS_E_RECEIPT', `nothing was netted: ${peer} has signed what contradicts it, and the proof is kept`, {
    remedy: 'net nothing with it any more; "nightshift wallet peers --output json" has the proof'
  })
}

function step (signed: SignedNetting | undefined): NettingStep {
  if (signed === undefined) throw new NightshiftError('NS_E_RECEIPT', 'the proposal was answered meanwhile', { remedy: 'propose once more' })
  const { document, netting: { seq, amount, proposer, accepter, claims } } = signed
  return {
    document, seq, amount: formatByc(amount), proposer, accepter,
    claims: claims.map(({ payer, payee, amount, netted }) => ({ payer, payee, amount: formatByc(amount), netted: formatByc(netted) }))
  }
}
