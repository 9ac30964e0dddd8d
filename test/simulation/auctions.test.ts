import { describe, expect, it } from 'vitest'
import { viewAuctions } from '../../src/worker/auctions.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'

describe('what a worker is told of an auction', () => {
  it('is that it won, or on what it lost and by how much', () => {
    const network = new SimulatedNetwork(31)
    network.addWorker('cheap', { taskMs: 100 })
    network.addWorker('dear', { taskMs: 100, priceLevel: 1500 })
    network.addWorker('usurer', { taskMs: 100, priceLevel: 5000 })
    network.quiet(1000)
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    network.run(60_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('COMPLETED')
    const [cheap, dear, usurer] = ['cheap', 'dear', 'usurer'].map(name => viewAuctions(network.worker(name)).find(({ round }) => round === 1))
    expect(cheap).toMatchObject({ state: 'won', job: ID, asked: { chunks: 1 } })
    expect(dear).toMatchObject({ state: 'lost', lostOn: { term: 'price' }, reason: { code: 'OUTSCORED' } })
    expect(dear?.lostOn?.perMille).toBeGreaterThan(0)
    // it knows the limit, so it does not bid
    expect(usurer).toMatchObject({ state: 'no-bid', reason: { code: 'PRICE_TOO_HIGH' } })
  })

  it('is kept for a bounded number of jobs, one record each', () => {
    const network = new SimulatedNetwork(32)
    network.addWorker('dear', { taskMs: 100, priceLevel: 5000 })
    network.quiet(1000)
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    network.quiet(20_000)
    expect(viewAuctions(network.worker('dear'))).toHaveLength(1)
    expect(viewAuctions(network.worker('dear'))[0]?.times).toBeGreaterThan(3)
    const announce = { jobId: '', round: 1, workMs: 1, chunksPending: 1, trust: 'open', maxPrice: 0n, deadline: 0, appHash: '', appName: '', requirements: {
      platform: 'wasm', minCores: 0, minMemoryMiB: 0, minDiskMiB: 0, gpus: [], isolation: 'process', network: 'none', gpuCount: 0, arch: '', runtime: '', image: ''
    } }
    for (let i = 0; i < 300; i++) network.deliver('dear', { announce: { ...announce, jobId: `j-${String(i).padStart(16, 'a').replaceAll(/[0189]/g, 'b')}${i}` } })
    expect(viewAuctions(network.worker('dear'))).toHaveLength(200)
  })
})
