/** One line of the benchmark: a figure, the baseline of the same run, and their ratio (more is better). */
export interface Figure {
  readonly name: string
  readonly value: string
  readonly baseline: string
  readonly ratio: number
  readonly goal: number
}

export function printFigures (figures: readonly Figure[]): void {
  for (const { name, value, baseline, ratio, goal } of figures) {
    console.log(`${name}\n    ${value}, baseline ${baseline}: ratio ${ratio.toFixed(2)} (goal ${goal}) ${ratio >= goal ? 'reached' : 'not reached'}`)
  }
}

/** The middle one: what a noisy machine changes least. */
export function median (values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
