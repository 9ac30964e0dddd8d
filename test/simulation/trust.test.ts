import { describe, expect, it } from 'vitest'
import { appClass } from '../../src/verification/app-class.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'
import type { WorkerBehaviour } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const NEXT = 'j-bbbbbbbbbbbbbbbb'

function network (seed: number, workers: Readonly<Record<string, WorkerBehaviour>>, trusted: readonly string[], platforms = ['wasm']): SimulatedNetwork {
  const net = new SimulatedNetwork(seed, { trusted, platforms })
  for (const [name, behaviour] of Object.entries(workers)) net.addWorker(name, behaviour)
  return net
}

function run (net: SimulatedNetwork, chunks: number, config: object = {}, id = ID) {
  net.submit(simulatedJob(id, { replicas: undefined, ...config }, 90_000_000_000n), chunks)
  net.run(3_600_000)
  const job = net.coordinator.jobs.get(id)
  if (job === undefined) throw new Error('the job is gone')
  return job
}

const FAST = { taskMs: 50 }

describe('who may get chunks', () => {
  it('open: anyone', () => {
    const net = network(1, { w1: FAST, friend: FAST }, ['friend'])
    expect(run(net, 40).record.state).toBe('COMPLETED')
    for (const name of ['w1', 'friend']) expect(net.ran.get(name), name).toBeGreaterThan(0)
  })

  it('verified: workers proven for this app, and those that are trusted', () => {
    const net = network(2, { proven: FAST, friend: FAST }, ['friend'])
    run(net, 120)
    net.addWorker('stranger', FAST)
    expect(run(net, 60, { trust: 'verified' }, NEXT).record.state).toBe('COMPLETED')
    expect(net.ran.get('stranger') ?? 0).toBe(0)
    expect(net.executions.size).toBe(180)
  })

  it('private: those that are trusted, also when others are proven', () => {
    const net = network(3, { proven: FAST, friend: FAST }, ['friend'])
    run(net, 120)
    const before = net.ran.get('proven') ?? 0
    expect(run(net, 30, { trust: 'private' }, NEXT).record).toMatchObject({ state: 'COMPLETED' })
    expect(net.ran.get('proven')).toBe(before)
  })

  it('local: nobody, also who is trusted', () => {
    const net = network(4, { friend: FAST }, ['friend'])
    expect(run(net, 5, { trust: 'local' }).record.state).toBe('COMPLETED')
    expect([...net.ran]).toEqual([])
  })
})

describe('a trusted worker', () => {
  it('is believed, and one result in a hundred is run again', () => {
    const net = network(5, { friend: FAST }, ['friend'])
    const { record } = run(net, 500)
    expect(record).toMatchObject({ state: 'COMPLETED', disputes: 0 })
    expect(record.checks.audits).toBeGreaterThan(0)
    expect(record.checks.audits).toBeLessThan(16)
    expect(record.executions).toBe(500 + record.checks.audits)
  })

  it('that turns bad is found out, struck with evidence, trusted no more, and what it said is run again', () => {
    const net = network(6, { friend: { taskMs: 50, lies: ({ ran }) => ran >= 100 } }, ['friend'])
    net.submit(simulatedJob(ID, { replicas: undefined, trust: 'private' }, 90_000_000_000n), 1000)
    net.run(120_000)
    const [incident] = net.coordinator.incidents
    expect(incident).toMatchObject({ worker: 'friend', reason: { code: 'WRONG_RESULT' }, evidence: { accused: { worker: 'friend' }, witness: { worker: 'coordinator' } } })
    expect(net.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'HELD', reason: { code: 'NO_MATCHING_WORKER' } })
    net.coordinator.jobs.get(ID)?.chunks.forEach(({ attempts }) => {
      // what the coordinator's own run agreed with is right, and stays
      expect(attempts.filter(({ state }) => state === 'VERIFIED').map(({ worker }) => worker)).not.toEqual(['friend'])
    })
  })

  it('that turns bad does not have honest workers struck', () => {
    const net = network(9, { friend: { taskMs: 50, lies: ({ ran }) => ran >= 20 }, w1: FAST, w2: FAST }, ['friend'])
    run(net, 100)
    expect(net.coordinator.incidents.map(({ worker }) => worker)).toContain('friend')
    expect(new Set(net.coordinator.incidents.map(({ worker }) => worker)).size).toBe(1)
    expect(net.wrong(ID).length).toBeLessThan(30)
  })

  it('is not audited where the coordinator cannot run the app', () => {
    const net = network(7, { friend: FAST }, ['friend'], [])
    const { record } = run(net, 300)
    expect(record).toMatchObject({ state: 'COMPLETED', executions: 300 })
  })
})

describe('trust in a worker for an app', () => {
  it('is not had under the name of another app', () => {
    const net = network(8, { w1: FAST, w2: FAST }, [])
    const easy = run(net, 120)
    const hard = simulatedJob(NEXT, { replicas: undefined, trust: 'verified' })
    const { app } = hard.spec
    const files = [{ path: 'app.wasm', size: 1, sha256: 'c'.repeat(64) }]
    net.submit({ ...hard, spec: { ...hard.spec, app: { ...app, files } } }, 5)
    net.run(60_000)
    expect(net.coordinator.jobs.get(NEXT)?.record).toMatchObject({ state: 'HELD', executions: 0 })
    expect(easy.appClass).not.toBe(net.coordinator.jobs.get(NEXT)?.appClass)
  })

  it('stays with a new version of the same code, and goes with another image', () => {
    const { app } = simulatedJob(ID).spec
    const newer = { ...app, manifest: { ...app.manifest, version: '2.0', description: 'better words' }, hash: 'd'.repeat(64) }
    expect(appClass(newer)).toBe(appClass(app))
    expect(appClass(app, 'e'.repeat(64))).not.toBe(appClass(app))
    expect(appClass({ ...app, manifest: { ...app.manifest, entrypoint: 'other.wasm' } })).not.toBe(appClass(app))
  })
})
