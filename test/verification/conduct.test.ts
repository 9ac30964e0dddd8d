import { describe, expect, it } from 'vitest'
import { LEAST_FAULTS, UNFAIR_SHARE, faded, faultsOf, newConduct, unfairness, withDeed } from '../../src/verification/conduct.ts'
import type { Conduct, Deeds } from '../../src/verification/conduct.ts'

const WEEK = 7 * 24 * 3600 * 1000

function after (deeds: Partial<Record<keyof Deeds, number>>, now = 0): Conduct {
  return Object.entries(deeds).reduce((conduct, [deed, count]) => withDeed(conduct, deed as keyof Deeds, now, count), newConduct())
}

describe('what a worker makes of a coordinator', () => {
  it('needs a few faults, and a share of them, before it refuses', () => {
    expect(unfairness(after({ unexplained: LEAST_FAULTS - 0.1 }), 0)).toBeUndefined()
    expect(unfairness(after({ unexplained: LEAST_FAULTS }), 0)).toMatchObject({ code: 'COORDINATOR_UNFAIR', text: expect.stringContaining('refused without evidence 3') as string })
    const paid = LEAST_FAULTS / UNFAIR_SHARE - LEAST_FAULTS
    expect(unfairness(after({ unexplained: LEAST_FAULTS, paid }), 0)).toBeUndefined()
    expect(unfairness(after({ unexplained: LEAST_FAULTS, paid: paid - 1 }), 0)?.code).toBe('COORDINATOR_UNFAIR')
  })

  it('is not bought with accepted results that are never paid', () => {
    expect(unfairness(after({ accepted: 100 }), 0)).toBeUndefined()
    expect(unfairness(after({ accepted: 100, unpaid: 100 }), 0)?.code).toBe('COORDINATOR_UNFAIR')
  })

  it('minds refusals with evidence less than refusals without', () => {
    expect(faultsOf(after({ contested: 4 }))).toBe(faultsOf(after({ unexplained: 1 })))
  })

  it('minds refusals half that nobody can show by bytes, and refuses who gives no other reason', () => {
    const halves = (count: number) => Array.from({ length: count }).reduce<Conduct>(conduct => withDeed(conduct, 'unexplained', 0, 0.5), newConduct())
    expect(unfairness(halves(2 * LEAST_FAULTS - 1), 0)).toBeUndefined()
    expect(unfairness(halves(2 * LEAST_FAULTS), 0)?.code).toBe('COORDINATOR_UNFAIR')
  })

  it('takes one forged draw for enough, however much was paid', () => {
    expect(unfairness(after({ forged: 1, paid: 10_000 }), 0)?.text).toMatch(/did not draw it/)
  })

  it('fades: who behaves better is worked for again', () => {
    const bad = after({ unexplained: 4, forged: 1 })
    expect(faded(bad, WEEK)).toMatchObject({ unexplained: 2, forged: 0.5 })
    expect(unfairness(bad, WEEK - 1)).toBeDefined()
    expect(unfairness(bad, WEEK + 1)).toBeUndefined()
    expect(faded(bad, -WEEK).unexplained, 'a clock that goes back changes nothing').toBe(4)
  })
})
