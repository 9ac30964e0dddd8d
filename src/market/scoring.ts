/** What the score of a bid is made of; see the formula at `score`. */
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

/**
 * Expected cost of a chunk at a worker; lower wins:
 * `J = price·R + V·E + P·(price + V·E)` with R executions, E expected time,
 * V value of time and P chance of failure.
 */
export function score (input: ScoreInput): number {
  const time = input.valuePerMs * input.expectedMs
  return input.price * input.executions + time + input.failureChance * (input.price + time)
}
