import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chanceOf } from '../../src/coordinator/chance.ts'
import { KAPPA_RANGE, calibrationFor, withMeasurement } from '../../src/market/calibration.ts'
import type { Calibrations } from '../../src/market/calibration.ts'
import { estimate, urgency } from '../../src/market/estimate.ts'
import { prefetchDepth } from '../../src/market/prefetch.ts'
import { bestOfThree } from '../../src/market/sampling.ts'

const APP = 'app:1'
const repeated = (times: number, measured: { estimatedMs: number, actualMs: number, ranMs: number, medianMs: number }): Calibrations => {
  let known: Calibrations | undefined
  for (let i = 0; i < times; i++) known = withMeasurement(known, APP, measured, i)
  return known as Calibrations
}

describe('calibration', () => {
  it('finds out who is slower than it seems, and who is slower than others', () => {
    const { kappa, pace } = calibrationFor(repeated(5, { estimatedMs: 100, actualMs: 250, ranMs: 200, medianMs: 100 }), APP)
    expect(kappa).toBeCloseTo(2.5)
    expect(pace).toBeCloseTo(2)
  })

  it('keeps κ between a half and four, whatever is measured', () => {
    const positive = fc.double({ min: 0, max: 1e9, noNaN: true })
    fc.assert(fc.property(fc.array(fc.record({ estimatedMs: positive, actualMs: positive, ranMs: positive, medianMs: positive }), { minLength: 1, maxLength: 50 }), measurements => {
      let known: Calibrations | undefined
      for (const [at, measured] of measurements.entries()) known = withMeasurement(known, APP, measured, at)
      const { kappa } = calibrationFor(known, APP)
      expect(kappa).toBeGreaterThanOrEqual(KAPPA_RANGE[0])
      expect(kappa).toBeLessThanOrEqual(KAPPA_RANGE[1])
    }))
  })

  it('forgets an accident, and follows a change', () => {
    let known = repeated(50, { estimatedMs: 100, actualMs: 100, ranMs: 100, medianMs: 100 })
    known = withMeasurement(known, APP, { estimatedMs: 100, actualMs: 10_000, ranMs: 100, medianMs: 100 }, 51)
    expect(calibrationFor(known, APP).kappa).toBeLessThan(1.31)
    for (let i = 0; i < 50; i++) known = withMeasurement(known, APP, { estimatedMs: 100, actualMs: 200, ranMs: 100, medianMs: 100 }, 52 + i)
    expect(calibrationFor(known, APP).kappa).toBeCloseTo(2, 1)
  })

  it('takes the figures of other apps while an app has none', () => {
    const known = repeated(5, { estimatedMs: 100, actualMs: 300, ranMs: 100, medianMs: 100 })
    expect(calibrationFor(known, 'other:2').kappa).toBeCloseTo(3)
    expect(calibrationFor(undefined, APP)).toMatchObject({ kappa: 1, pace: 1, samples: 0 })
  })

  it('remembers a bounded number of apps, the last ones', () => {
    let known: Calibrations | undefined
    for (let i = 0; i < 100; i++) known = withMeasurement(known, `app:${i}`, { estimatedMs: 1, actualMs: 1, ranMs: 1, medianMs: 1 }, i)
    expect(Object.keys(known?.apps ?? {})).toHaveLength(32)
    expect(known?.apps['app:99']).toBeDefined()
  })
})

describe('the expected time of a chunk', () => {
  const base = { inFlight: 0, slots: 1, workMs: 1000, inputBytes: 0, imageBytes: 0, bandwidth: 1_000_000, overheadMs: 0, kappa: 1 }

  it('is κ times queue, image, input and work', () => {
    expect(estimate(base).expectedMs).toBe(1000)
    expect(estimate({ ...base, inFlight: 2 }).expectedMs).toBe(3000)
    expect(estimate({ ...base, inFlight: 3, slots: 2 }).expectedMs).toBe(2000)
    expect(estimate({ ...base, imageBytes: 5_000_000 }).expectedMs).toBe(6000)
    expect(estimate({ ...base, inputBytes: 500_000 }).expectedMs).toBe(1500)
    expect(estimate({ ...base, inputBytes: 500_000, kappa: 2 })).toEqual({ plainMs: 1500, expectedMs: 3000 })
  })

  it('counts more as a deadline comes near', () => {
    expect(urgency(1000, undefined)).toBe(1)
    expect(urgency(1000, 10_000)).toBe(1)
    expect(urgency(1000, 250)).toBe(4)
    expect(urgency(1000, 0)).toBe(10)
  })
})

describe('the choice of one in three', () => {
  it('is the best of few, and of many never the same for all', () => {
    const chance = chanceOf('seed')
    expect(bestOfThree([], () => 0, chance)).toBe(-1)
    for (let i = 0; i < 50; i++) expect(bestOfThree([3, 1, 2], cost => cost, chance)).toBe(1)
    const chosen = new Set(Array.from({ length: 200 }, () => bestOfThree(Array.from({ length: 20 }, (_, i) => i), cost => cost, chance)))
    expect(chosen.size).toBeGreaterThan(5)
    // the two worst of twenty are never the best of three
    expect(chosen.has(19)).toBe(false)
    expect(chosen.has(18)).toBe(false)
  })

  it('draws three different ones, each as likely as any other', () => {
    fc.assert(fc.property(fc.integer({ min: 4, max: 30 }), fc.string(), (count, seed) => {
      const chance = chanceOf(seed)
      const seen: number[] = []
      bestOfThree(Array.from({ length: count }, (_, i) => i), place => { seen.push(place); return 0 }, chance)
      expect(new Set(seen).size).toBe(3)
      expect(seen.every(place => place >= 0 && place < count)).toBe(true)
    }))
    const chance = chanceOf('even')
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 5000; i++) bestOfThree([...counts.keys()], place => { counts[place] = (counts[place] ?? 0) + 1; return 0 }, chance)
    for (const count of counts) expect(Math.abs(count - 1500)).toBeLessThan(200)
  })

  it('is the same again for the same seed', () => {
    const row = (seed: string): number[] => Array.from({ length: 20 }, chanceOf(seed))
    expect(row('a')).toEqual(row('a'))
    expect(row('a')).not.toEqual(row('b'))
  })
})

describe('prefetch', () => {
  it('never gives a worker more than its share of what is left, and never nothing', () => {
    const input = fc.record({ roundTripMs: fc.double({ min: 0, max: 10_000, noNaN: true }), chunkMs: fc.double({ min: 0, max: 1e6, noNaN: true }), chunksLeft: fc.nat(100_000), workers: fc.nat(1000) })
    fc.assert(fc.property(input, given => {
      const depth = prefetchDepth(given)
      expect(depth).toBeGreaterThanOrEqual(1)
      const share = given.chunksLeft / Math.max(1, given.workers)
      expect(depth).toBeLessThanOrEqual(Math.max(1, share))
      // what takes much longer than a round trip waits at nobody
      if (given.chunkMs > 2 * given.roundTripMs) expect(depth).toBeLessThanOrEqual(Math.max(1, share / 2))
    }))
  })
})
