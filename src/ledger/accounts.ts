/**
 * An account of the double-entry ledger. Every transfer debits one account and
 * credits another; pending sums belong to holds that are neither posted nor voided.
 */
export interface Account {
  readonly id: string
  readonly debitsPending: bigint
  readonly debitsPosted: bigint
  readonly creditsPending: bigint
  readonly creditsPosted: bigint
}

/** The only account that may go negative: every credit in circulation is its debt. */
export const MINT = 'mint'

export const userAccount = (user: string): string => `user:${user}`
export const escrowAccount = (jobId: string): string => `escrow:${jobId}`
export const peerAccount = (peerId: string): string => `peer:${peerId}`

export function emptyAccount (id: string): Account {
  return { id, debitsPending: 0n, debitsPosted: 0n, creditsPending: 0n, creditsPosted: 0n }
}

/** What the account owns, holds not yet decided left aside. */
export function balance (account: Account): bigint {
  return account.creditsPosted - account.debitsPosted
}

/** What a new transfer may still take from the account. */
export function available (account: Account): bigint {
  return balance(account) - account.debitsPending
}

/** The account with an amount more in one of its sums. */
export function add (account: Account, field: Exclude<keyof Account, 'id'>, amount: bigint): Account {
  return { ...account, [field]: account[field] + amount }
}

export function encodeAccount ({ debitsPending, debitsPosted, creditsPending, creditsPosted }: Account): string {
  return `["${debitsPending}","${debitsPosted}","${creditsPending}","${creditsPosted}"]`
}

export function decodeAccount (id: string, text: string): Account {
  const [debitsPending, debitsPosted, creditsPending, creditsPosted] = (JSON.parse(text) as [string, string, string, string]).map(BigInt) as [bigint, bigint, bigint, bigint]
  return { id, debitsPending, debitsPosted, creditsPending, creditsPosted }
}
