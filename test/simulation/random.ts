import { createHash } from 'node:crypto'
import type { Random } from '../../src/model/clock.ts'

/** SHA-256 in counter mode: the same seed gives the same bytes everywhere. */
export class SeededRandom implements Random {
  readonly #seed: number
  #counter = 0

  constructor (seed: number) {
    this.#seed = seed
  }

  bytes (length: number): Uint8Array {
    const parts: Uint8Array[] = []
    for (let have = 0; have < length; have += 32) parts.push(createHash('sha256').update(`${this.#seed}/${this.#counter++}`).digest())
    return Uint8Array.from(Buffer.concat(parts).subarray(0, length))
  }

  fraction (): number {
    return Buffer.from(this.bytes(6)).readUIntBE(0, 6) / 2 ** 48
  }
}
