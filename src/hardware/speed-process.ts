import { createHash } from 'node:crypto'

// A process of its own: what it takes of a core would hold a node's connections up.
// What it prints is the whole of its answer: the best of a few short rounds, because noise only ever slows.

const ROUNDS = 4
const ROUND_MS = 40
const BLOCK = Buffer.alloc(64 * 1024, 7)
const STEPS = 100_000

/** A chain of floating-point steps in which each needs the one before, so that nothing is computed in parallel or left out. */
function floatChain (from: number): number {
  let x = from
  let y = 0.25
  let sum = 0
  for (let i = 0; i < STEPS; i++) {
    x = x * 1.0000001 + 0.3
    y = y * 0.9999 + x * 0.1
    if (x > 2) x -= 1.5
    sum += Math.sqrt(y)
  }
  return sum
}

/** Repetitions per millisecond. */
function best (once: () => unknown): number {
  let most = 0
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    let count = 0
    let spent = 0
    while (spent < ROUND_MS) {
      once()
      count++
      spent = performance.now() - start
    }
    most = Math.max(most, count / spent)
  }
  return most
}

let last = 0.5
process.stdout.write(JSON.stringify({
  hashMiBPerS: best(() => createHash('sha256').update(BLOCK).digest()) * BLOCK.length / 1024 / 1024 * 1000,
  floatStepsPerUs: best(() => { last = floatChain(last % 1) }) * STEPS / 1000
}))
