/** Deterministic chance, for simulated worlds and for plans of faults: xoshiro128** seeded by splitmix32 (Blackman and Vigna 2018). Not for secrets. */
export class Dice {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor (seed: number) {
    let state = seed >>> 0
    const next = (): number => {
      state = (state + 0x9e3779b9) >>> 0
      let z = state
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
      return (z ^ (z >>> 16)) >>> 0
    }
    this.#a = next()
    this.#b = next()
    this.#c = next()
    this.#d = next()
  }

  /** uniform in 0 … 2³²−1 */
  word (): number {
    const product = Math.imul(this.#b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result
  }

  /** uniform in [0, 1) */
  fraction (): number { return this.word() / 2 ** 32 }

  chance (probability: number): boolean { return this.fraction() < probability }

  /** a whole number, both ends included */
  whole (least: number, most: number): number { return least + Math.floor(this.fraction() * (most - least + 1)) }

  pick<T> (from: readonly T[]): T {
    const picked = from[Math.floor(this.fraction() * from.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }

  hex (bytes: number): string {
    let text = ''
    while (text.length < bytes * 2) text += this.word().toString(16).padStart(8, '0')
    return text.slice(0, bytes * 2)
  }
}
