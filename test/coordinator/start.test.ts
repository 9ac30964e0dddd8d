import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { step } from '../../src/coordinator/core.ts'
import { Turn } from '../../src/coordinator/turn.ts'
import { Bench } from './support.ts'

describe('the start of a coordinator', () => {
  let bench: Bench
  beforeEach(async () => { bench = await Bench.open() })
  afterEach(async () => { await bench.close() })

  it('takes no lease from a worker that could not be heard while it lasted', async () => {
    const { state } = bench.services
    const [loadedAt, ttl] = [1_000_000, state.config.leaseTtlMs]
    const job = await bench.job('j-open', 'RUNNING', await bench.put('input'))
    const chunk = job.chunks[0] ?? expect.fail()
    Object.assign(chunk, { state: 'ACTIVE', epoch: 1 })
    chunk.attempts.push({ epoch: 1, worker: 'w1', group: 'w1', trusted: false, price: 1n, holdId: '', leasedAt: loadedAt, ahead: 0, state: 'RUNNING', expiresAt: loadedAt + ttl })
    job.active.add(0)
    const startedAt = loadedAt + 3 * ttl
    step(new Turn(state, startedAt), { kind: 'start' })
    step(new Turn(state, startedAt + ttl - 1), { kind: 'tick' })
    expect(chunk.attempts).toMatchObject([{ worker: 'w1', state: 'RUNNING' }])
  })

  it('waits for results that were late when it went away until their workers are back', async () => {
    const { state } = bench.services
    const [storedAt, startedAt] = [1_000_000, 1_600_000]
    const job = await bench.job('j-open', 'RUNNING', await bench.put('input'))
    const chunk = job.chunks[0] ?? expect.fail()
    Object.assign(chunk, { state: 'VERIFIED', epoch: 2, value: 'aa', storedAt })
    const attempt = { group: 'g', trusted: false, price: 1n, holdId: '', leasedAt: storedAt - 5000, ahead: 0, expiresAt: storedAt + 10_000 }
    chunk.attempts.push({ ...attempt, epoch: 1, worker: 'w1', state: 'VERIFIED', value: 'aa' }, { ...attempt, epoch: 2, worker: 'w2', state: 'COMMITTED', commitment: 'bb' })
    job.late.add(0)
    step(new Turn(state, startedAt), { kind: 'start' })
    step(new Turn(state, startedAt + 30_000), { kind: 'tick' })
    step(new Turn(state, startedAt + 30_000), { kind: 'peer-up', peer: 'w2', role: 'worker' })
    const turn = new Turn(state, startedAt + 30_000)
    step(turn, { kind: 'message', peer: 'w2', message: { resume: { incarnation: state.incarnation, live: [{ attempt: { jobId: 'j-open', chunk: 0, epoch: 2 }, state: 'COMMITTED', progress: 0 }] } } })
    expect([...turn.reveals.values()]).toMatchObject([{ worker: 'w2', items: [{ chunk: 0, epoch: 2 }] }])
    step(new Turn(state, startedAt + 36_000), { kind: 'tick' })
    expect(chunk.attempts).toMatchObject([{ state: 'VERIFIED' }, { state: 'RECALLED' }])
    expect(job.late.size).toBe(0)
  })
})
