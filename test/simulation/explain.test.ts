import { describe, expect, it } from 'vitest'
import { Accountant } from '../../src/coordinator/account.ts'
import type { Account } from '../../src/coordinator/account.ts'
import { explainJob } from '../../src/coordinator/explain.ts'
import { KEYS } from '../../src/coordinator/keys.ts'
import { decodeChunk } from '../../src/coordinator/records.ts'
import type { Job } from '../../src/coordinator/state.ts'
import { formatByc } from '../../src/model/money.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'

function jobOf (network: SimulatedNetwork): Job {
  const job = network.coordinator.jobs.get(ID)
  if (job === undefined) throw new Error('there is no job')
  return job
}

function account (network: SimulatedNetwork): Account {
  const accountant = new Accountant(network.coordinator.self)
  for (const { key, value } of network.written()) if (key.startsWith(KEYS.chunks(ID)) && value !== undefined) accountant.add(decodeChunk(value))
  return accountant.result()
}

describe('an explanation', () => {
  it('shows, while a job runs, what each worker would cost and what came of its bid', () => {
    const network = new SimulatedNetwork(71)
    network.addWorker('cheap', { taskMs: 2000 })
    network.addWorker('dear', { taskMs: 2000, priceLevel: 2000 })
    network.addWorker('usurer', { taskMs: 2000, priceLevel: 9000 })
    network.quiet(1000)
    network.submit(simulatedJob(ID, { replicas: 1, estimate: 2 }), 1)
    network.run(1000)
    const { state, awarded, refused, times } = explainJob(network.coordinator, jobOf(network), network.now)
    expect(state).toBe('RUNNING')
    expect(awarded.map(({ worker }) => worker)).toEqual(['cheap', 'dear'])
    const [cheap, dear] = awarded
    expect(cheap).toMatchObject({ leases: 1, outcome: { kind: 'won' } })
    expect(dear).toMatchObject({ leases: 0, outcome: { kind: 'lost', term: 'price', reason: { code: 'OUTSCORED' } } })
    for (const { score } of awarded) {
      const parts = [score.price, score.time, score.failure, score.executions].reduce((sum, part) => sum + Number(part), 0)
      expect(parts).toBeCloseTo(Number(score.total), 7)
    }
    expect(refused).toEqual([{ worker: 'usurer', reasons: [expect.objectContaining({ code: 'PRICE_TOO_HIGH' })] }])
    expect(times?.RUNNING).toBeGreaterThan(0)
  })

  it('accounts for every execution, unit and second once the job is over', () => {
    const network = new SimulatedNetwork(72)
    for (const name of ['w1', 'w2', 'w3']) network.addWorker(name, { taskMs: 100 })
    network.addWorker('mortal', { taskMs: 3000, diesAt: 1_003_000 })
    network.submit(simulatedJob(ID), 30)
    network.run(600_000)
    const { record } = jobOf(network)
    expect(record.state).toBe('COMPLETED')
    const { executions, first, replicas, retries, own, runMs, verifyMs, paid, workers } = account(network)
    expect(executions).toBe(first + replicas + retries + own)
    expect(first).toBe(30)
    expect(executions - own).toBe(record.executions)
    expect(paid?.total).toBe(formatByc(record.spent))
    // each amount is rounded to a billionth of a ByteChip
    expect(workers.reduce((sum, { paid: got }) => sum + Number(got), 0)).toBeCloseTo(Number(formatByc(record.spent)), 8)
    expect(paid?.results).toBeGreaterThanOrEqual(60)
    expect(workers.find(({ worker }) => worker === 'mortal')?.lost).not.toEqual({})
    expect(runMs).toBeGreaterThanOrEqual(60 * 100)
    expect(verifyMs).toBeGreaterThan(0)
    const explained = explainJob(network.coordinator, jobOf(network), network.now + 1_000_000)
    expect(explained.awarded).toEqual([])
    const times = Object.values(explained.times ?? {}).reduce((sum, ms) => sum + ms, 0)
    expect(times).toBe((record.endedAt ?? 0) - record.createdAt)
  })
})
