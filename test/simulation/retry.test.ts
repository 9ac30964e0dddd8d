import { describe, expect, it } from 'vitest'
import { decodeJob, encodeJob } from '../../src/coordinator/records.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'

describe('a job that ran out of time', () => {
  it('has its whole time again when it is retried, also after a restart', () => {
    const network = new SimulatedNetwork(31)
    network.submit(simulatedJob(ID, { replicas: 1, jobTimeout: 20 }), 3)
    network.run(60_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record.error?.code).toBe('NS_E_JOB_TIMEOUT')
    network.now += 600_000
    network.onCoordinator({ kind: 'retry', jobId: ID })
    const retriedAt = network.now
    if (job === undefined) throw new Error('the job is gone')
    expect(decodeJob(encodeJob(job.record), job.record.spec).startedAt).toBe(retriedAt)
    network.addWorker('w1', { taskMs: 100 })
    network.run(60_000)
    expect(job.record.state).toBe('COMPLETED')
  })

  it('counts from its creation in a record that an older version wrote', () => {
    const network = new SimulatedNetwork(32)
    network.submit(simulatedJob(ID, { replicas: 1, jobTimeout: 20 }), 3)
    delete network.coordinator.jobs.get(ID)?.record.startedAt
    network.run(30_000)
    expect(network.coordinator.jobs.get(ID)?.record.error?.code).toBe('NS_E_JOB_TIMEOUT')
  })
})

describe('a job with chunks that failed', () => {
  it('runs only these again when it is retried', () => {
    const network = new SimulatedNetwork(33, { platforms: [] })
    network.addWorker('w1', { taskMs: 100, failsWith: 'app', failures: 1, failsOn: 9 })
    network.addWorker('w2', { taskMs: 100, failsWith: 'app', failures: 1, failsOn: 9 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 10)
    network.run(60_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record.state).toBe('FAILED')
    const decided = job?.chunks.filter(chunk => chunk.state === 'DECIDED').map(chunk => chunk.index) ?? []
    network.onCoordinator({ kind: 'retry', jobId: ID })
    network.run(60_000)
    expect(job?.record.state).toBe('COMPLETED')
    expect(decided).toHaveLength(9)
    expect(decided.map(index => network.executions.get(`${ID}/${index}`))).toEqual(Array(9).fill(1))
    expect(network.executions.get(`${ID}/9`)).toBe(3)
  })
})
