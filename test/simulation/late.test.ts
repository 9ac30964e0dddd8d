import { describe, expect, it } from 'vitest'
import { KEYS } from '../../src/coordinator/keys.ts'
import { decodeChunk } from '../../src/coordinator/records.ts'
import type { Attempt } from '../../src/coordinator/state.ts'
import { Turn } from '../../src/coordinator/turn.ts'
import { strike } from '../../src/coordinator/verdict.ts'
import { reason } from '../../src/model/reasons.ts'
import { riskOfOne } from '../../src/verification/risk.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'
import type { WorkerBehaviour } from './network.ts'
import { readReceipt, receiptOf } from './receipt.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
/** A copy of the only chunk is leased after about two seconds. */
const LATE_MS = 10_000

/** One chunk, a worker that is late with it, and an idle one that gets the copy and is done `apart` ms after, or before, it. */
function race (apart: number, first: Partial<WorkerBehaviour> = {}, second: Partial<WorkerBehaviour> = {}, platforms = ['wasm']): SimulatedNetwork {
  const network = new SimulatedNetwork(70 + apart, { platforms })
  network.addWorker('first', { taskMs: LATE_MS, ...first })
  network.submit(simulatedJob(ID, { replicas: 1 }), 1)
  network.run(1500)
  network.addWorker('second', { taskMs: LATE_MS - 2300 + apart, ...second })
  network.run(600_000)
  return network
}

function attempts (network: SimulatedNetwork): readonly Attempt[] {
  const text = network.written().find(({ key }) => key === KEYS.chunk(ID, 0))?.value
  return text === undefined ? [] : decodeChunk(text).attempts
}

const APART = Array.from({ length: 60 }, (_, i) => i * 4 - 120)

describe('the copy of a late chunk', () => {
  it('is paid when it matches, also when it was bound to its result but had not shown it when the chunk was decided', () => {
    let both = 0
    for (const apart of APART) {
      const network = race(apart)
      const job = network.coordinator.jobs.get(ID)
      expect(job?.record).toMatchObject({ state: 'COMPLETED', executions: 2, disputes: 0 })
      const [a, b] = [network.earned('first'), network.earned('second')]
      expect(a + b).toBe(job?.record.spent)
      if (a > 0n && b > 0n) {
        both++
        for (const name of ['first', 'second']) expect(network.coordinator.standings.get(name)?.passes, name).toBe(1)
      }
      for (const attempt of attempts(network)) expect(attempt.commitment === undefined || attempt.state === 'SETTLED', `${attempt.worker}, ${apart} ms apart, is ${attempt.state}`).toBe(true)
    }
    expect(both).toBeGreaterThan(0)
  })

  it('is in the receipt as it is in the books, and the chunk is the surer for it', async () => {
    const both: number[] = []
    for (const apart of APART) {
      const network = race(apart)
      const { statement, chunks: [line] } = readReceipt(await receiptOf(network, ID))
      expect(BigInt(statement.paid)).toBe(network.coordinator.jobs.get(ID)?.record.spent)
      const paid = new Map(statement.workers.map(({ peer, paid }) => [peer, BigInt(paid)]))
      for (const name of ['first', 'second']) expect(paid.get(name) ?? 0n, `${name}, ${apart} ms apart`).toBe(network.earned(name))
      expect(line?.by).toHaveLength(paid.size)
      expect(line?.verified).toMatchObject({ groups: paid.size, how: paid.size === 2 ? 'agreed' : 'single', risk: paid.size === 2 ? expect.any(Number) : riskOfOne(0) })
      if (paid.size === 2) both.push(line?.verified?.risk ?? Infinity)
      expect(statement.risk).toBe(network.coordinator.jobs.get(ID)?.record.risk)
    }
    expect(both.length).toBeGreaterThan(0)
    expect(Math.max(...both)).toBeLessThan(riskOfOne(0))
  })

  it('sends a chunk that was decided for a lie to the referee, whichever was first', () => {
    const disputes = new Set<number>()
    for (const apart of APART) {
      const network = race(apart, { lies: true })
      const job = network.coordinator.jobs.get(ID)
      expect(job?.record.state).toBe('COMPLETED')
      if (network.earned('first') > 0n && network.earned('second') > 0n) expect.unreachable('a lie and the truth are both paid')
      if (job?.record.disputes === 0) continue
      disputes.add(apart)
      expect(network.wrong(ID)).toEqual([])
      expect(network.earned('first')).toBe(0n)
      expect(network.earned('second')).toBeGreaterThan(0n)
      expect(network.coordinator.incidents.map(({ worker }) => worker)).toEqual(['first'])
    }
    expect(disputes.size).toBeGreaterThan(0)
  })

  it('leaves the first result whole when it is the liar that goes, before the referee has spoken', () => {
    const lost: (string | undefined)[] = []
    for (const apart of APART) {
      const network = new SimulatedNetwork(70 + apart)
      network.addWorker('first', { taskMs: LATE_MS })
      network.submit(simulatedJob(ID, { replicas: 1 }), 1)
      network.run(1500)
      network.addWorker('second', { taskMs: LATE_MS - 2300 + apart, lies: true })
      const job = network.coordinator.jobs.get(ID)
      for (let i = 0; i < 20_000 && job?.record.disputes === 0 && job.record.state === 'RUNNING'; i++) network.run(1)
      const contradicted = job?.chunks[0]?.attempts.find(({ state, worker }) => state === 'REVEALED' && worker === 'first')
      if (contradicted === undefined) continue
      const turn = new Turn(network.coordinator, network.now)
      for (const epoch of [8, 9]) strike(turn, { at: network.now, worker: 'second', jobId: ID, chunk: 0, epoch, reason: reason('WRONG_RESULT', 'of another job') })
      network.run(600_000)
      expect(job?.record).toMatchObject({ state: 'COMPLETED' })
      lost.push(network.written().find(({ key }) => key === KEYS.result(ID, 0))?.value)
    }
    expect(lost.length).toBeGreaterThan(0)
    expect(lost).not.toContain('[]')
  })

  it('does not hold the job up when it is never shown', () => {
    let late = 0
    for (const apart of APART) {
      const network = race(apart, {}, { hides: true })
      const job = network.coordinator.jobs.get(ID)
      expect(job?.record.state).toBe('COMPLETED')
      expect(network.earned('second')).toBe(0n)
      expect((job?.record.endedAt ?? 0) - 1_000_000).toBeLessThan(LATE_MS + 3500)
      if (network.earned('first') > 0n && (network.ran.get('second') ?? 0) > 0) late++
    }
    expect(late).toBeGreaterThan(0)
  })

  it('is never more than the budget pays for', () => {
    const network = new SimulatedNetwork(75)
    network.addWorker('first', { taskMs: LATE_MS })
    network.submit(simulatedJob(ID, { replicas: 1 }, 150_000n), 1)
    network.run(1500)
    network.addWorker('second', { taskMs: 100 })
    network.run(600_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record).toMatchObject({ state: 'COMPLETED', executions: 1 })
    expect(job?.record.spent).toBeLessThanOrEqual(150_000n)
  })
})
