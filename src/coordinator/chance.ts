import { createHash } from 'node:crypto'

/** An endless row of numbers in [0, 1), the same for the same seed: what a core draws without a source of its own. */
export function chanceOf (seed: string): () => number {
  let block = Buffer.alloc(0)
  let at = 0
  let count = 0
  return () => {
    if (at >= block.length) {
      block = createHash('sha256').update(`nightshift/chance/1\0${seed}/${count++}`).digest()
      at = 0
    }
    const word = block.readUInt32LE(at)
    at += 4
    return word / 2 ** 32
  }
}
