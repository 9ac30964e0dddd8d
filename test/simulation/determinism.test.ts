import { describe, expect, it } from 'vitest'
import { explainJob } from '../../src/coordinator/explain.ts'
import type { Job, JobRecord } from '../../src/coordinator/state.ts'
import type { Manifest } from '../../src/model/block.ts'
import { simulatedJob } from './jobs.ts'
import { SimulatedNetwork } from './network.ts'
import type { WorkerBehaviour } from './network.ts'

const ID = 'j-aaaaaaaaaaaaaaaa'
const FUZZY = { determinism: 'fuzzy', comparator: 'like.wasm' } as const
const CHECKED = { determinism: 'self-checked', checker: 'check.wasm' } as const

interface Given {
  readonly manifest: Partial<Manifest>
  readonly workers: Readonly<Record<string, WorkerBehaviour>>
  readonly chunks?: number
  readonly config?: Partial<JobRecord['spec']['config']>
  readonly options?: ConstructorParameters<typeof SimulatedNetwork>[1]
  readonly ms?: number
}

function run (seed: number, { manifest, workers, chunks = 40, config = {}, options, ms = 3_600_000 }: Given): { network: SimulatedNetwork, job: Job } {
  const network = new SimulatedNetwork(seed, options)
  for (const [name, behaviour] of Object.entries(workers)) network.addWorker(name, behaviour)
  network.submit(simulatedJob(ID, { replicas: undefined, ...config }, 900_000_000_000n, manifest), chunks)
  network.run(ms)
  const job = network.coordinator.jobs.get(ID)
  if (job === undefined) throw new Error('the job is gone')
  return { network, job }
}

/** Honest workers, each with bits of its own. */
function different (count: number): Record<string, WorkerBehaviour> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`w${i}`, { taskMs: 100, bits: String(i) }]))
}

function strikes (network: SimulatedNetwork): readonly string[] {
  return network.coordinator.incidents.map(({ worker }) => worker)
}

describe('a fuzzy app', () => {
  it.each([undefined, 2, 3])('counts results that are alike as the same, and pays for them (replicas %s)', replicas => {
    const { network, job } = run(1, { manifest: FUZZY, workers: different(4), config: { replicas } })
    expect(job.record).toMatchObject({ state: 'COMPLETED', verified: 40, decided: 40, disputes: 0 })
    expect(strikes(network)).toEqual([])
    expect(network.wrong(ID)).toEqual([])
    expect(Object.keys(different(4)).map(name => network.earned(name)).reduce((sum, earned) => sum + earned)).toBe(job.record.spent)
  })

  it('is run alone by proven workers, and audited', () => {
    const { job } = run(2, { manifest: FUZZY, workers: different(3), chunks: 300 })
    expect(job.record.state).toBe('COMPLETED')
    expect(job.record.executions / 300).toBeLessThan(1.6)
    expect(job.record.checks.audits).toBeGreaterThan(0)
  })

  it.each([3, 4, 5])('strikes whoever is not like the trusted run, and nobody else (seed %i)', seed => {
    const { network, job } = run(seed, { manifest: FUZZY, workers: { ...different(3), liar: { taskMs: 50, lies: true } } })
    expect(job.record.state).toBe('COMPLETED')
    expect(network.wrong(ID)).toEqual([])
    expect(strikes(network)).toEqual(['liar', 'liar'])
    expect(network.earned('liar')).toBe(0n)
  })

  it('strikes nobody for a result that its comparator cannot read, and does not pay for it', () => {
    const { network, job } = run(6, { manifest: FUZZY, workers: { ...different(3), garbler: { taskMs: 50, bits: 'g', garbles: true } } })
    expect(job.record).toMatchObject({ state: 'COMPLETED', failed: 0 })
    expect(strikes(network)).toEqual([])
    expect(network.earned('garbler')).toBe(0n)
  })

  it('fails by its own fault when its comparator gives no answer even about a trusted run', () => {
    const { network, job } = run(7, { manifest: FUZZY, workers: different(3), chunks: 3, options: { brokenExaminer: true } })
    expect(job.record.state).toBe('FAILED')
    expect(job.record.error?.message).toContain('EXAMINER_FAILED')
    expect(job.record.error?.message).toContain('like.wasm')
    expect(strikes(network)).toEqual([])
  })

  it('runs chunks again whose results cannot be fetched to be compared', () => {
    const { network, job } = run(8, { manifest: FUZZY, workers: { ...different(3), keeper: { taskMs: 50, bits: 'k', withholds: true } }, chunks: 10 })
    expect(job.record.state).toBe('COMPLETED')
    expect(strikes(network)).toEqual([])
    expect(network.earned('keeper')).toBe(0n)
  })
})

