import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crewsOf } from '../../src/cluster/cluster.ts'

describe('the processes of a cluster', () => {
  it('are one for each worker of a small one', () => {
    expect(crewsOf({ workers: 3, liars: 1, slow: 1 })).toEqual([
      { first: 1, count: 1, behaviour: 'honest' }, { first: 2, count: 1, behaviour: 'slow' }, { first: 3, count: 1, behaviour: 'liar' }
    ])
  })

  it('hold every worker of a large one once, only such as behave alike, and few enough', () => {
    fc.assert(fc.property(fc.integer({ min: 17, max: 100 }), fc.nat(8), fc.nat(8), (workers, liars, slow) => {
      const crews = crewsOf({ workers, liars, slow })
      expect(crews.reduce((next, { first, count }) => { expect(first).toBe(next); return next + count }, 1)).toBe(workers + 1)
      expect(crews.every(({ count }) => count >= 1 && count <= 25)).toBe(true)
      for (const [behaviour, count] of [['liar', liars], ['slow', slow]] as const) {
        expect(crews.filter(crew => crew.behaviour === behaviour).reduce((sum, crew) => sum + crew.count, 0)).toBe(count)
      }
      expect(crews.length).toBeLessThanOrEqual(8)
    }))
  })
})
