/** An attempt may be doubled only after this long, milliseconds. */
const MIN_AGE_MS = 2000

/** True when a running attempt is so late that an idle worker should run a copy: older than `max(2 s, 1.5 × median)`. */
export function isStraggler (ageMs: number, medianMs: number): boolean {
  return ageMs > Math.max(MIN_AGE_MS, 1.5 * medianMs)
}

/** Speculative copies may take at most 15 % of all slots, but always one. */
export function speculationBudget (slots: number): number {
  return Math.max(1, Math.floor(slots * 0.15))
}
