import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadCoordinator } from '../../src/coordinator/load.ts'
import { priceCeiling } from '../../src/coordinator/auction.ts'
import { SETTLE_AFTER_MS } from '../../src/coordinator/settlement.ts'
import type { Job } from '../../src/coordinator/state.ts'
import { openStore } from '../../src/storage/index.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const HOUR = 3_600_000

function job (network: SimulatedNetwork): Job {
  const found = network.coordinator.jobs.get(ID)
  if (found === undefined) throw new Error('the job is gone')
  return found
}

describe('pay', () => {
  it('is owed when a result is verified, and made with the last chunk of the job', () => {
    const network = new SimulatedNetwork(1)
    for (const name of ['w1', 'w2']) network.addWorker(name, { taskMs: 1000 })
    network.submit(simulatedJob(ID), 10)
    network.run(5000)
    const { record, owed } = job(network)
    expect(record.verified).toBeGreaterThan(0)
    expect(record).toMatchObject({ decided: 0, spent: 0n })
    expect(owed).toBeGreaterThan(0n)
    expect(network.earned('w1')).toBe(0n)
    network.run(HOUR)
    expect(job(network).record).toMatchObject({ state: 'COMPLETED', decided: 10, verified: 10 })
    expect(network.earned('w1') + network.earned('w2')).toBe(job(network).record.spent)
    expect(job(network).owed).toBe(0n)
    expect(network.coordinator.unpaid.size).toBe(0)
  })

  it('is made after a quarter of an hour when the job takes longer', () => {
    const network = new SimulatedNetwork(2)
    network.addWorker('w1', { taskMs: 50_000 })
    network.submit(simulatedJob(ID, { replicas: 1 }, 900_000_000_000n), 100)
    network.run(SETTLE_AFTER_MS)
    expect(job(network).record.verified).toBeGreaterThan(2)
    expect(network.earned('w1')).toBe(0n)
    network.run(120_000)
    expect(job(network).record.state).toBe('RUNNING')
    expect(network.earned('w1')).toBeGreaterThan(0n)
    expect(job(network).record.decided).toBeLessThan(job(network).record.verified)
  })

  it('is made once a worker is owed half of what it lends', () => {
    const network = new SimulatedNetwork(3)
    network.addWorker('w1', { taskMs: 50_000 })
    network.submit(simulatedJob(ID, { replicas: 1, estimate: 4000 }, 900_000_000_000n), 20)
    network.run(300_000)
    expect(job(network).record.state).toBe('RUNNING')
    expect(network.earned('w1')).toBeGreaterThan(0n)
  })

  it('goes to verified results of a job that is aborted; what was not verified is not paid', () => {
    const network = new SimulatedNetwork(4)
    for (const name of ['w1', 'w2']) network.addWorker(name, { taskMs: 1000 })
    network.submit(simulatedJob(ID), 10)
    network.run(5500)
    const { owed } = job(network)
    expect(owed).toBeGreaterThan(0n)
    network.onCoordinator({ kind: 'abort', jobId: ID })
    expect(network.earned('w1') + network.earned('w2')).toBe(owed)
    expect([...network.coordinator.ledger.holds()]).toEqual([])
    expect(network.escrow(ID)).toBe(0n)
  })

  it('never comes to more than the budget, nor a chunk to more than the ceiling', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.bigInt({ min: 1n, max: 5_000_000n }), fc.integer({ min: 1, max: 3 }), (seed, budget, replicas) => {
      const network = new SimulatedNetwork(seed)
      for (const name of ['w1', 'w2', 'w3']) network.addWorker(name, { taskMs: 100 })
      network.addWorker('liar', { taskMs: 50, lies: true })
      network.submit(simulatedJob(ID, { replicas }, budget), 10)
      network.run(30_000)
      const { record } = job(network)
      expect(record.spent).toBeLessThanOrEqual(budget)
      for (const hold of network.coordinator.ledger.holds()) expect(hold.amount).toBeLessThanOrEqual(priceCeiling(job(network)))
      for (const chunk of job(network).chunks) {
        for (const attempt of chunk.attempts) expect(attempt.price).toBeLessThanOrEqual(priceCeiling(job(network)))
      }
      if (record.state !== 'COMPLETED') network.onCoordinator({ kind: 'abort', jobId: ID })
      expect(network.escrow(ID)).toBe(0n)
    }), { numRuns: 40 })
  })

  it('is still owed after a restart, and made then', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'nightshift-test-'))
    const network = new SimulatedNetwork(5)
    for (const name of ['w1', 'w2']) network.addWorker(name, { taskMs: 1000 })
    network.submit(simulatedJob(ID), 10)
    network.run(5000)
    const { owed, unpaid } = job(network)
    const store = await openStore(join(dir, 'state'))
    try {
      await store.batch(network.written(), { sync: true })
      const again = await loadCoordinator(store, { signer: network.coordinator.signer, bootId: network.coordinator.bootId }, network.coordinator.config, network.now)
      const reloaded = again.jobs.get(ID)
      expect(reloaded?.owed).toBe(owed)
      expect(reloaded?.unpaid).toEqual(unpaid)
      expect(again.unpaid).toEqual(network.coordinator.unpaid)
    } finally {
      await store.close()
      await rm(dir, { recursive: true, force: true })
    }
  })
})
