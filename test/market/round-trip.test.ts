import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prefetchDepth } from '../../src/market/prefetch.ts'
import { withLease } from '../../src/market/round-trip.ts'

/** A worker of one slot that runs chunks one after the other, leased at each commit to the depth its coordinator gives it; how long its slot stood idle, and the last depth. */
function feed (roundTripMs: number, chunkMs: number, chunks: number): { readonly idleMs: number, readonly depth: number } {
  const way = roundTripMs / 2
  let [known, depth, slotEnds, slotFreeAt, idleMs] = [0, 1, 0, 0, 0]
  const leases: number[] = [0]
  for (let i = 0; i < chunks; i++) {
    const leasedAt = leases.shift() ?? 0
    const begins = Math.max(slotEnds, leasedAt + way)
    if (i >= chunks / 2) idleMs += begins - slotEnds
    slotEnds = begins + chunkMs
    const committedAt = slotEnds + way
    known = withLease(known, { leasedAt, slotFreeAt, committedAt, ranMs: chunkMs })
    slotFreeAt = committedAt
    depth = prefetchDepth({ roundTripMs: known, chunkMs, chunksLeft: 100_000, workers: 1 })
    while (leases.length < depth) leases.push(committedAt)
  }
  return { idleMs: idleMs / (chunks / 2), depth }
}

describe('the round trip of leases', () => {
  it('is learned from slots that stood idle, so that they hardly do', () => {
    fc.assert(fc.property(fc.double({ min: 1, max: 300, noNaN: true }), fc.double({ min: 100, max: 2000, noNaN: true }), (roundTripMs, chunkMs) => {
      expect(feed(roundTripMs, chunkMs, 400).idleMs).toBeLessThan(0.1 * chunkMs)
    }))
  })

  it('does not grow by waiting behind other leases, and keeps long chunks at one ahead', () => {
    expect(feed(1, 100, 1000).depth).toBe(2)
    expect(feed(60, 10_000, 1000).depth).toBe(2)
  })
})
