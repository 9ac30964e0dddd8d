import { NightshiftError } from '../model/errors.ts'
import { MINT, available } from './accounts.ts'
import type { Account } from './accounts.ts'
import type { Hold } from './transfers.ts'

export interface Books {
  readonly debits: bigint
  readonly credits: bigint
  /** credits in circulation: what the mint has issued */
  readonly issued: bigint
}

/**
 * Checks the books to the unit: debits equal credits (posted and pending), no
 * account but the mint is negative, and pending sums are exactly the open holds.
 * @throws NS_E_LEDGER naming the first invariant that does not hold
 */
export function checkBooks (accounts: Iterable<Account>, holds: Iterable<Hold>): Books {
  let debits = 0n
  let credits = 0n
  let debitsPending = 0n
  let creditsPending = 0n
  let issued = 0n
  for (const account of accounts) {
    debits += account.debitsPosted
    credits += account.creditsPosted
    debitsPending += account.debitsPending
    creditsPending += account.creditsPending
    if (account.id === MINT) issued = account.debitsPosted - account.creditsPosted
    else if (available(account) < 0n) fail(`account ${account.id} is negative: ${available(account)} units`)
    if (account.debitsPending < 0n || account.creditsPending < 0n) fail(`account ${account.id} has a negative pending sum`)
  }
  let held = 0n
  for (const hold of holds) held += hold.amount
  if (debits !== credits) fail(`posted debits ${debits} differ from posted credits ${credits}`)
  if (debitsPending !== creditsPending) fail(`pending debits ${debitsPending} differ from pending credits ${creditsPending}`)
  if (debitsPending !== held) fail(`pending debits ${debitsPending} differ from open holds ${held}`)
  return { debits, credits, issued }
}

function fail (what: string): never {
  throw new NightshiftError('NS_E_LEDGER', `the books do not balance: ${what}`, { remedy: 'stop the node and keep its data folder: this is a defect' })
}
