import { VERSION } from '../config/version.ts'
import { connect } from './connect.ts'
import { EXIT, print, printJson, printRows } from './output.ts'
import type { Format } from './output.ts'

interface Common { readonly data?: string, readonly output: Format }

export async function balance (command: Common): Promise<number> {
  const { accounts, books } = await (await connect(command.data)).get<{ accounts: { id: string, balance: string, available: string, pending: string }[], books: { balanced: true, issued: string } | { balanced: false, why: string } }>('/v1/wallet')
  const exit = books.balanced ? EXIT.done : EXIT.verification
  if (command.output === 'json') {
    printJson({ accounts, books })
    return exit
  }
  printRows('table', 'accounts', accounts, { account: row => row.id, balance: row => `${row.balance} BYC`, available: row => row.available, pending: row => row.pending })
  print(books.balanced ? `the books balance: ${books.issued} BYC issued, every credit has its debit` : books.why)
  return exit
}

export async function transactions (command: Common & { readonly account?: string, readonly limit: number }): Promise<number> {
  const query = new URLSearchParams({ limit: String(command.limit), ...(command.account === undefined ? {} : { account: command.account }) })
  const { entries } = await (await connect(command.data)).get<{ entries: { seq: number, at: number, key: string, transfers: { kind: string, debit: string, credit: string, amount: string, ref: object }[] }[] }>(`/v1/wallet/transactions?${query.toString()}`)
  if (command.output === 'json') {
    printJson({ entries })
    return 0
  }
  const rows = entries.flatMap(entry => entry.transfers.map(transfer => ({ ...transfer, seq: entry.seq, at: entry.at, key: entry.key })))
  printRows('table', 'transactions', rows, {
    seq: row => String(row.seq), at: row => new Date(row.at).toISOString().slice(0, 19).replace('T', ' '), kind: row => row.kind,
    from: row => row.debit, to: row => row.credit, amount: row => `${row.amount} BYC`, what: row => row.key
  })
  return 0
}

export async function version (command: { readonly output: Format }): Promise<number> {
  if (command.output === 'json') printJson({ version: VERSION, node: process.versions.node })
  else print(VERSION)
  return 0
}
