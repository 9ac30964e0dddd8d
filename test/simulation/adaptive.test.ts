import { describe, expect, it } from 'vitest'
import { isSuspect } from '../../src/coordinator/suspicion.ts'
import type { Job } from '../../src/coordinator/state.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'
import type { WorkerBehaviour } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const ADAPTIVE = { replicas: undefined }

function run (seed: number, workers: Readonly<Record<string, WorkerBehaviour>>, chunks: number, { platforms = ['wasm'], config = {} }: { platforms?: readonly string[], config?: object } = {}): { network: SimulatedNetwork, job: Job } {
  const network = new SimulatedNetwork(seed, { platforms })
  for (const [name, behaviour] of Object.entries(workers)) network.addWorker(name, behaviour)
  network.submit(simulatedJob(ID, { ...ADAPTIVE, ...config }, 900_000_000_000n), chunks)
  network.run(3_600_000)
  const job = network.coordinator.jobs.get(ID)
  if (job === undefined) throw new Error('the job is gone')
  return { network, job }
}

function honest (count: number, taskMs = 100): Record<string, WorkerBehaviour> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`w${i}`, { taskMs }]))
}

describe('checks that follow from what is known of the workers', () => {
  it('cost little over two executions at first, and little over one once workers are proven', () => {
    const { network, job } = run(1, honest(4), 400)
    expect(job.record).toMatchObject({ state: 'COMPLETED', verified: 400, decided: 400, disputes: 0 })
    const first = job.record.executions / 400
    expect(first).toBeLessThan(1.4)
    expect(job.record.checks.batches).toBeGreaterThan(0)
    expect(job.record.checks.audits).toBeGreaterThan(0)
    const again = 'j-bbbbbbbbbbbbbbbb'
    network.submit(simulatedJob(again, ADAPTIVE, 90_000_000_000n), 400)
    network.run(3_600_000)
    const { record } = network.coordinator.jobs.get(again) ?? job
    expect(record.state).toBe('COMPLETED')
    expect(record.executions / 400).toBeLessThan(1.2)
    expect(record.executions / 400).toBeLessThan(first)
  })

  it('work with one worker that nobody but the coordinator can check', () => {
    const { network, job } = run(2, honest(1), 60)
    expect(job.record).toMatchObject({ state: 'COMPLETED', verified: 60 })
    expect(network.earned('w0')).toBe(job.record.spent)
    expect(network.earned('w0') > 0n).toBe(true)
  })

  it.each([1, 2, 3, 4, 5])('catch a worker that turns bad once it is proven, and take back what nobody checked (seed %i)', seed => {
    const { network, job } = run(seed, { ...honest(4), traitor: { taskMs: 100, lies: ({ ran }) => ran >= 60 } }, 600)
    expect(job.record.state).toBe('COMPLETED')
    expect(network.coordinator.incidents.some(({ worker }) => worker === 'traitor')).toBe(true)
    expect(network.coordinator.incidents.every(({ worker }) => worker === 'traitor')).toBe(true)
    expect(job.record.checks.backtracked).toBeGreaterThan(0)
    expect(network.wrong(ID)).toEqual([])
  })

  it('ban a newcomer that lies, before it is ever alone', () => {
    const { network, job } = run(7, { ...honest(3), liar: { taskMs: 50, lies: true } }, 100)
    expect(job.record.state).toBe('COMPLETED')
    expect(network.wrong(ID)).toEqual([])
    expect(network.earned('liar')).toBe(0n)
    expect(network.coordinator.standings.get('liar')?.strikes).toHaveLength(2)
  })

  it('do not believe two strangers that tell the same lie', () => {
    const { network, job } = run(8, { ...honest(4), a: { taskMs: 50, lies: true, coalition: 'x' }, b: { taskMs: 50, lies: true, coalition: 'x' } }, 100)
    expect(job.record.state).toBe('COMPLETED')
    expect(network.wrong(ID)).toEqual([])
    expect(network.earned('a') + network.earned('b')).toBe(0n)
  })

  it('go by votes where no trusted run is possible', () => {
    const { network, job } = run(9, { ...honest(6), liar: { taskMs: 50, lies: true } }, 100, { platforms: [] })
    expect(job.record.state).toBe('COMPLETED')
    expect(network.wrong(ID)).toEqual([])
    expect(network.earned('liar')).toBe(0n)
  })

  it('hold a job before anything is run when its workers could not be believed', () => {
    const { job } = run(10, honest(3), 20, { platforms: [] })
    expect(job.record).toMatchObject({ state: 'HELD', executions: 0, reason: { code: 'TOO_FEW_WORKERS' } })
    expect(run(10, honest(3), 20, { platforms: [], config: { confidence: 98 } }).job.record.state).toBe('COMPLETED')
  })

  it('need more passes the surer a job wants to be', () => {
    const sure = run(11, honest(4), 400, { config: { confidence: 99.9 } }).job.record
    const loose = run(11, honest(4), 400, { config: { confidence: 95 } }).job.record
    expect(sure.state).toBe('COMPLETED')
    expect(sure.executions).toBeGreaterThan(loose.executions)
  })

  it.each([
    ['local', 0, 'COMPLETED', undefined],
    ['private', 3, 'HELD', 'NOT_TRUSTED'],
    ['verified', 3, 'HELD', 'NOT_ESTABLISHED']
  ] as const)('keep a job with trust %s from %i strangers', (trust, strangers, state, code) => {
    const { network, job } = run(12, honest(strangers), 5, { config: { trust } })
    expect(job.record.state).toBe(state)
    if (code !== undefined) expect(job.record.reason?.text).toContain(`--trust ${trust}`)
    expect([...network.ran.values()]).toEqual([])
  })

  it('do not give a chunk up because strangers say that it fails', () => {
    const spoilers = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`s${i}`, { taskMs: 20, failsWith: i % 2 === 0 ? 'app' as const : 'node' as const }]))
    const { network, job } = run(14, { ...honest(3), ...spoilers }, 60)
    expect(job.record).toMatchObject({ state: 'COMPLETED', failed: 0 })
    expect(network.wrong(ID)).toEqual([])
  })

  it('strike nobody for an app that gives something else each time', () => {
    const network = new SimulatedNetwork(13, { erratic: chunk => chunk % 4 === 0 })
    for (const [name, behaviour] of Object.entries(honest(5))) network.addWorker(name, behaviour)
    network.submit(simulatedJob(ID, ADAPTIVE, 900_000_000_000n), 300)
    network.run(3_600_000)
    const job = network.coordinator.jobs.get(ID)
    expect(job?.record.state).toBe('COMPLETED')
    expect(isSuspect(job?.record ?? never())).toBe(true)
    for (const standing of network.coordinator.standings.values()) expect(standing.strikes, standing.peer).toEqual([])
  })
})

function never (): never {
  throw new Error('the job is gone')
}
