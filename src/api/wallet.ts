import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { available, balance } from '../ledger/accounts.ts'
import { checkBooks } from '../ledger/audit.ts'
import { viewWorkerAccounts } from '../coordinator/views.ts'
import { journal, readJournal } from '../ledger/load.ts'
import { formatByc } from '../model/money.ts'
import type { ApiOptions } from './options.ts'

/** Journal entries looked through for one request. */
const SCAN = 100_000

/** The books: balances, and the journal newest first. Amounts are ByteChips in decimal text. */
export function walletRoutes (server: FastifyInstance, { services: { state, store }, request }: ApiOptions): void {
  server.get('/v1/wallet', async () => {
    const { ledger } = state
    const books = checkBooks(ledger.accounts(), ledger.holds())
    const accounts = [...ledger.accounts()].sort((a, b) => a.id < b.id ? -1 : 1).map(account => ({
      id: account.id,
      balance: formatByc(balance(account)),
      available: formatByc(available(account)),
      pending: formatByc(account.creditsPending - account.debitsPending)
    }))
    return { accounts, books: { issued: formatByc(books.issued), balanced: true } }
  })

  server.get('/v1/wallet/peers', async () => ({ workers: viewWorkerAccounts(state), accused: [...state.accused.values()] }))

  /** The operator's word that the receipts workers have shown are the truth. */
  server.post('/v1/ledger/adopt-receipts', async () => {
    const adopted = [...state.ahead.entries()].map(([worker, { receipt, hash }]) => ({ worker, seq: receipt.seq, receipted: formatByc(receipt.cumulative), receipt: hash }))
    await request({ kind: 'adopt-receipts' })
    return { adopted }
  })

  /** The whole journal, oldest first, an entry a line: what `ledger verify FILE` takes. */
  server.get('/v1/ledger/journal', async (_, reply) => {
    const lines = async function * (): AsyncGenerator<string> { for await (const entry of journal(store)) yield `${JSON.stringify(entry)}\n` }
    return await reply.header('content-type', 'application/x-ndjson').send(Readable.from(lines()))
  })

  server.get<{ Querystring: { account?: string, limit?: string } }>('/v1/wallet/transactions', async request => {
    const limit = Math.min(10_000, Number(request.query.limit ?? '50') || 50)
    const { account } = request.query
    const entries = []
    for await (const { seq, at, key, transfers } of readJournal(store, account === undefined ? limit : SCAN)) {
      const shown = transfers.filter(transfer => account === undefined || transfer.debit === account || transfer.credit === account)
      if (shown.length > 0) entries.push({ seq, at, key, transfers: shown.map(transfer => ({ ...transfer, amount: formatByc(BigInt(transfer.amount)) })) })
      if (entries.length >= limit) break
    }
    return { entries }
  })
}
