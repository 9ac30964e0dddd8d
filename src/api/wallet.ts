import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { available, balance } from '../ledger/accounts.ts'
import { checkBooks } from '../ledger/audit.ts'
import { booksLine } from '../ledger/books-line.ts'
import { booksAt } from '../coordinator/books-at.ts'
import { viewNettings, viewWorkerAccounts } from '../coordinator/views.ts'
import { bankAccount } from '../ledger/bank.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { MAX_RECEIPT_CHARS, openReceipt } from '../ledger/receipts.ts'
import { journalLines, newestEntries } from '../ledger/journal.ts'
import { isPeerId } from '../model/messages/signing.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { formatByc, parseByc } from '../model/money.ts'
import type { ApiOptions } from './options.ts'

/** Journal entries looked through for one request. */
const SCAN = 100_000

const DepositSchema = Type.Object({ peer: Type.String({ maxLength: 128 }), amount: Type.String({ maxLength: 32 }) }, { additionalProperties: false })
const RedeemSchema = Type.Object({ body: Type.String({ maxLength: MAX_RECEIPT_CHARS }), signature: Type.String({ pattern: '^[0-9a-f]{128}$' }) }, { additionalProperties: false })
const Units = Type.String({ pattern: '^(0|[1-9][0-9]{0,29})$' })
const RedeemedSchema = Type.Object({
  redemption: Type.Object({
    bank: Type.String({ maxLength: 128 }), payer: Type.String({ maxLength: 128 }), payee: Type.String({ maxLength: 128 }), receipt: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    seq: Type.Integer({ minimum: 1 }), amount: Units, redeemed: Units, signature: Type.String({ pattern: '^[0-9a-f]{128}$' })
  }, { additionalProperties: false }),
  receipt: RedeemSchema
}, { additionalProperties: false })

/** A bank's word, with the receipt it is about. */
export type Redeemed = Static<typeof RedeemedSchema>

/** The books: balances, and the journal newest first. Amounts are ByteChips in decimal text. */
export function walletRoutes (server: FastifyInstance, { services: { state, store, archive }, request }: ApiOptions): void {
  server.get('/v1/wallet', async () => {
    const { ledger } = state
    const accounts = [...ledger.accounts()].sort((a, b) => a.id < b.id ? -1 : 1).map(account => ({
      id: account.id,
      balance: formatByc(balance(account)),
      available: formatByc(available(account)),
      pending: formatByc(account.creditsPending - account.debitsPending)
    }))
    return { accounts, books: viewBooks(ledger) }
  })

  server.get('/v1/wallet/peers', async () => ({ workers: viewWorkerAccounts(state), nettings: viewNettings(state), accused: [...state.accused.values()], doubleUses: [...state.doubleUses.values()] }))

  server.post<{ Body: { peer: string, amount: string } }>('/v1/wallet/deposit', { schema: { body: DepositSchema } }, async ({ body }) => {
    if (!isPeerId(body.peer)) throw new NightshiftError('NS_E_USAGE', `${body.peer} is no peer id of this network`, { remedy: 'it begins with 12D3KooW; "nightshift worker" prints it' })
    await request({ kind: 'deposit', peer: body.peer, amount: parseByc(body.amount) })
    return { peer: body.peer, balance: formatByc(balance(state.ledger.account(bankAccount(body.peer)))) }
  })

  /** As a bank: moves what a payer's receipt still brings to its payee. The answer is the bank's signed word. */
  server.post<{ Body: { body: string, signature: string } }>('/v1/wallet/redeem', { schema: { body: RedeemSchema } }, async ({ body }) => {
    const receipt = openReceipt(body.body, body.signature, state.signer)
    await request({ kind: 'redeem', receipt })
    return state.redeemed.get(receipt.receipt.channel)
  })

  /** As the payer: takes note of what a bank has moved for a receipt of this coordinator. */
  server.post<{ Body: Redeemed }>('/v1/wallet/redeemed', { schema: { body: RedeemedSchema } }, async ({ body: { redemption, receipt } }) => {
    await request({ kind: 'note-redemption', redemption, receipt: openReceipt(receipt.body, receipt.signature, state.signer) })
    return viewWorkerAccounts(state).find(({ worker }) => worker === redemption.payee)
  })

  /** The operator's word that the receipts workers have shown are the truth. */
  server.post('/v1/ledger/adopt-receipts', async () => {
    const adopted = [...state.ahead.entries()].map(([worker, { receipt, hash }]) => ({ worker, seq: receipt.seq, receipted: formatByc(receipt.cumulative), receipt: hash }))
    await request({ kind: 'adopt-receipts' })
    return { adopted }
  })

  /**
   * The journal, oldest first, an entry or a checkpoint a line: what `ledger verify FILE` takes. Whole, or from the last
   * checkpoint on; then it begins with that and the balances it vouches for.
   */
  server.get<{ Querystring: { since?: string } }>('/v1/ledger/journal', async (asked, reply) => {
    const { checkpoint } = state.ledger
    if (asked.query.since === 'checkpoint' && checkpoint === undefined) throw new NightshiftError('NS_E_USAGE', 'there is no checkpoint yet', { remedy: 'take one: nightshift ledger checkpoint' })
    const lines = async function * (): AsyncGenerator<string> {
      if (asked.query.since === 'checkpoint' && checkpoint !== undefined) {
        yield `${booksLine(checkpoint, await booksAt(store, state.ledger, checkpoint))}\n`
        for await (const line of journalLines(store, archive, checkpoint.seq + 1)) yield `${line}\n`
      } else for await (const line of journalLines(store, archive)) yield `${line}\n`
    }
    return await reply.header('content-type', 'application/x-ndjson').send(Readable.from(lines()))
  })

  /** Takes a checkpoint of the books as they are. */
  server.post('/v1/ledger/checkpoint', async () => {
    await request({ kind: 'checkpoint' })
    return state.ledger.checkpoint
  })

  /** The last checkpoint, with the balances it vouches for. */
  server.get('/v1/ledger/checkpoint', async (_, reply) => {
    const { checkpoint } = state.ledger
    if (checkpoint === undefined) throw new NightshiftError('NS_E_USAGE', 'there is no checkpoint yet', { remedy: 'take one: nightshift ledger checkpoint' })
    return await reply.header('content-type', 'application/json').send(booksLine(checkpoint, await booksAt(store, state.ledger, checkpoint)))
  })

  server.get<{ Querystring: { account?: string, limit?: string } }>('/v1/wallet/transactions', async request => {
    const limit = Math.min(10_000, Number(request.query.limit ?? '50') || 50)
    const { account } = request.query
    const entries = []
    for await (const { seq, at, key, transfers } of newestEntries(store, archive, account === undefined ? limit : SCAN)) {
      const shown = transfers.filter(transfer => account === undefined || transfer.debit === account || transfer.credit === account)
      if (shown.length > 0) entries.push({ seq, at, key, transfers: shown.map(transfer => ({ ...transfer, amount: formatByc(BigInt(transfer.amount)) })) })
      if (entries.length >= limit) break
    }
    return { entries }
  })
}

/** What is in circulation, or why the books do not balance, which a quarantined coordinator shows. */
function viewBooks (ledger: Ledger): { readonly balanced: true, readonly issued: string } | { readonly balanced: false, readonly why: string } {
  try {
    return { balanced: true, issued: formatByc(checkBooks(ledger.accounts(), ledger.holds()).issued) }
  } catch (error) {
    return { balanced: false, why: errorMessage(error) }
  }
}
