import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawAudits, drawProblem, drawnNumber, lotHash, lotOf } from '../../src/verification/audit.ts'
import type { BatchMember } from '../../src/verification/audit.ts'

const JOB = 'j-aaaaaaaaaaaaaaaa'
const RATES = { least: 0.05, most: 0.25 }

interface Batch { readonly lots: readonly Uint8Array[], readonly members: readonly BatchMember[], readonly numbers: readonly number[] }

function batchOf (commitments: readonly Uint8Array[], seed = 'seed'): Batch {
  const lots = commitments.map((_, chunk) => lotOf(seed, { jobId: JOB, chunk, epoch: 1 }))
  return { lots, members: commitments.map((commitment, i) => ({ commitment, lotHash: lotHash(lots[i] as Uint8Array) })), numbers: commitments.map((commitment, i) => drawnNumber(lots[i] as Uint8Array, commitment)) }
}

const commitments = fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 64, comparator: (a, b) => Buffer.compare(a, b) === 0 })
const rate = fc.double({ min: 0.05, max: 0.25, noNaN: true })

describe('the draw of a batch', () => {
  it('is found right by its worker, for every share that is allowed', () => {
    fc.assert(fc.property(commitments, rate, (all, share) => {
      const { lots, members, numbers } = batchOf(all)
      const drawn = [...drawAudits(numbers, share)]
      expect(drawn.length).toBe(Math.max(1, Math.ceil(share * all.length - 1e-9)))
      expect(drawProblem(members, lots, drawn, RATES)).toBeUndefined()
    }))
  })

  it('is found wrong when another result was audited, when a lot is another, or when too much or too little was', () => {
    fc.assert(fc.property(commitments.filter(all => all.length > 8), rate, fc.nat(), (all, share, pick) => {
      const { lots, members, numbers } = batchOf(all)
      const drawn = [...drawAudits(numbers, share)]
      const others = all.map((_, place) => place).filter(place => !drawn.includes(place))
      const swapped = [...drawn.slice(1), others[pick % others.length] as number]
      expect(drawProblem(members, lots, swapped, RATES)).toMatch(/did not draw it/)
      expect(drawProblem(members, lots, drawn.map(() => drawn[0] as number), RATES) === undefined).toBe(drawn.length === 1)
      const place = pick % lots.length
      const forged = lots.map((lot, i) => i === place ? lotOf('other seed', { jobId: JOB, chunk: i, epoch: 1 }) : lot)
      expect(drawProblem(members, forged, drawn, RATES)).toMatch(/not the one its lease/)
      expect(drawProblem(members, lots, all.map((_, i) => i), RATES)).toMatch(/may be/)
      expect(drawProblem(members, lots, [], RATES)).toMatch(/may be/)
      expect(drawProblem(members, lots.slice(1), drawn, RATES)).toMatch(/lots for/)
    }))
  })

  it('of a result does not depend on which others are in its batch, so that nobody steers it by forming batches', () => {
    fc.assert(fc.property(commitments.filter(all => all.length > 2), fc.nat(), (all, cut) => {
      const { numbers } = batchOf(all)
      const part = numbers.slice(0, 2 + cut % (all.length - 1))
      const order = (of: readonly number[]): readonly number[] => [...of].sort((a, b) => a - b)
      expect(order(numbers).filter(number => part.includes(number))).toEqual(order(part))
    }))
  })

  it('falls on every place equally often', () => {
    const counts = new Array<number>(10).fill(0)
    for (let seed = 0; seed < 2000; seed++) {
      const { numbers } = batchOf(counts.map((_, i) => new Uint8Array(32).fill(i)), String(seed))
      for (const place of drawAudits(numbers, 0.25)) counts[place] = (counts[place] ?? 0) + 1
    }
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(100)
  })
})
