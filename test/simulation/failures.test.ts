import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { escrowAccount, peerAccount } from '../../src/ledger/accounts.ts'
import { backoff } from '../../src/coordinator/backoff.ts'
import { explainJob } from '../../src/coordinator/explain.ts'
import { simulatedJob } from './jobs.ts'
import { CIRCUIT_OPEN_MS, newStanding } from '../../src/verification/reputation.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'

describe('the end of a job', () => {
  it('gives back what a defect left reserved, and says so', () => {
    const network = new SimulatedNetwork(61)
    network.submit(simulatedJob(ID), 3)
    const { ledger } = network.coordinator
    const holdId = createHash('sha256').update('leaked').digest('hex')
    ledger.apply({
      key: 'leak', at: network.now, incarnation: 1,
      transfers: [{ kind: 'hold', holdId, debit: escrowAccount(ID), credit: peerAccount('w1'), amount: 5n, ref: {} }]
    })
    network.onCoordinator({ kind: 'abort', jobId: ID })
    expect(ledger.account(escrowAccount(ID)).debitsPending).toBe(0n)
    expect(network.escrow(ID)).toBe(0n)
    expect(network.notes).toContainEqual(expect.stringMatching(/a defect/))
  })

  it('finds nothing left reserved when all went well', () => {
    const network = new SimulatedNetwork(62)
    for (const name of ['w1', 'w2']) network.addWorker(name, { taskMs: 1000 })
    network.submit(simulatedJob(ID), 10)
    network.run(5000)
    network.onCoordinator({ kind: 'abort', jobId: ID })
    expect(network.coordinator.ledger.account(escrowAccount(ID)).debitsPending).toBe(0n)
    expect(network.notes.join()).not.toMatch(/a defect/)
  })
})

describe('a failure', () => {
  it('of the way to a worker is not held against it: it gets the chunk again, after a while', () => {
    const network = new SimulatedNetwork(63, { platforms: [] })
    network.addWorker('far', { taskMs: 100, failsWith: 'transport', failures: 2 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    const start = network.now
    network.run(120_000)
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'COMPLETED', executions: 3 })
    expect(network.now - start).toBeGreaterThan(15_000)
    expect(network.coordinator.standings.get('far')).toMatchObject({ strikes: [], failedJobs: [] })
  })

  it('of the way every time ends: the worker is asked four times', () => {
    const network = new SimulatedNetwork(64, { platforms: [] })
    network.addWorker('far', { taskMs: 100, failsWith: 'transport' })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    network.run(3_600_000)
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'HELD', executions: 4 })
  })

  it('of a chunk on nodes of three operators fails the chunk', () => {
    const network = new SimulatedNetwork(65, { platforms: [] })
    for (const name of ['a1', 'a2', 'a3']) network.addWorker(name, { taskMs: 100, failsWith: 'node', operator: 'acme' })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    network.run(60_000)
    expect(network.coordinator.jobs.get(ID)?.record.state).toBe('HELD')
    for (const name of ['b', 'c']) network.addWorker(name, { taskMs: 100, failsWith: 'node' })
    network.run(60_000)
    const record = network.coordinator.jobs.get(ID)?.record
    expect(record?.state).toBe('FAILED')
    expect(record?.error?.message).toMatch(/three different operators/)
  })

  it('of a node on three jobs opens its circuit; later one chunk at a time shows whether it works again', () => {
    const network = new SimulatedNetwork(66, { platforms: [] })
    network.addWorker('sick', { taskMs: 1000, failsWith: 'node', failures: 3 })
    const ids = ['a', 'b', 'c', 'd'].map(letter => `j-${letter.repeat(16)}`)
    for (const id of ids) network.submit(simulatedJob(id, { replicas: 1 }), 1)
    network.run(CIRCUIT_OPEN_MS / 2)
    expect(network.coordinator.standings.get('sick')?.failedJobs).toHaveLength(3)
    const last = [...network.coordinator.jobs.values()].find(job => job.record.executions === 0)
    expect(last?.record).toMatchObject({ state: 'HELD', reason: { code: 'CIRCUIT_OPEN', text: expect.stringMatching(/tried again in/) as string } })
    network.run(CIRCUIT_OPEN_MS)
    expect(last?.record.state).toBe('COMPLETED')
    expect(network.coordinator.standings.get('sick')?.failedJobs).toEqual([])
  })

  it('to say anything of its leases gives a worker ever longer pauses from the job, until it comes to a result', () => {
    const network = new SimulatedNetwork(67, { platforms: [] })
    let silent = true
    network.addWorker('deaf', { get taskMs () { return silent ? 1_000_000 : 100 }, isSilent: () => silent })
    network.submit(simulatedJob(ID, { replicas: 1 }), 5)
    const job = network.coordinator.jobs.get(ID) ?? expect.fail()
    network.run(600_000)
    // three at once, then after about 1, 2 and 4 minutes
    expect(job.record.executions).toBeGreaterThanOrEqual(5)
    expect(job.record.executions).toBeLessThanOrEqual(7)
    expect(job.record).toMatchObject({ state: 'HELD', reason: { code: 'LEASES_EXPIRED' } })
    expect(explainJob(network.coordinator, job, network.now).refused).toMatchObject([{ worker: 'deaf', reasons: [{ code: 'LEASES_EXPIRED', text: expect.stringMatching(/may have one again in \d+ s/) as string }] }])
    silent = false
    network.run(1_000_000)
    expect(job.record).toMatchObject({ state: 'COMPLETED', verified: 5 })
    expect(job.expiries.size).toBe(0)
  })

  it('makes its chunk wait, twice as long each time, within bounds', () => {
    const policy = { firstMs: 100, mostMs: 1000 }
    expect([1, 2, 3, 4, 5, 60].map(failures => backoff(policy, failures, 0.5))).toEqual([100, 200, 400, 800, 1000, 1000])
    expect([0, 0.999].map(random => backoff(policy, 2, random))).toEqual([100, 300])
  })
})

