import { describe, expect, it } from 'vitest'
import { adoptReceipts } from '../../src/coordinator/fencing.ts'
import { channelOf, postedTo } from '../../src/coordinator/channels.ts'
import { Turn } from '../../src/coordinator/turn.ts'
import { proofOf } from '../../src/ledger/equivocation.ts'
import { UNITS_PER_BYC } from '../../src/model/money.ts'
import { bookOf } from '../../src/worker/books.ts'
import { outstandingOf } from '../../src/worker/credit.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const JOB = 'j-aaaaaaaaaaaaaaaa'

function network (seed: number, workers = 3): SimulatedNetwork {
  const net = new SimulatedNetwork(seed)
  for (let i = 1; i <= workers; i++) net.addWorker(`w${i}`, { taskMs: 100 * i })
  return net
}

describe('receipts in a whole network', () => {
  it.each([1, 2, 3])('pay every worker what was posted to it, and leave nothing owed (seed %i)', seed => {
    const net = network(seed)
    net.submit(simulatedJob(JOB), 30)
    net.run(600_000)
    net.quiet(5000)
    expect(net.coordinator.jobs.get(JOB)?.record.state).toBe('COMPLETED')
    for (const [name, { state }] of net.workers) {
      const channel = channelOf(net.coordinator, name)
      expect(net.earned(name), name).toBeGreaterThan(0n)
      expect(channel).toMatchObject({ owed: [], unacked: [], cumulative: net.earned(name), acked: { receipt: { hash: bookOf(state, 'coordinator').channel.hash } } })
      expect(bookOf(state, 'coordinator').channel.cumulative).toBe(postedTo(net.coordinator, name))
      expect(state.earnings.get('coordinator')?.amount).toBe(net.earned(name))
      expect(outstandingOf(state, 'coordinator')).toEqual({ exposure: 0n, unpaid: 0, promised: 0n })
      expect(state.attempts.size).toBe(0)
    }
  })

  it('are sent again, the same bytes, to a worker they have not reached', () => {
    const net = network(4)
    net.submit(simulatedJob(JOB), 20)
    net.withholdReceipts = true
    net.run(600_000)
    const sent = channelOf(net.coordinator, 'w1')
    expect(sent.unacked.length).toBeGreaterThan(0)
    const bodies = sent.unacked.map(receipt => receipt.body)
    net.withholdReceipts = false
    net.reconnect('w1')
    net.quiet(1000)
    const kept = bookOf(net.worker('w1'), 'coordinator').channel.kept.map(receipt => receipt.body)
    expect(kept).toEqual(expect.arrayContaining(bodies.slice(-kept.length)))
    expect(channelOf(net.coordinator, 'w1').unacked).toEqual([])
  })
})

describe('a coordinator that does not pay', () => {
  it('loses its workers at the limit of their credit, is asked to settle before, and has them back once it has paid', () => {
    const net = network(5, 2)
    net.withholdReceipts = true
    const dear = { estimate: 900, taskTimeout: 3600 }
    net.submit(simulatedJob(JOB, dear, 200n * UNITS_PER_BYC), 40)
    net.run(120_000)
    for (const name of ['w1', 'w2']) {
      const { exposure } = outstandingOf(net.worker(name), 'coordinator')
      expect(exposure).toBeGreaterThan(UNITS_PER_BYC / 2n)
      expect(exposure).toBeLessThanOrEqual(UNITS_PER_BYC)
      expect(net.coordinator.workers.get(name)?.settleAsked).toBe(true)
    }
    const job = net.coordinator.jobs.get(JOB)
    expect([...job?.explanations.values() ?? []].flat().map(why => why.code)).toContain('CREDIT_LIMIT')
    expect(job?.record.decided).toBeLessThan(40)
    net.withholdReceipts = false
    for (const name of ['w1', 'w2']) net.reconnect(name)
    net.run(600_000)
    expect(job?.record.state).toBe('COMPLETED')
  })
})

