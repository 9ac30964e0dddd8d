import { describe, expect, it } from 'vitest'
import { owesResults } from '../../src/worker/drain.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'

describe('a draining worker', () => {
  it('gives back at once what it has not begun, and finishes and commits what runs', () => {
    const network = new SimulatedNetwork(41)
    network.addWorker('w1', { taskMs: 3000 })
    network.submit(simulatedJob(ID, { replicas: 1, estimate: 0.001 }), 200)
    network.run(10)
    const view = network.coordinator.workers.get('w1')
    if (view !== undefined) view.overheadMs = 100
    network.run(500)
    const state = network.workers.get('w1')?.state
    const held = [...state?.attempts.values() ?? []].map(({ id, state: at }) => ({ id, state: at }))
    const running = held.filter(attempt => attempt.state === 'RUNNING')
    expect(held.length).toBeGreaterThan(running.length)
    network.onWorker('w1', { kind: 'drain' })
    network.addWorker('w2', { taskMs: 1 })
    network.run(400)
    const job = network.coordinator.jobs.get(ID)
    const declined = held.filter(attempt => attempt.state === 'QUEUED')
    const again = declined.filter(({ id }) => (job?.chunks[id.chunk]?.epoch ?? 0) > id.epoch || job?.chunks[id.chunk]?.state === 'DECIDED')
    expect(again.length).toBeGreaterThan(0)
    expect(network.coordinator.workers.get('w1')?.inFlight.size).toBe(running.length)
    network.run(60_000)
    expect(job?.record.state).toBe('COMPLETED')
    expect(network.earned('w1')).toBeGreaterThan(0n)
    expect(state !== undefined && owesResults(state)).toBe(false)
  })
})
