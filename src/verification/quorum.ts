/** One revealed result of a chunk. */
export interface Vote {
  readonly epoch: number
  /** hex SHA-256 of the result manifest */
  readonly value: string
  /** one vote counts per group */
  readonly group: string
  /** the coordinator itself, or a peer it trusts */
  readonly trusted: boolean
}

export type Decision =
  | { readonly kind: 'wait', readonly missing: number }
  | { readonly kind: 'agreed', readonly value: string, readonly winners: readonly number[], readonly losers: readonly number[] }
  | { readonly kind: 'dispute', readonly values: number }

/**
 * What the revealed results of a chunk say. A trusted vote decides alone;
 * otherwise `quorum` groups must agree and nobody may disagree: one differing
 * vote is a dispute, which only a trusted run settles.
 */
export function decide (votes: readonly Vote[], quorum: number): Decision {
  const trusted = votes.find(vote => vote.trusted)
  if (trusted !== undefined) return agreed(votes, trusted.value)
  const values = new Set(votes.map(vote => vote.value))
  if (values.size > 1) return { kind: 'dispute', values: values.size }
  const groups = new Set(votes.map(vote => vote.group)).size
  if (groups < quorum) return { kind: 'wait', missing: quorum - groups }
  return agreed(votes, votes[0]?.value ?? '')
}

/**
 * The way out of a dispute where no trusted run is possible: the value that more
 * than half of at least `2·quorum − 1` groups agree on, else more votes.
 */
export function decideByMajority (votes: readonly Vote[], quorum: number): Decision {
  const groups = new Map<string, Set<string>>()
  for (const vote of votes) groups.set(vote.value, (groups.get(vote.value) ?? new Set()).add(vote.group))
  const needed = Math.max(2, quorum)
  for (const [value, members] of groups) {
    const others = Math.max(0, ...[...groups].filter(([other]) => other !== value).map(([, set]) => set.size))
    if (members.size >= needed && members.size > others) return agreed(votes, value)
  }
  return { kind: 'wait', missing: 1 }
}

/** A value counts: who gave it, and who did not. */
export function agreed (votes: readonly Vote[], value: string): Decision {
  return {
    kind: 'agreed',
    value,
    winners: votes.filter(vote => vote.value === value).map(vote => vote.epoch),
    losers: votes.filter(vote => vote.value !== value).map(vote => vote.epoch)
  }
}
