import { describe, expect, it } from 'vitest'
import { calibrationOf, paceOf } from '../../src/coordinator/estimates.ts'
import { explainJob } from '../../src/coordinator/explain.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const NEXT = 'j-bbbbbbbbbbbbbbbb'

describe('scoring by what was measured', () => {
  it('learns who is slow, keeps it with its reputation, and gives it little of the next job', () => {
    const network = new SimulatedNetwork(41)
    for (const name of ['w1', 'w2', 'w3']) network.addWorker(name, { taskMs: 100 })
    network.addWorker('slow', { taskMs: 800 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 60)
    network.run(600_000)
    const stored = network.written().find(({ key }) => key === 'standing/slow')?.value
    expect(JSON.parse(stored ?? '{}')).toMatchObject({ calibration: { all: { pace: expect.any(Number) } } })
    const ran = network.ran.get('slow') ?? 0
    network.submit(simulatedJob(NEXT, { replicas: 1 }), 60)
    const job = network.coordinator.jobs.get(NEXT)
    if (job === undefined) throw new Error('the job was not taken')
    const pace = (name: string): number => paceOf(network.coordinator, job, network.coordinator.workers.get(name) as never)
    expect(pace('slow')).toBeGreaterThan(5)
    expect(pace('w1')).toBeLessThan(1.5)
    network.run(600_000)
    expect(job.record.state).toBe('COMPLETED')
    expect((network.ran.get('slow') ?? 0) - ran).toBeLessThan(8)
    expect(calibrationOf(network.coordinator, job, 'w1').kappa).toBeGreaterThanOrEqual(0.5)
  })

  it('leaves out a machine that is taken back before a chunk would be done, with the figures', () => {
    const network = new SimulatedNetwork(42)
    network.addWorker('w1', { taskMs: 100 })
    network.quiet(1000)
    const worker = network.coordinator.workers.get('w1')
    if (worker?.offer === undefined) throw new Error('it made no offer')
    worker.offer = { ...worker.offer, freeUntil: network.now + 5000 }
    network.submit(simulatedJob(ID, { replicas: 1, estimate: 30 }), 1)
    network.run(1000)
    const job = network.coordinator.jobs.get(ID)
    if (job === undefined) throw new Error('the job was not taken')
    const [refused] = explainJob(network.coordinator, job, network.now).refused
    expect(refused).toMatchObject({ worker: 'w1', reasons: [{ code: 'FREE_TIME_TOO_SHORT', text: expect.stringContaining('30 s') }] })
  })
})
