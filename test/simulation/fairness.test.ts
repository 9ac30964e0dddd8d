import { describe, expect, it } from 'vitest'
import { BYZANTINE_COORDINATORS, HONEST, HONEST_COORDINATOR } from './world/behaviours.ts'
import { runScenario } from './world/run-seed.ts'
import { NO_TROUBLES } from './world/scenario.ts'
import type { PlannedJob, Scenario } from './world/scenario.ts'

const WORKERS = 3
const SEEDS = process.env.NIGHTSHIFT_TEST_FULL === '1' ? 20 : 1

function job (coordinator: string, chunks: number): PlannedJob {
  return {
    at: 0, coordinator, chunks, replicas: undefined, budget: 10n ** 11n, jobTimeoutS: 0, allowPartial: false, estimateS: 0.1,
    app: { taskMs: 100, files: 1, fileBytes: 100, inputBytes: 100, distinct: chunks, broken: new Set() }
  }
}

/** Honest workers between an honest coordinator and one that is not. */
function between (name: string): Scenario {
  const behaviour = BYZANTINE_COORDINATORS.find(one => one.name === name)
  if (behaviour === undefined) throw new Error(`there is no coordinator ${name}`)
  return {
    faultsForMs: 15_000, tickMs: 250, troubles: NO_TROUBLES,
    jobs: [job('c1', 90), { ...job('z1', 90), at: 100 }],
    coordinators: [
      { name: 'c1', behaviour: HONEST_COORDINATOR, referee: true, trusted: [] },
      { name: 'z1', behaviour, referee: true, trusted: [] }
    ],
    workers: Array.from({ length: WORKERS }, (_, i) => ({ name: `w${i + 1}`, slots: 2, speed: 1, operator: '', behaviour: HONEST }))
  }
}

describe('honest workers', () => {
  it.each(BYZANTINE_COORDINATORS.map(({ name }) => [name]))('end up refusing a %s, and go on for an honest coordinator, which hearsay makes doubt them at most', async name => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation, stats: { counts } } = await runScenario(seed, () => between(name))
      expect(violation, `seed ${seed}`).toBeUndefined()
      expect(counts.get(`honest worker refuses ${name}`), `seed ${seed}`).toBe(WORKERS)
      expect(counts.get('job COMPLETED')).toBe(1)
      expect([...counts.keys()].filter(what => what.startsWith('strike'))).toEqual([])
      if (name === 'slanderer') expect(counts.get('honest worker in doubt')).toBe(WORKERS)
    }
  }, SEEDS * 60_000)
})
