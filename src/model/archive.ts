/** Where lines of the journal are kept that have left the database. */
export interface JournalArchive {
  /**
   * Keeps lines that begin with entry `first`; they survive power loss when this
   * resolves. What was kept from there on is set aside.
   */
  readonly append: (first: number, lines: readonly string[]) => Promise<void>
  /**
   * Pieces of what is kept, oldest first from the one that entry `from` is in, or newest first back to that one.
   * Throws NS_E_DATA_CORRUPT when no whole copy of a piece is there.
   */
  readonly pieces: (from: number, options?: { readonly reverse?: boolean }) => AsyncIterable<readonly string[]>
}
