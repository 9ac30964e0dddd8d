/** What the time of a chunk at a worker is made of. Milliseconds and bytes. */
export interface EstimateInput {
  /** leases it has, and how many it runs at a time */
  readonly inFlight: number
  readonly slots: number
  /** the work itself, on this worker */
  readonly workMs: number
  readonly inputBytes: number
  /** what its image has on the wire; 0 where there is none or it is there already */
  readonly imageBytes: number
  /** bytes per second; 0 when unknown */
  readonly bandwidth: number
  /** measured overhead of a lease beyond the work, milliseconds: travel and content */
  readonly overheadMs: number
  readonly kappa: number
}

export interface Estimate {
  /** before κ: what a measurement is compared with */
  readonly plainMs: number
  /** E of the score */
  readonly expectedMs: number
}

/** Where nobody has measured it, an image is believed to come at this rate, bytes per second. */
const USUAL_BANDWIDTH = 10 * 1024 * 1024

/**
 * `E = κ · (queue + image not cached ? imageBytes/bandwidth : 0 + inputBytes/bandwidth + work/speed)`. What a lease was
 * seen to cost beyond its work is a lower bound for the way of its input.
 */
export function estimate ({ inFlight, slots, workMs, inputBytes, imageBytes, bandwidth, overheadMs, kappa }: EstimateInput): Estimate {
  const queueMs = Math.floor(inFlight / Math.max(1, slots)) * workMs
  const imageMs = imageBytes / (bandwidth > 0 ? bandwidth : USUAL_BANDWIDTH) * 1000
  const inputMs = Math.max(overheadMs, bandwidth > 0 ? inputBytes / bandwidth * 1000 : 0)
  const plainMs = queueMs + imageMs + inputMs + workMs
  return { plainMs, expectedMs: kappa * plainMs }
}

/**
 * How much a second counts more as a deadline comes near: time still needed over time left, from 1 (there is enough, or
 * no deadline) to 10 (it is too late).
 */
export function urgency (neededMs: number, leftMs: number | undefined): number {
  if (leftMs === undefined) return 1
  return leftMs <= 0 ? MOST_URGENT : Math.min(MOST_URGENT, Math.max(1, neededMs / leftMs))
}

const MOST_URGENT = 10
