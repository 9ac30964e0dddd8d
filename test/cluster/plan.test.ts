import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { behavioursOf, checkChaos, coordinatorFaultsOf, faultsOf } from '../../src/cluster/chaos/plan.ts'
import type { Cast, ChaosOptions, Fault } from '../../src/cluster/chaos/plan.ts'
import { verdictOf } from '../../src/cluster/chaos/report.ts'
import type { ChaosReport } from '../../src/cluster/chaos/report.ts'

const NOBODY: Cast = { liar: 0, 'on-off': 0, secretive: 0, flaky: 0, slow: 0, partitioned: 0, killed: 0, frozen: 0 }
const QUIET: ChaosOptions = { seed: 1, workers: 3, cast: NOBODY, coordinatorKills: 0, latencyMs: 0, jitterMs: 0, bandwidth: 0, resetsPerMinute: 0, durationMs: 60_000 }

function first (count: number, faults: Iterable<Fault>): Fault[] {
  const taken: Fault[] = []
  for (const fault of faults) if (taken.push(fault) === count) break
  return taken
}

describe('a plan of faults', () => {
  it('is the same for the same seed, whatever else is planned, and another for another seed or worker', () => {
    const plan = (seed: number, name: string): Fault[] => first(20, faultsOf(seed, name, 'partitioned'))
    expect(plan(7, 'worker-1')).toEqual(plan(7, 'worker-1'))
    expect(plan(7, 'worker-1')).not.toEqual(plan(8, 'worker-1'))
    expect(plan(7, 'worker-1')).not.toEqual(plan(7, 'worker-2'))
    expect(new Set(first(60, faultsOf(7, 'worker-1', 'partitioned')).map(({ directions }) => directions.join()))).toEqual(new Set(['forth,back', 'forth', 'back']))
  })

  it('hurts only those it is meant for, every one of them soon and then again and again, within bounds', () => {
    expect(first(1, faultsOf(1, 'worker-1', 'liar'))).toEqual([])
    expect(first(10, coordinatorFaultsOf(1, 3))).toHaveLength(3)
    fc.assert(fc.property(fc.nat(), fc.constantFrom('partitioned' as const, 'killed' as const, 'frozen' as const), (seed, behaviour) => {
      const [soon, ...later] = first(30, faultsOf(seed, 'worker-1', behaviour))
      expect(soon?.waitMs).toBeLessThanOrEqual(3000)
      expect(later).toHaveLength(29)
      for (const { waitMs, lastsMs } of later) {
        expect(waitMs).toBeGreaterThanOrEqual(3000)
        expect(lastsMs).toBeLessThanOrEqual(15_000)
      }
    }))
  })

  it('gives every worker one behaviour, the honest ones first', () => {
    expect(behavioursOf({ workers: 5, cast: { ...NOBODY, liar: 1, frozen: 2 } })).toEqual(['honest', 'honest', 'liar', 'frozen', 'frozen'])
  })

  it.each([
    ['more faults than workers', { cast: { ...NOBODY, liar: 2, killed: 2 } }, 'a cluster of 3 workers, 4 of them with a fault'],
    ['no workers', { workers: 0 }, 'a cluster of 0 workers'],
    ['latency beyond reason', { latencyMs: 50_000, jitterMs: 20_000 }, '70000 ms'],
    ['no end', { durationMs: 1e9 }, 'faults of 1000000 s']
  ])('is refused with %s', (_, change, why) => {
    expect(() => { checkChaos({ ...QUIET, ...change }) }).toThrow(why)
    expect(() => { checkChaos(QUIET) }).not.toThrow()
  })
})

describe('the verdict on a run', () => {
  const job = { state: 'COMPLETED', chunks: { total: 4, done: 4, failed: 0, active: 0 } }
  const whole = {
    seed: 1, job, workers: [], coordinator: { kills: 0, deaths: 0 }, time: { ms: 1 }, faults: [],
    comparison: { compared: 4, wrong: [], erratic: [], sameOutput: true }, books: { entries: 1, issued: '1', problems: [] }
  } as unknown as ChaosReport
  const row = { name: 'worker-1', suffered: { deaths: 1 } }

  it.each([
    ['right', {}, undefined],
    ['wrong', { comparison: { ...whole.comparison, wrong: [2] }, books: { ...whole.books, problems: ['a hold is left'] } }, '1 wrong results were accepted: of chunks 2'],
    ['wrong', { comparison: { ...whole.comparison, sameOutput: false } }, 'the assembled output is not that of the reference'],
    ['job-failed', { job: { ...job, state: 'FAILED', error: { code: 'NS_E_CHUNK_FAILED', message: 'no cheese' } } }, 'the job failed: NS_E_CHUNK_FAILED: no cheese'],
    ['error', { job: { ...job, state: 'HELD', reason: { text: 'nobody is there' } } }, 'the job did not end: held, 4 of 4 chunks; nobody is there'],
    ['error', { books: { ...whole.books, problems: ['a hold is left'] } }, 'a hold is left'],
    ['error', { comparison: { ...whole.comparison, erratic: [1] } }, 'the app gives other results each time (chunks 1)'],
    ['error', { comparison: { ...whole.comparison, compared: 0 } }, 'no result could be compared'],
    ['error', { workers: [{ ...row, behaviour: 'honest' }] }, 'worker-1 died 1 times although nobody killed it'],
    ['right', { workers: [{ ...row, behaviour: 'flaky' }] }, undefined]
  ])('is %s', (end, change, why) => {
    const verdict = verdictOf({ ...whole, ...change } as unknown as ChaosReport)
    expect(verdict.end).toBe(end)
    if (why === undefined) expect(verdict.reasons).toEqual([])
    else expect(verdict.reasons[0]).toContain(why)
  })
})
