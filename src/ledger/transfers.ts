/** What a transfer is about, so that books can be read back to chunks. */
export interface TransferRef {
  readonly job?: string
  readonly chunk?: number
  readonly epoch?: number
  readonly note?: string
}

/**
 * The four kinds of movement, as in two-phase transfers: `direct` moves at once;
 * `hold` reserves; `post` completes a hold; `void` cancels it.
 */
export type Transfer =
  | { readonly kind: 'direct', readonly debit: string, readonly credit: string, readonly amount: bigint, readonly ref: TransferRef }
  | { readonly kind: 'hold', readonly holdId: string, readonly debit: string, readonly credit: string, readonly amount: bigint, readonly ref: TransferRef }
  | { readonly kind: 'post' | 'void', readonly holdId: string, readonly ref: TransferRef }

/** A hold that is neither posted nor voided yet. */
export interface Hold {
  readonly id: string
  readonly debit: string
  readonly credit: string
  readonly amount: bigint
}

/** One command to the ledger: its transfers happen together or not at all. */
export interface Command {
  /** repeating a command with a key that was applied changes nothing */
  readonly key: string
  readonly at: number
  readonly incarnation: number
  readonly transfers: readonly Transfer[]
}

/** A settled movement as the journal keeps it: posts and voids carry what their hold reserved. */
export interface EntryTransfer {
  readonly kind: Transfer['kind']
  readonly holdId?: string
  readonly debit: string
  readonly credit: string
  readonly amount: string
  readonly ref: TransferRef
}

/** One line of the journal. `hash` chains it to the line before. */
export interface Entry {
  readonly seq: number
  readonly prevHash: string
  readonly at: number
  readonly incarnation: number
  readonly key: string
  readonly transfers: readonly EntryTransfer[]
  readonly hash: string
}
