/** What the score of a bid is made of; see the formula at `scoreTerms`. */
export interface ScoreInput {
  /** units for one chunk */
  readonly price: number
  /** milliseconds a chunk is expected to take on this worker, queueing and transfer included */
  readonly expectedMs: number
  /** chance in [0, 1] that an attempt there fails */
  readonly failureChance: number
  /** executions an accepted chunk costs there: about 2 on probation, 1 + audit rate once established */
  readonly executions: number
  /** units one millisecond of waiting is worth */
  readonly valuePerMs: number
}

const SCORE_TERMS = ['price', 'time', 'failure', 'executions'] as const
export type ScoreTerm = typeof SCORE_TERMS[number]
/** A score by its parts, units each; together they are the expected cost of a chunk. */
export type ScoreTerms = Readonly<Record<ScoreTerm, number>>

/**
 * Expected cost of a chunk at a worker, lower wins: `J = price·R + V·E + P·(price + V·E)` with R executions, E expected
 * time, V value of time and P chance of failure (design page "Market"). Of `price·R` the part beyond one execution
 * is a term of its own, so that a bidder can be told what it lost on.
 */
export function scoreTerms ({ price, expectedMs, failureChance, executions, valuePerMs }: ScoreInput): ScoreTerms {
  const time = valuePerMs * expectedMs
  return { price, time, failure: failureChance * (price + time), executions: price * (executions - 1) }
}

export function total (terms: ScoreTerms): number {
  return SCORE_TERMS.reduce((sum, term) => sum + terms[term], 0)
}

/** What a bid lost on against another: the term that differs most, by how many units, and the whole in per mille of the other's. */
export interface Loss {
  readonly term: ScoreTerm
  readonly byUnits: number
  readonly byPerMille: number
}

export function lossAgainst (loser: ScoreTerms, winner: ScoreTerms): Loss {
  const [term] = [...SCORE_TERMS].sort((a, b) => (loser[b] - winner[b]) - (loser[a] - winner[a]))
  const worst = term ?? 'price'
  const whole = total(winner)
  return {
    term: worst,
    byUnits: Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.round(loser[worst] - winner[worst]))),
    byPerMille: whole <= 0 ? 0 : Math.min(MOST_PER_MILLE, Math.max(0, Math.round((total(loser) - whole) / whole * 1000)))
  }
}

const MOST_PER_MILLE = 1_000_000