describe('a coordinator whose books are an old copy', () => {
  it('is told the truth, leases nothing, and goes on only when the operator says so', () => {
    const before = network(6)
    before.submit(simulatedJob(JOB), 20)
    before.run(600_000)
    before.quiet(5000)
    const truth = new Map([...before.workers].map(([name, { state }]) => [name, bookOf(state, 'coordinator').channel]))

    const after = new SimulatedNetwork(7, { incarnation: 1 })
    for (const [name, { state }] of before.workers) after.takeWorker(name, state, { taskMs: 100 })
    after.submit(simulatedJob('j-bbbbbbbbbbbbbbbb'), 5)
    after.run(10_000)
    const job = after.coordinator.jobs.get('j-bbbbbbbbbbbbbbbb')
    expect(after.coordinator.ahead.size).toBe(3)
    expect(job?.record.executions).toBe(0)
    expect(job?.record).toMatchObject({ state: 'HELD', reason: { code: 'COORDINATOR_BEHIND' } })
    for (const name of truth.keys()) expect(channelOf(after.coordinator, name).seq).toBe(0)

    after.onCoordinator({ kind: 'adopt-receipts' })
    expect(() => { adoptReceipts(new Turn(after.coordinator, after.now)) }).toThrow('nothing to adopt')
    for (const [name, channel] of truth) expect(after.earned(name)).toBe(channel.cumulative)
    after.run(600_000)
    after.quiet(5000)
    expect(job?.record.state).toBe('COMPLETED')
    for (const [name, channel] of truth) expect(channelOf(after.coordinator, name).seq).toBeGreaterThanOrEqual(channel.seq)
  })

  it('that is the same start under another boot id is refused by name', () => {
    const before = network(8)
    before.quiet(1000)
    const after = new SimulatedNetwork(9, { incarnation: 1 })
    for (const [name, { state }] of before.workers) after.takeWorker(name, state, { taskMs: 100 })
    after.quiet(1000)
    expect([...after.coordinator.workers.values()].map(worker => worker.refusal?.code)).toEqual(['TWO_COORDINATORS', 'TWO_COORDINATORS', 'TWO_COORDINATORS'])
    expect(after.superseded).toEqual([])
  })

  it('and older start ends itself; a later one is obeyed', () => {
    const before = new SimulatedNetwork(10, { incarnation: 5 })
    before.addWorker('w1', { taskMs: 100 })
    before.quiet(1000)
    const older = new SimulatedNetwork(11, { incarnation: 4 })
    older.takeWorker('w1', before.worker('w1'), { taskMs: 100 })
    older.quiet(1000)
    expect(older.superseded).toContain(5)
    expect(older.coordinator.workers.get('w1')?.refusal?.code).toBe('STALE_INCARNATION')
    const later = new SimulatedNetwork(12, { incarnation: 6 })
    later.takeWorker('w1', before.worker('w1'), { taskMs: 100 })
    later.quiet(1000)
    expect(later.superseded).toEqual([])
    expect(later.coordinator.workers.get('w1')?.offer).toBeDefined()
  })
})

describe('a coordinator that signs two receipts of one number', () => {
  it('is refused for good, and everybody is told', () => {
    const net = network(13)
    net.submit(simulatedJob(JOB), 10)
    net.run(600_000)
    net.quiet(5000)
    const fork = network(14)
    fork.submit(simulatedJob('j-cccccccccccccccc'), 10)
    fork.run(600_000)
    fork.quiet(5000)
    const [ours, theirs] = [bookOf(net.worker('w1'), 'coordinator').channel.kept[0], bookOf(fork.worker('w1'), 'coordinator').channel.kept[0]]
    if (ours === undefined || theirs === undefined) throw new Error('no receipt was kept')
    net.deliver('w1', { receipt: { body: new Uint8Array(Buffer.from(theirs.body)), signature: new Uint8Array(Buffer.from(theirs.signature, 'hex')), countersignature: new Uint8Array() } })
    net.quiet(1000)
    expect(bookOf(net.worker('w1'), 'coordinator').proof).toEqual(proofOf(ours, theirs))
    expect(net.coordinator.workers.get('w1')?.refusal?.code).toBe('EQUIVOCATION')
    const other = network(15)
    other.quiet(1000)
    const proof = bookOf(net.worker('w1'), 'coordinator').proof
    if (proof === undefined) throw new Error('no proof was kept')
    other.tell('w1', proof)
    other.quiet(1000)
    expect(other.coordinator.accused.get('coordinator')).toEqual(proof)
    expect(other.coordinator.incidents.map(incident => incident.reason.code)).toEqual(['EQUIVOCATION'])
    for (const name of ['w2', 'w3']) expect(bookOf(other.worker(name), 'coordinator').proof, name).toEqual(proof)
  })
})