/** What a checker refuses is half of a fault of the coordinator in the eyes of the worker, unless somebody's other result was shown to it. */
function refusedByHalf (network: SimulatedNetwork, name: string): boolean {
  const { books, earnings } = network.worker(name)
  const refused = earnings.get('coordinator')?.rejected ?? 0
  const { unexplained = 0, contested = 0 } = books.get('coordinator')?.conduct ?? {}
  return refused > 0 && Math.abs(2 * unexplained + contested - refused) < 0.01
}

describe('a self-checked app', () => {
  it('runs each chunk once, and its checker is enough', () => {
    const { network, job } = run(11, { manifest: CHECKED, workers: different(3) })
    expect(job.record).toMatchObject({ state: 'COMPLETED', verified: 40, executions: 40, disputes: 0 })
    expect(network.examined).toHaveLength(40)
    expect(network.wrong(ID)).toEqual([])
  })

  it('strikes whoever gives what the checker finds wrong', () => {
    const { network, job } = run(12, { manifest: CHECKED, workers: { ...different(2), liar: { taskMs: 20, lies: true } } })
    expect(job.record.state).toBe('COMPLETED')
    expect(network.wrong(ID)).toEqual([])
    expect(strikes(network)).toEqual(['liar', 'liar'])
    expect(refusedByHalf(network, 'liar')).toBe(true)
  })

  it('strikes nobody for what the checker cannot read', () => {
    const { network, job } = run(13, { manifest: CHECKED, workers: { ...different(2), garbler: { taskMs: 20, bits: 'g', garbles: true } } })
    expect(job.record).toMatchObject({ state: 'COMPLETED', failed: 0 })
    expect(strikes(network)).toEqual([])
    expect(network.earned('garbler')).toBe(0n)
    expect(refusedByHalf(network, 'garbler')).toBe(true)
  })

  it('fails by its own fault when its checker cannot judge a trusted run', () => {
    const { network, job } = run(14, { manifest: CHECKED, workers: different(2), chunks: 3, options: { brokenExaminer: true } })
    expect(job.record.error?.message).toContain('EXAMINER_FAILED')
    expect(strikes(network)).toEqual([])
  })
})

