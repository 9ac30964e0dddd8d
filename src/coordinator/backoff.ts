export interface Backoff {
  /** the first wait, milliseconds, before jitter */
  readonly firstMs: number
  readonly mostMs: number
}

/** The wait before the next try after so many failures: doubled each time, spread by half of it either way; `random` is in 0..1. */
export function backoff ({ firstMs, mostMs }: Backoff, failures: number, random: number): number {
  const wait = Math.min(mostMs, firstMs * 2 ** Math.max(0, failures - 1))
  return Math.round(wait * (0.5 + random))
}
