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
})