describe('an app of one numeric class', () => {
  const ofClass = (numericClass: string, count: number): Record<string, WorkerBehaviour> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${numericClass}${i}`, { taskMs: 100, numericClass, bits: numericClass }]))

  it('compares within the class alone, so that nobody is struck for other bits', () => {
    const { network, job } = run(21, { manifest: { determinism: 'class' }, workers: { ...ofClass('a', 4), ...ofClass('b', 4) }, config: { replicas: 2 }, options: { platforms: [] } })
    expect(job.record).toMatchObject({ state: 'COMPLETED', disputes: 0 })
    expect(strikes(network)).toEqual([])
    expect(network.earned('a0') > 0n && network.earned('b0') > 0n).toBe(true)
  })

  it('would be disputed for good if it were declared bitwise', () => {
    const { job } = run(21, { manifest: {}, workers: { ...ofClass('a', 4), ...ofClass('b', 4) }, config: { replicas: 2 }, options: { platforms: [] } })
    expect(job.record.disputes).toBeGreaterThan(0)
  })

  it('catches liars within the class', () => {
    const { network, job } = run(22, { manifest: { determinism: 'class' }, workers: { ...ofClass('a', 6), liar: { taskMs: 50, numericClass: 'a', lies: true } }, options: { platforms: [] } })
    expect(job.record.state).toBe('COMPLETED')
    expect(new Set(strikes(network))).toEqual(new Set(['liar']))
  })

  it('does not ask a coordinator of another class, and begins nothing that nobody could check', () => {
    const { network, job } = run(23, { manifest: { determinism: 'class' }, workers: { ...ofClass('a', 1), ...ofClass('b', 1) }, options: { numericClass: 'c' }, ms: 30_000 })
    expect(job.record).toMatchObject({ state: 'HELD', executions: 0, reason: { code: 'NUMERIC_CLASS_DIFFERS' } })
    expect(job.record.reason?.text).toContain('1 of "a"')
    const { waiting } = explainJob(network.coordinator, job, network.now)
    expect(waiting?.code).toBe('NUMERIC_CLASS_DIFFERS')
  })

  it('is checked by a coordinator of its class; others say why they get nothing', () => {
    const { network, job } = run(24, { manifest: { determinism: 'class' }, workers: { ...ofClass('a', 1), ...ofClass('b', 1) }, options: { numericClass: 'b', bits: 'b' } })
    expect(job.record.state).toBe('COMPLETED')
    expect(network.earned('a0')).toBe(0n)
    expect(network.earned('b0') > 0n).toBe(true)
  })

  it('tells an awarded worker of a lonely class why it gets nothing', () => {
    const { network, job } = run(25, { manifest: { determinism: 'class' }, workers: { ...ofClass('a', 1), ...ofClass('b', 2) }, chunks: 400, options: { numericClass: 'b', bits: 'b' }, ms: 10_000 })
    const refused = explainJob(network.coordinator, job, network.now).refused.find(({ worker }) => worker === 'a0')
    expect(refused?.reasons.map(({ code }) => code)).toEqual(['NUMERIC_CLASS_DIFFERS'])
  })

  it('begins a chunk anew when the class it was begun in has left', () => {
    const workers = { ...ofClass('a', 1), gone: { taskMs: 100, numericClass: 'a', bits: 'a', diesAt: 1_002_900 }, ...ofClass('b', 2) }
    const { network, job } = run(26, { manifest: { determinism: 'class' }, workers, config: { replicas: 2 }, chunks: 60, options: { platforms: [] } })
    expect(job.record.state).toBe('COMPLETED')
    expect(strikes(network)).toEqual([])
  })

  it('leaves out machines that do not say their class', () => {
    const { network, job } = run(27, { manifest: { determinism: 'class' }, workers: { mute1: { taskMs: 10 }, mute2: { taskMs: 10 } }, ms: 20_000 })
    expect(job.record.state).toBe('HELD')
    expect(explainJob(network.coordinator, job, network.now).refused.flatMap(({ reasons }) => reasons.map(({ code }) => code))).toEqual(['NUMERIC_CLASS_DIFFERS', 'NUMERIC_CLASS_DIFFERS'])
  })
})

describe('an app whose results differ each time', () => {
  it('is run by the coordinator itself; strangers are told why not', () => {
    const { network, job } = run(31, { manifest: { determinism: 'none' }, workers: different(2), chunks: 5 })
    expect(job.record).toMatchObject({ state: 'COMPLETED', executions: 5 })
    expect([...network.ran.values()]).toEqual([])
    const fresh = run(31, { manifest: { determinism: 'none' }, workers: different(2), chunks: 500, ms: 5_000 })
    const { refused } = explainJob(fresh.network.coordinator, fresh.job, fresh.network.now)
    expect(refused.flatMap(({ reasons }) => reasons.map(({ code }) => code))).toEqual(['NOT_TRUSTED', 'NOT_TRUSTED'])
  })

  it('waits for a trusted worker where the coordinator cannot run it', () => {
    const { job } = run(32, { manifest: { determinism: 'none' }, workers: different(2), options: { platforms: [] }, ms: 20_000 })
    expect(job.record).toMatchObject({ state: 'HELD', reason: { code: 'NO_MATCHING_WORKER' } })
    expect(job.record.reason?.text).toContain('determinism "none"')
  })

  it('goes to trusted workers, whose results are never compared', () => {
    const network = new SimulatedNetwork(33, { platforms: [], erratic: () => true })
    for (const name of ['t1', 't2']) {
      network.addWorker(name, { taskMs: 300 });
      (network.coordinator.config.trusted as Set<string>).add(name)
    }
    network.submit(simulatedJob(ID, { replicas: undefined }, 900_000_000_000n, { determinism: 'none' }), 30)
    network.run(3_600_000)
    expect(network.coordinator.jobs.get(ID)?.record).toMatchObject({ state: 'COMPLETED', verified: 30 })
    expect(strikes(network)).toEqual([])
  })
})
