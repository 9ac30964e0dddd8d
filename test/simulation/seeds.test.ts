import { describe, expect, it } from 'vitest'
import { runSeed } from './world/run-seed.ts'

const full = process.env.NIGHTSHIFT_TEST_FULL === '1'
const SEEDS = full ? 10_000 : 100
const PER_TEST = full ? 500 : 20

describe('whole networks under faults and attacks', () => {
  const firsts = Array.from({ length: SEEDS / PER_TEST }, (_, i) => 1 + i * PER_TEST)
  it.each(firsts)(`keeps every promise, from seed %i on for ${PER_TEST}`, async first => {
    for (let seed = first; seed < first + PER_TEST; seed++) {
      const { violation } = await runSeed(seed)
      expect(violation, `npm run sim -- --seed ${seed} --trace`).toBeUndefined()
    }
  }, full ? 600_000 : 60_000)

  it('replays a seed to the same trace, whatever ran before', async () => {
    const once = await runSeed(7)
    await runSeed(8)
    const again = await runSeed(7)
    expect(again.digest).toBe(once.digest)
    expect(again.events).toBe(once.events)
    expect((await runSeed(8)).digest).not.toBe(once.digest)
  })
})
