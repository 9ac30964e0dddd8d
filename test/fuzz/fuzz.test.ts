import { describe, expect, it } from 'vitest'
import { fuzz } from './run.ts'
import { targets } from './targets.ts'

const full = process.env.NIGHTSHIFT_TEST_FULL === '1'
const FRAMES = full ? 1_000_000 : 2000
const SEED = 20_261

describe('whatever comes in', () => {
  for (const { name, open } of targets) {
    it(`${name}: is taken, or refused in the one way it may be, and leaves nothing behind`, async () => {
      const { inputs, taken, grownBy } = await fuzz(await open(), FRAMES, SEED)
      expect(taken).toBeGreaterThan(0)
      expect(taken).toBeLessThan(inputs)
      expect(grownBy).toBeLessThan(16 * 2 ** 20)
    }, full ? 1_800_000 : 60_000)
  }
})
