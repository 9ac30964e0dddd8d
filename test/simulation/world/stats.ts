/** Counts by name. */
export class Stats {
  readonly counts = new Map<string, number>()

  count (what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by)
  }

  addAll (other: Stats): void {
    for (const [what, by] of other.counts) this.count(what, by)
  }
}
