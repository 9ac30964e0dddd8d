import { NightshiftError } from '../model/errors.ts'
import type { Signer } from '../model/signer.ts'
import type { Account } from './accounts.ts'
import { accountsRoot, openCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { EMPTY_LEDGER } from './ledger.ts'
import type { LedgerState } from './ledger.ts'
import type { Books } from './rewind.ts'
import type { Hold } from './transfers.ts'

/** A checkpoint with the accounts and holds it vouches for: what a journal without its beginning begins with. One line. */
export function booksLine (checkpoint: Checkpoint, { accounts, holds }: Books): string {
  return JSON.stringify({
    checkpoint,
    accounts: [...accounts.values()].map(({ id, debitsPending, debitsPosted, creditsPending, creditsPosted }) => [id, ...[debitsPending, debitsPosted, creditsPending, creditsPosted].map(String)]),
    holds: [...holds.values()].map(({ id, debit, credit, amount }) => [id, debit, credit, String(amount)])
  })
}

/**
 * Reads such a line.
 * @throws NS_E_LEDGER when the checkpoint is not signed, or vouches for other balances
 */
export function openBooksLine (value: unknown, signer: Pick<Signer, 'verify'>): { readonly checkpoint: Checkpoint, readonly books: LedgerState } {
  const line = value as { checkpoint?: unknown, accounts?: unknown, holds?: unknown }
  const checkpoint = openCheckpoint(line.checkpoint, signer)
  const accounts = rows(line.accounts, 1, 4).map(([id = '', ...sums]): Account => {
    const [debitsPending = 0n, debitsPosted = 0n, creditsPending = 0n, creditsPosted = 0n] = sums.map(BigInt)
    return { id, debitsPending, debitsPosted, creditsPending, creditsPosted }
  })
  const holds = rows(line.holds, 3, 1).map(([id = '', debit = '', credit = '', amount = '']): Hold => ({ id, debit, credit, amount: BigInt(amount) }))
  if (accountsRoot(accounts, holds) !== checkpoint.accountsRoot) throw malformed(`the balances beside it are not those that the checkpoint at entry ${checkpoint.seq} vouches for`)
  return {
    checkpoint,
    books: {
      ...EMPTY_LEDGER,
      accounts: new Map(accounts.map(account => [account.id, account])),
      holds: new Map(holds.map(hold => [hold.id, hold])),
      head: { seq: checkpoint.seq, hash: checkpoint.hash },
      lastAt: checkpoint.at
    }
  }
}

/** Rows of so many names and so many amounts after them. */
function rows (value: unknown, names: number, amounts: number): readonly (readonly string[])[] {
  if (!Array.isArray(value)) throw malformed('a checkpoint that a journal begins with needs its accounts and holds beside it')
  return value.map(row => {
    const texts = Array.isArray(row) ? row as unknown[] : []
    const isRow = texts.length === names + amounts && texts.every((text, i) => typeof text === 'string' && (i < names || /^\d{1,40}$/.test(text)))
    if (!isRow) throw malformed('one of the accounts or holds beside a checkpoint is malformed')
    return texts as string[]
  })
}

function malformed (why: string): NightshiftError {
  return new NightshiftError('NS_E_LEDGER', why)
}