describe('a chunk that is declined over and over', () => {
  it('keeps only the last of it in its record', () => {
    const network = new SimulatedNetwork(67, { platforms: [] })
    network.addWorker('w1', { taskMs: 10_000 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    const chunk = network.coordinator.jobs.get(ID)?.chunks[0]
    let declined = 0
    for (let i = 0; i < 200 && declined < 30; i++) {
      network.run(250)
      const live = chunk?.attempts.find(attempt => attempt.state === 'LEASED' || attempt.state === 'RUNNING')
      if (live === undefined) continue
      declined++
      const attempt = { jobId: ID, chunk: 0, epoch: live.epoch }
      network.onCoordinator({ kind: 'message', peer: 'w1', message: { decline: { attempt, reason: { code: 'BUSY', text: 'no room' } } } })
    }
    expect(declined).toBeGreaterThan(10)
    expect(chunk?.attempts.length).toBeLessThanOrEqual(9)
  })
})

describe('a job that nobody may run', () => {
  it('is held because everyone is banned', () => {
    const network = new SimulatedNetwork(68, { platforms: [] })
    network.addWorker('liar', { taskMs: 100 })
    network.coordinator.standings.set('liar', { ...newStanding('liar'), strikes: [network.now, network.now] })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    network.run(10_000)
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'HELD', reason: { code: 'BANNED', text: expect.stringMatching(/of 1 connected.*2 wrong results.*node list/) as string } })
  })

  it('is held because every bid is over its ceiling', () => {
    const network = new SimulatedNetwork(69, { platforms: [] })
    network.addWorker('dear', { taskMs: 100 })
    const record = simulatedJob(ID, { replicas: 1, maxPrice: '0' })
    network.submit({ ...record, maxPrice: 1n }, 1)
    network.run(20_000)
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'HELD', reason: { code: 'PRICE_TOO_HIGH' } })
  })
})
