import { describe, expect, it } from 'vitest'
import { ATTACKERS, HONEST, HONEST_COORDINATOR } from './world/behaviours.ts'
import { runScenario } from './world/run-seed.ts'
import { NO_TROUBLES } from './world/scenario.ts'
import type { Scenario } from './world/scenario.ts'

const SEEDS = process.env.NIGHTSHIFT_TEST_FULL === '1' ? 60 : 2
const CHUNKS = 150

/** A job long enough for its workers to be proven, among them one that lies from then on, while nodes die. */
function longJob (): Scenario {
  const shape = { slots: 2, speed: 1, operator: '' }
  const onOff = ATTACKERS.find(({ name }) => name === 'on-off') ?? HONEST
  return {
    faultsForMs: 30_000, tickMs: 250,
    troubles: { ...NO_TROUBLES, crashes: 10, partitions: 1 },
    jobs: [{
      at: 0, coordinator: 'c1', chunks: CHUNKS, replicas: undefined, budget: 10n ** 11n, jobTimeoutS: 0, allowPartial: false, estimateS: 0.5,
      app: { taskMs: 500, files: 1, fileBytes: 100, inputBytes: 100, distinct: CHUNKS, broken: new Set() }
    }],
    coordinators: [{ name: 'c1', behaviour: HONEST_COORDINATOR, referee: true, trusted: [] }],
    workers: [...['w1', 'w2', 'w3'].map(name => ({ name, ...shape, behaviour: HONEST })), { name: 'x1-on-off', ...shape, behaviour: onOff }]
  }
}

describe('batches', () => {
  it('come through the death of their coordinator and workers: each is in the receipt, with the draw it must have', async () => {
    let batches = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation, stats: { counts } } = await runScenario(seed, longJob)
      expect(violation, `seed ${seed}`).toBeUndefined()
      expect(counts.get('job COMPLETED'), `seed ${seed}`).toBe(1)
      expect(counts.get('crash'), `seed ${seed}`).toBeGreaterThan(0)
      batches += counts.get('batch in a receipt') ?? 0
    }
    expect(batches).toBeGreaterThan(SEEDS)
  }, SEEDS * 30_000)
})
