/** Median of the last `size` values; 0 while there is none. */
export class Median {
  readonly #values: number[] = []
  readonly #size: number
  #next = 0
  #cached: number | undefined

  constructor (size = 31) {
    this.#size = size
  }

  add (value: number): void {
    this.#values[this.#next] = value
    this.#next = (this.#next + 1) % this.#size
    this.#cached = undefined
  }

  values (): readonly number[] {
    return this.#values
  }

  get count (): number {
    return this.#values.length
  }

  get value (): number {
    this.#cached ??= this.quantile(0.5)
    return this.#cached
  }

  /** The value that this share of the last ones does not exceed; 0 while there is none. */
  quantile (share: number): number {
    const sorted = [...this.#values].sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  }
}
