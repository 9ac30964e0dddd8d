import { describe, expect, it } from 'vitest'
import { newJob } from '../../src/coordinator/new-job.ts'
import { planOf } from '../../src/coordinator/plan.ts'
import type { Plan } from '../../src/coordinator/plan.ts'
import { parseByc } from '../../src/model/money.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const PLANNED = 'j-bbbbbbbbbbbbbbbb'

function plan (network: SimulatedNetwork, config: Parameters<typeof simulatedJob>[1] = {}, count = 100, manifest: Parameters<typeof simulatedJob>[3] = {}): Plan {
  return planOf(network.coordinator, newJob(simulatedJob(PLANNED, config, 1_000_000_000n, manifest)), { count, inputBytes: 1000, exact: true }, network.now)
}

function networkOf (workers: Readonly<Record<string, { taskMs: number, priceLevel?: number }>>): SimulatedNetwork {
  const network = new SimulatedNetwork(61)
  for (const [name, behaviour] of Object.entries(workers)) network.addWorker(name, behaviour)
  network.quiet(1000)
  return network
}

/** A job that was planned, and then submitted, after one of the same app has shown that chunks take 200 ms. */
function afterAnother (estimate: number): { readonly network: SimulatedNetwork, readonly planned: Plan } {
  const config = { replicas: 2, estimate }
  const network = networkOf({ w1: { taskMs: 200 }, w2: { taskMs: 200 }, w3: { taskMs: 200 } })
  network.submit(simulatedJob(ID, config), 30)
  network.run(600_000)
  const planned = plan(network, config, 60)
  expect(planned.chunk).toMatchObject({ source: 'measured', medianMs: 200 })
  network.submit(simulatedJob(PLANNED, config), 60)
  return { network, planned }
}

describe('a plan', () => {
  it('prices a job from live offers, and changes nothing', () => {
    const network = networkOf({ w1: { taskMs: 100 }, w2: { taskMs: 100, priceLevel: 2000 }, w3: { taskMs: 100, priceLevel: 9000 } })
    const before = JSON.stringify(network.written())
    const { placed, workers, price, executions, eta, chunk, refused } = plan(network, { replicas: 1, estimate: 1 })
    expect(placed).toBe(true)
    expect(workers).toEqual({ connected: 3, matching: 2, slots: 2 })
    expect(executions.typical).toBe(1)
    expect(Number(price.chunk.high)).toBeCloseTo(2 * Number(price.chunk.low), 8)
    expect(parseByc(price.total.low)).toBeLessThanOrEqual(100n * parseByc(price.chunk.low))
    expect(refused).toEqual([{ worker: 'w3', reasons: [expect.objectContaining({ code: 'PRICE_TOO_HIGH' })] }])
    expect(chunk.source).toBe('estimated')
    // a hundred seconds of work on two machines
    expect(eta?.p50Ms).toBeGreaterThan(45_000)
    expect(eta?.p50Ms).toBeLessThan(60_000)
    expect(eta?.p90Ms).toBeGreaterThanOrEqual(eta?.p50Ms ?? Infinity)
    expect(JSON.stringify(network.written())).toBe(before)
    expect(network.coordinator.jobs.size).toBe(0)
  })

  it('comes true: price and time of a job as planned on what was measured', () => {
    const { network, planned } = afterAnother(0.2)
    const start = network.now
    network.run(600_000)
    const job = network.coordinator.jobs.get(PLANNED)
    expect(job?.record.state).toBe('COMPLETED')
    const took = network.now - start
    expect(took).toBeGreaterThan(0.5 * (planned.eta?.p50Ms ?? 0))
    expect(took).toBeLessThan(1.5 * (planned.eta?.p90Ms ?? 0))
    const spent = job?.record.spent ?? 0n
    expect(spent >= parseByc(planned.price.total.low) * 9n / 10n && spent <= parseByc(planned.price.total.high)).toBe(true)
  })

  it('prices a job as it is announced, by its own estimate, however long chunks of earlier jobs took', () => {
    const { network, planned } = afterAnother(1)
    network.run(600_000)
    const spent = network.coordinator.jobs.get(PLANNED)?.record.spent ?? 0n
    expect(spent).toBeGreaterThanOrEqual(parseByc(planned.price.total.low) * 9n / 10n)
    expect(spent).toBeLessThanOrEqual(parseByc(planned.price.total.high))
    expect(Number(spent) / Number(parseByc(planned.price.total.typical))).toBeCloseTo(1, 0)
  })

  it('counts the checks that strangers need, and fewer once workers are proven', () => {
    const network = networkOf({ w1: { taskMs: 100 }, w2: { taskMs: 100 }, w3: { taskMs: 100 } })
    const strangers = { confidence: 99 }
    const config = { ...strangers, replicas: undefined } as never
    const few = plan(network, config, 30).executions.typical
    const many = plan(network, config, 3000).executions.typical
    expect(few).toBeGreaterThan(1.5)
    expect(many).toBeLessThan(1.3)
    expect(plan(network, { replicas: 3 }).executions.typical).toBe(3)
  })

  it('says exactly what is missing when nobody matches, with the best that is offered, and what to do', () => {
    const network = networkOf({ w1: { taskMs: 100 }, w2: { taskMs: 100 } })
    const { placed, missing, eta } = plan(network, { replicas: 1 }, 10, { device_requirements: { min_memory: 16, min_cpu: 2 } })
    expect(placed).toBe(false)
    expect(eta).toBeUndefined()
    expect(missing?.lacks).toEqual([{ code: 'MEMORY_TOO_SMALL', workers: 2, text: '2 workers have too little memory (need 16 GiB, best offers 8 GiB)' }])
    expect(missing?.remedy).toContain('device_requirements')
    expect(plan(networkOf({}), { replicas: 1 }).missing).toMatchObject({ reason: { code: 'NO_WORKERS' }, remedy: expect.stringContaining('nightshift worker') })
    expect(plan(network, { replicas: 3 }).missing?.reason.code).toBe('TOO_FEW_WORKERS')
  })
})
