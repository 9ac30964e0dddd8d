/** A vote of a chunk with the chance that who gave it is bad. */
export interface WeighedVote {
  readonly value: string
  readonly group: string
  /** in [0, 1] */
  readonly bad: number
}

/**
 * The chance that each value is right, given who voted for it (Sarmenta 2001):
 * with good_g = ∏(1−P_bad) and bad_g = ∏P_bad over the voters of value g,
 *
 *     Cr(g) = good_g · ∏_{j≠g} bad_j / (∏_j bad_j + Σ_i good_i · ∏_{j≠i} bad_j)
 *
 * Only one member of a group counts for a value: the one most likely to be bad.
 */
export function credibility (votes: readonly WeighedVote[]): ReadonlyMap<string, number> {
  const values = new Map<string, Map<string, number>>()
  for (const { value, group, bad } of votes) {
    const members = values.get(value) ?? new Map<string, number>()
    values.set(value, members)
    members.set(group, Math.max(bad, members.get(group) ?? 0))
  }
  const sides = [...values].map(([value, members]) => ({
    value,
    good: [...members.values()].reduce((product, bad) => product * (1 - bad), 1),
    bad: [...members.values()].reduce((product, bad) => product * bad, 1)
  }))
  const othersBad = (side: object): number => sides.reduce((product, other) => other === side ? product : product * other.bad, 1)
  const allBad = sides.reduce((product, { bad }) => product * bad, 1)
  const total = sides.reduce((sum, side) => sum + side.good * othersBad(side), allBad)
  return new Map(sides.map(side => [side.value, total === 0 ? 0 : side.good * othersBad(side) / total]))
}

/** The most credible value. Undefined without votes. */
export function mostCredible (votes: readonly WeighedVote[]): { readonly value: string, readonly credibility: number } | undefined {
  let best: { value: string, credibility: number } | undefined
  for (const [value, chance] of credibility(votes)) if (best === undefined || chance > best.credibility) best = { value, credibility: chance }
  return best
}
