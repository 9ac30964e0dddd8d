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

  get count (): number {
    return this.#values.length
  }

  get value (): number {
    if (this.#values.length === 0) return 0
    this.#cached ??= [...this.#values].sort((a, b) => a - b)[Math.floor(this.#values.length / 2)]
    return this.#cached ?? 0
  }
}
