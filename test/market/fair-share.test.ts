import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairQueue, equalShares } from '../../src/market/fair-share.ts'

describe('equal shares of slots', () => {
  it('give everything away while anybody wants it, and nobody less than an equal share that it wants', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 64 }), fc.array(fc.nat(100), { minLength: 1, maxLength: 12 }), (slots, wanted) => {
      const wants = new Map(wanted.map((want, i) => [`c${i}`, want]))
      const shares = equalShares(slots, wants)
      const sum = [...shares.values()].reduce((a, b) => a + b, 0)
      expect(sum).toBe(Math.min(slots, wanted.reduce((a, b) => a + b, 0)))
      for (const [key, want] of wants) {
        expect(shares.get(key)).toBeLessThanOrEqual(want)
        expect(shares.get(key)).toBeGreaterThanOrEqual(Math.min(want, Math.floor(slots / wants.size)))
      }
    }))
  })
})

/** A machine of so many slots: runs of each party take as long as it says, one after the other as the queue decides. */
function play (slots: number, parties: Map<string, { runMs: number, from: number, until: number }>, forMs: number): { given: Map<string, number>, idleMs: number } {
  const queue = new FairQueue()
  const given = new Map([...parties.keys()].map(key => [key, 0]))
  const running: { key: string, endsAt: number, charged: number }[] = []
  let now = 0
  let idleMs = 0
  while (now < forMs) {
    const waiting = [...parties].filter(([, { from, until }]) => now >= from && now < until).map(([key]) => key)
    queue.attend(new Set([...waiting, ...running.map(({ key }) => key)]))
    while (running.length < slots) {
      const key = queue.next(waiting)
      if (key === undefined) break
      running.push({ key, endsAt: now + (parties.get(key)?.runMs ?? 1), charged: queue.begin(key) })
    }
    if (running.length < slots && waiting.length > 0) idleMs++
    const next = Math.min(...running.map(({ endsAt }) => endsAt), ...[...parties.values()].flatMap(({ from, until }) => [from, until]).filter(at => at > now), forMs)
    now = next
    for (const run of running.filter(({ endsAt }) => endsAt <= now)) {
      running.splice(running.indexOf(run), 1)
      queue.end(run.key, run.charged, parties.get(run.key)?.runMs ?? 1)
      given.set(run.key, (given.get(run.key) ?? 0) + (parties.get(run.key)?.runMs ?? 1))
    }
  }
  return { given, idleMs }
}

describe('the queue for a machine\'s time', () => {
  it('gives everyone as much of it however long their runs are, and leaves no slot idle', () => {
    const party = fc.integer({ min: 10, max: 2000 })
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.array(party, { minLength: 2, maxLength: 5 }), (slots, runs) => {
      const forMs = 400_000
      const { given, idleMs } = play(slots, new Map(runs.map((runMs, i) => [`c${i}`, { runMs, from: 0, until: forMs }])), forMs)
      const equal = forMs * slots / runs.length
      // nobody is further from an equal share than by the runs that are under way
      for (const time of given.values()) expect(Math.abs(time - equal)).toBeLessThan(2 * slots * Math.max(...runs) * runs.length)
      expect(idleMs).toBe(0)
    }), { numRuns: 50 })
  })

  it('lends what nobody else wants, and takes it back when somebody comes, who has saved nothing up', () => {
    const { given } = play(2, new Map([['old', { runMs: 100, from: 0, until: 60_000 }], ['new', { runMs: 100, from: 30_000, until: 60_000 }]]), 60_000)
    // alone for half of the time, shared for the other half
    expect(given.get('old')).toBeGreaterThan(88_000)
    expect(given.get('old')).toBeLessThan(92_000)
    expect(given.get('new')).toBeGreaterThan(28_000)
  })
})
