import { describe, expect, it } from 'vitest'
import { rulesOf } from '../../src/worker/owner/settings.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'

describe('a worker whose owner needs the machine', () => {
  it('gives back what it has not begun, and gets the same chunks again when it goes on', () => {
    const network = new SimulatedNetwork(81, { platforms: [] })
    network.addWorker('w1', { taskMs: 3000 })
    network.onWorker('w1', { kind: 'owner', news: { rules: rulesOf({ profile: 'always' }) } })
    network.submit(simulatedJob(ID, { replicas: 1, estimate: 0.001 }), 200)
    network.run(10)
    const view = network.coordinator.workers.get('w1')
    if (view !== undefined) view.overheadMs = 100
    network.run(500)
    const { state } = network.workers.get('w1') ?? {}
    expect([...state?.attempts.values() ?? []].map(attempt => attempt.state)).toContain('QUEUED')
    network.onWorker('w1', { kind: 'owner', news: { command: { kind: 'pause', release: false } } })
    network.run(1000)
    expect([...state?.attempts.values() ?? []].map(attempt => attempt.state)).not.toContain('QUEUED')
    network.onWorker('w1', { kind: 'owner', news: { command: null } })
    network.run(900_000)
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'COMPLETED', verified: 200 })
  })

  it('may give back a chunk it had begun as often as it must: that is no failure of the chunk', () => {
    const network = new SimulatedNetwork(82, { platforms: [] })
    network.addWorker('w1', { taskMs: 4000 })
    network.submit(simulatedJob(ID, { replicas: 1 }), 1)
    for (let times = 0; times < 8; times++) {
      const attempts = network.workers.get('w1')?.state.attempts
      for (let i = 0; i < 100 && attempts?.size === 0; i++) network.run(100)
      const [[key] = ['']] = attempts ?? []
      expect(key, `after ${times} times`).not.toBe('')
      const why = { code: 'MACHINE_IN_USE', text: 'the machine is in use' } as const
      network.onWorker('w1', { kind: 'task-done', key, content: [], result: { ok: false, failureClass: 'transport', code: 'CANCELLED', message: why.text, exitCode: 0, stderrTail: '', usage: { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0 }, givenBack: why } })
    }
    network.run(60_000)
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'COMPLETED', failed: 0 })
    expect(network.coordinator.standings.get('w1')).toMatchObject({ strikes: [], failedJobs: [] })
  })

  it('works again for a coordinator that was unwanted for a while', () => {
    const network = new SimulatedNetwork(83, { platforms: [] })
    network.addWorker('w1', { taskMs: 100 })
    network.run(1000)
    network.onWorker('w1', { kind: 'owner', news: { rules: rulesOf({ profile: 'always', coordinators: { deny: ['coordinator'] } }) } })
    network.submit(simulatedJob(ID, { replicas: 1 }), 3)
    network.run(20_000)
    expect(network.coordinator.workers.get('w1')?.refusal?.code).toBe('OWNER_DENIES')
    network.onWorker('w1', { kind: 'owner', news: { rules: rulesOf({ profile: 'always' }) } })
    network.run(60_000)
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'COMPLETED', verified: 3 })
  })

  it.each([['stays connected', false], ['comes back later', true]])('shows what it is bound to, and is paid, for a coordinator its owner wants no more work of, when it %s', (_, comesBack) => {
    const network = new SimulatedNetwork(84, { platforms: [] })
    network.addWorker('w1', { taskMs: 3000, operator: 'a' })
    network.addWorker('w2', { taskMs: 9000, operator: 'b' })
    // two are compared, so the first one's result is not asked for before the second one's is there
    network.submit(simulatedJob(ID, { replicas: 2 }), 4)
    const { state } = network.workers.get('w1') ?? {}
    const states = (): readonly string[] => [...state?.attempts.values() ?? []].map(attempt => attempt.state)
    for (let i = 0; i < 200 && !states().includes('COMMITTED'); i++) network.run(50)
    expect(states()).toContain('COMMITTED')
    network.onWorker('w1', { kind: 'owner', news: { rules: rulesOf({ profile: 'always', coordinators: { deny: ['coordinator'] } }) } })
    expect(states()).not.toContain('QUEUED')
    const begun = states().length
    if (comesBack) network.reconnect('w1')
    // whoever else the job needs to be compared with
    network.addWorker('w3', { taskMs: 3000, operator: 'c' })
    network.run(100_000)
    expect(network.coordinator.workers.get('w1')?.refusal?.code).toBe('OWNER_DENIES')
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'COMPLETED', verified: 4 })
    expect(state?.earnings.get('coordinator')?.accepted).toBe(begun)
  })
})
