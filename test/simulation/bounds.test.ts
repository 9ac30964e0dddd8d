import { describe, expect, it } from 'vitest'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const GIB = 1024 ** 3

describe('a lease of more than a worker lends', () => {
  it('is declined with the figures, and nothing of it runs', () => {
    const network = new SimulatedNetwork(61, { platforms: [] })
    network.addWorker('w1', { taskMs: 100 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1, 20 * GIB)
    network.run(10_000)
    const job = network.coordinator.jobs.get(ID)
    expect(network.executions.size).toBe(0)
    expect(job?.record.state).toBe('HELD')
    expect(job?.chunks[0]?.excluded).toEqual(['w1'])
  })
})
