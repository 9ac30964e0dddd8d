import { describe, expect, it } from 'vitest'
import { ATTACKERS, BYZANTINE_COORDINATOR, HONEST, HONEST_COORDINATOR } from './world/behaviours.ts'
import type { WorkerBehaviour } from './world/behaviours.ts'
import { CLEAR } from './world/network.ts'
import { runScenario } from './world/run-seed.ts'
import { NO_TROUBLES } from './world/scenario.ts'
import type { PlannedJob, Scenario } from './world/scenario.ts'

function attacker (name: string): WorkerBehaviour {
  const found = ATTACKERS.find(behaviour => behaviour.name === name)
  if (found === undefined) throw new Error(`there is no attacker ${name}`)
  return found
}

const job: PlannedJob = {
  at: 0, coordinator: 'c1', chunks: 6, replicas: 2, budget: 10n ** 11n, jobTimeoutS: 0, allowPartial: false, estimateS: 0.1,
  app: { taskMs: 100, files: 1, fileBytes: 100, inputBytes: 100, distinct: 6, broken: new Set() }
}

function scenario (workers: readonly WorkerBehaviour[], change: Partial<Scenario>): Scenario {
  return {
    faultsForMs: 15_000, tickMs: 250, jobs: [job], troubles: NO_TROUBLES,
    coordinators: [{ name: 'c1', behaviour: HONEST_COORDINATOR, referee: false, trusted: [] }],
    workers: workers.map((behaviour, i) => ({ name: `w${i + 1}-${behaviour.name}`, slots: 1, speed: 1, operator: '', behaviour })),
    ...change
  }
}

async function mustHold (planned: Scenario): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (let seed = 1; seed <= 10; seed++) {
    const { violation, stats } = await runScenario(seed, () => planned)
    expect(violation, `seed ${seed}`).toBeUndefined()
    for (const [what, times] of stats.counts) counts.set(what, (counts.get(what) ?? 0) + times)
  }
  return counts
}

describe('what the simulation found', () => {
  it('a dispute that voters decide is looked at again when the liars are banned', async () => {
    const liars = [attacker('liar'), attacker('liar'), attacker('liar')]
    const counts = await mustHold(scenario([HONEST, HONEST, HONEST, ...liars], { jobs: [{ ...job, replicas: 3 }] }))
    expect(counts.get('job COMPLETED')).toBe(10)
  })

  it('a lease that comes twice is run and paid once', async () => {
    const counts = await mustHold(scenario([HONEST, HONEST], { troubles: { ...NO_TROUBLES, weather: { ...CLEAR, duplicate: 0.5 } } }))
    expect(counts.get('job COMPLETED')).toBe(10)
  })

  it('a coordinator that makes verdicts up makes no worker believe in money', async () => {
    const coordinators = [
      { name: 'c1', behaviour: HONEST_COORDINATOR, referee: true, trusted: [] },
      { name: 'z1', behaviour: BYZANTINE_COORDINATOR, referee: true, trusted: [] }
    ]
    const counts = await mustHold(scenario([HONEST, HONEST], { coordinators, jobs: [job, { ...job, coordinator: 'z1' }] }))
    expect(counts.get('job COMPLETED')).toBe(10)
  })

  it('a worker that keeps a task for good does not keep the chunk', async () => {
    const hoarders = [attacker('hoarder'), attacker('hoarder'), attacker('hoarder')]
    const counts = await mustHold(scenario([HONEST, HONEST, ...hoarders], {}))
    expect(counts.get('job COMPLETED')).toBe(10)
  })

  it('no honest worker is struck because a message was lost or the coordinator slept', async () => {
    const counts = await mustHold(scenario([HONEST, HONEST, HONEST], {
      jobs: [{ ...job, chunks: 20 }], troubles: { ...NO_TROUBLES, weather: { ...CLEAR, drop: 0.02 }, pauses: 3 }
    }))
    expect([...counts.keys()].filter(what => what.startsWith('strike'))).toEqual([])
    expect(counts.get('job COMPLETED')).toBe(10)
  })

  it('a worker whose greeting is lost, or answered twice, works for its coordinator all the same', async () => {
    const weather = { ...CLEAR, drop: 0.1, duplicate: 0.3, reorder: 0.2 }
    const counts = await mustHold(scenario([HONEST, HONEST, HONEST], { troubles: { ...NO_TROUBLES, weather, crashes: 6 } }))
    expect(counts.get('job COMPLETED')).toBe(10)
    expect([...counts.keys()].filter(what => what.startsWith('honest worker refuses'))).toEqual([])
  })

  it('a job that hoarders keep from being confirmed waits in the end, and says for whom', async () => {
    const hoarders = [attacker('hoarder'), attacker('hoarder'), attacker('hoarder')]
    const counts = await mustHold(scenario([HONEST, HONEST, ...hoarders], { jobs: [{ ...job, chunks: 3, replicas: undefined }] }))
    expect(counts.get('job HELD TOO_FEW_WORKERS')).toBe(10)
  }, 120_000)

  it.each(['informed-coalition', 'lying-auditor'])('a coordinator that can look itself catches every %s', async name => {
    const coordinators = [{ name: 'c1', behaviour: HONEST_COORDINATOR, referee: true, trusted: [] }]
    const counts = await mustHold(scenario([HONEST, HONEST, HONEST, attacker(name), attacker(name)], { coordinators, jobs: [{ ...job, chunks: 20, replicas: undefined }] }))
    expect(counts.get('job COMPLETED')).toBe(10)
    expect(counts.get('strike WRONG_RESULT of attackers')).toBeGreaterThan(0)
    // two of five who know of each other are more than the policy is made for
    if (name === 'lying-auditor') expect(counts.get('wrong chunks accepted')).toBe(0)
  })
})
