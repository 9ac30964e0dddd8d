import { describe, expect, it } from 'vitest'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'

describe('whole networks on a virtual clock', () => {
  it('runs every chunk twice and pays both who agree', () => {
    const network = new SimulatedNetwork(1)
    for (const name of ['w1', 'w2', 'w3']) network.addWorker(name, { taskMs: 100 })
    network.submit(simulatedJob(ID), 30)
    network.run(600_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record.state).toBe('COMPLETED')
    expect(job?.record.executions).toBe(60)
    expect(network.earned('w1') + network.earned('w2') + network.earned('w3')).toBe(job?.record.spent)
  })

  it('catches a liar, strikes and bans it, and pays it nothing', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const network = new SimulatedNetwork(seed)
      for (const name of ['w1', 'w2', 'w3']) network.addWorker(name, { taskMs: 100 })
      network.addWorker('liar', { taskMs: 80, lies: true })
      network.submit(simulatedJob(ID), 30)
      network.run(600_000)
      const job = network.coordinator.jobs.get(ID)
      expect(job?.record.state, `seed ${seed}`).toBe('COMPLETED')
      expect(network.earned('liar')).toBe(0n)
      expect(network.coordinator.standings.get('liar')?.strikes).toHaveLength(2)
      expect(network.coordinator.incidents.every(incident => incident.worker === 'liar')).toBe(true)
    }
  })

  it('blames a liar, not the operator or the peer whose name it claims', () => {
    const network = new SimulatedNetwork(21)
    network.addWorker('w1', { taskMs: 100, operator: 'acme' })
    for (const name of ['w2', 'w3']) network.addWorker(name, { taskMs: 100 })
    network.addWorker('liar', { taskMs: 80, lies: true, operator: 'acme' })
    network.addWorker('mimic', { taskMs: 80, lies: true, operator: 'w2' })
    network.submit(simulatedJob(ID), 40)
    network.run(600_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
    for (const honest of ['w1', 'w2', 'w3']) expect(network.coordinator.standings.get(honest)?.strikes ?? []).toEqual([])
    for (const liar of ['liar', 'mimic']) expect(network.earned(liar)).toBe(0n)
  })

  it('settles a dispute by more votes when no trusted run is possible', () => {
    const network = new SimulatedNetwork(3, { platforms: [] })
    for (const name of ['w1', 'w2', 'w3']) network.addWorker(name, { taskMs: 100 })
    network.addWorker('liar', { taskMs: 80, lies: true })
    network.submit(simulatedJob(ID), 30)
    network.run(600_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
    expect(network.earned('liar')).toBe(0n)
  })

  it('leases again what a dead worker had, once its lease ended', () => {
    const network = new SimulatedNetwork(4)
    network.addWorker('w1', { taskMs: 1000 })
    network.addWorker('w2', { taskMs: 1000 })
    network.addWorker('mortal', { taskMs: 1000, diesAt: 1_004_000 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 30)
    network.run(600_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record.state).toBe('COMPLETED')
    expect(job?.record.decided).toBe(30)
  })

  it('lets idle workers take over from a straggler', () => {
    const network = new SimulatedNetwork(5)
    network.addWorker('w1', { taskMs: 100 })
    network.addWorker('w2', { taskMs: 100 })
    network.addWorker('slow', { taskMs: 60_000 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 20)
    const start = network.now
    network.run(600_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
    expect(network.now - start).toBeLessThan(30_000)
  })

  it('lets a worker that came after the last lease take over from a straggler', () => {
    const network = new SimulatedNetwork(22)
    network.addWorker('slow', { taskMs: 55_000 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    const start = network.now
    network.run(3000)
    expect(network.coordinator.jobs.get(ID)?.record.executions).toBe(1)
    network.addWorker('late', { taskMs: 100 })
    network.run(600_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
    expect(network.now - start).toBeLessThan(15_000)
    expect(network.earned('late')).toBeGreaterThan(0n)
  })

  it('fails the chunk when the app fails on two workers, and keeps nobody\'s money', () => {
    const network = new SimulatedNetwork(6)
    network.addWorker('w1', { taskMs: 100, failsWith: 'app' })
    network.addWorker('w2', { taskMs: 100, failsWith: 'app' })
    network.submit(simulatedJob(ID, { replicas: 1 }), 3)
    network.run(600_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record.state).toBe('FAILED')
    expect(job?.record.error?.message).toContain('exited with code 3')
    expect(network.earned('w1')).toBe(0n)
  })

  it('goes around a worker whose node fails', () => {
    const network = new SimulatedNetwork(7)
    network.addWorker('broken', { taskMs: 10, failsWith: 'node' })
    network.addWorker('w1', { taskMs: 100 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 10)
    network.run(600_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
  })

  it.each([
    ['NO_WORKERS', [] as string[], {}],
    ['TOO_FEW_WORKERS', ['w1'], {}]
  ])('holds a job that cannot go on, with reason %s', (code, workers, config) => {
    const network = new SimulatedNetwork(8)
    for (const name of workers) network.addWorker(name, { taskMs: 100 })
    network.submit(simulatedJob(ID, config), 3)
    network.run(10_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record.state).toBe('HELD')
    expect(job?.record.reason?.code).toBe(code)
  })

  it('holds a job whose budget is used up, and returns what is left when it is aborted', () => {
    const network = new SimulatedNetwork(9)
    network.addWorker('w1', { taskMs: 100 })
    network.submit(simulatedJob(ID, { replicas: 1 }, 250_000n), 10)
    network.run(20_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record.reason?.code).toBe('BUDGET_EXHAUSTED')
    expect(job?.record.verified).toBe(2)
    network.onCoordinator({ kind: 'abort', jobId: ID })
    expect(network.escrow(ID)).toBe(0n)
  })

  it('goes on by itself when a held job gets a worker', () => {
    const network = new SimulatedNetwork(10)
    network.submit(simulatedJob(ID, { replicas: 1 }), 3)
    network.run(5000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('HELD')
    network.addWorker('w1', { taskMs: 100 })
    network.run(60_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
  })

  it('replays a seed to the same trace', () => {
    const trace = (seed: number): string => {
      const network = new SimulatedNetwork(seed)
      for (const name of ['w1', 'w2', 'w3']) network.addWorker(name, { taskMs: 100 })
      network.addWorker('liar', { taskMs: 80, lies: true })
      network.submit(simulatedJob(ID), 20)
      network.run(600_000)
      return network.trace.digest('hex')
    }
    expect(trace(11)).toBe(trace(11))
    expect(trace(11)).not.toBe(trace(12))
  })
})
