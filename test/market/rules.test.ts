import { describe, expect, it } from 'vitest'
import { closeRound, openRound, roundIsOver, withBid, withRefusal } from '../../src/market/auction.ts'
import { prefetchDepth } from '../../src/market/prefetch.ts'
import { chunkPrice } from '../../src/market/pricing.ts'
import { mismatches } from '../../src/market/requirements.ts'
import { lossAgainst, scoreTerms, total } from '../../src/market/scoring.ts'
import { isStraggler } from '../../src/market/speculation.ts'
import type { OfferView, RequirementsView } from '../../src/model/offer.ts'
import { UNITS_PER_BYC, formatByc, parseByc, tariff } from '../../src/model/money.ts'

const offer: OfferView = {
  seq: 1, slotsFree: 1, slotsTotal: 1, cores: 2, memoryMiB: 2048, diskMiB: 1000, gpus: ['NVIDIA A100'], platforms: ['wasm'],
  isolation: 'namespaces', runtimes: ['runsc'], egress: false, priceLevel: 1000, operator: '', cpuModel: 'x', arch: 'x64', numericClass: '', bandwidth: 0, speed: 0, validUntil: 0
}
const needs: RequirementsView = { platform: 'wasm', minCores: 1, minMemoryMiB: 512, minDiskMiB: 0, gpus: [], isolation: 'process', network: 'none', gpuCount: 0, arch: '', runtime: '', image: '' }

describe('matching', () => {
  it('fits what is enough', () => {
    expect(mismatches(needs, offer)).toEqual([])
    expect(mismatches({ ...needs, gpus: ['a100'], isolation: 'namespaces' }, offer)).toEqual([])
  })

  it.each([
    [{ platform: 'docker' }, 'PLATFORM_MISSING'],
    [{ minCores: 4 }, 'CORES_TOO_FEW'],
    [{ minMemoryMiB: 4096 }, 'MEMORY_TOO_SMALL'],
    [{ minDiskMiB: 2000 }, 'DISK_TOO_SMALL'],
    [{ gpus: ['H100'] }, 'GPU_MISSING'],
    [{ gpus: ['a100', 'a100'] }, 'GPU_MISSING'],
    [{ gpuCount: 2 }, 'GPU_MISSING'],
    [{ arch: 'arm64' }, 'ARCH_MISMATCH'],
    [{ runtime: 'kata' }, 'RUNTIME_MISSING'],
    [{ isolation: 'container' as const }, 'ISOLATION_TOO_WEAK'],
    [{ network: 'egress' }, 'NETWORK_REFUSED']
  ])('says why %j does not fit, with the figures', (wanted, code) => {
    const [reason] = mismatches({ ...needs, ...wanted }, offer)
    expect(reason?.code).toBe(code)
    expect(reason?.text).toMatch(/offers|gives/)
  })
})

describe('prices', () => {
  it('charge one ByteChip for an hour of one core and one GiB', () => {
    expect(tariff(1, 1024) * 3_600_000n).toBe(UNITS_PER_BYC)
    expect(chunkPrice(needs, 3_600_000, 1000)).toBe(UNITS_PER_BYC)
    expect(chunkPrice(needs, 3_600_000, 500)).toBe(UNITS_PER_BYC / 2n)
  })

  it('are read and written as decimal text', () => {
    for (const text of ['0', '1', '2.5', '0.000277778', '123456']) expect(formatByc(parseByc(text))).toBe(text)
    expect(() => parseByc('-1')).toThrow('not an amount')
    expect(() => parseByc('1e9')).toThrow('not an amount')
  })
})

describe('an auction round', () => {
  const bid = (worker: string, price: bigint) => ({ worker, price, slots: 1, chunkMs: 100, validUntil: 0 })

  it('ends when everyone asked has answered, or in time', () => {
    let round = openRound(1, 0, ['a', 'b', 'c'])
    round = withBid(round, bid('a', 10n), 100n)
    round = withRefusal(round, 'b', { code: 'BUSY', text: 'busy' })
    expect(roundIsOver(round, 100)).toBe(false)
    expect(roundIsOver(round, 2000)).toBe(true)
    expect(roundIsOver(withBid(round, bid('c', 20n), 100n), 100)).toBe(true)
  })

  const byPrice = (entry: { price: bigint }) => ({ price: Number(entry.price), time: 0, failure: 0, executions: 0 })

  it('ranks by expected cost, says who is needed, and gives everyone else a reason', () => {
    let round = openRound(1, 0, ['dear', 'cheap', 'silent', 'over'])
    round = withBid(round, bid('dear', 90n), 100n)
    round = withBid(round, bid('cheap', 10n), 100n)
    round = withBid(round, bid('over', 150n), 100n)
    round = withBid(round, bid('uninvited', 1n), 100n)
    const { ranking, refusals, outcomes } = closeRound(round, byPrice, 1)
    expect(ranking.map(entry => entry.worker)).toEqual(['cheap', 'dear'])
    expect(refusals.get('over')?.text).toMatch(/^asks 0\.\d+ BYC a chunk, the job pays at most 0\.\d+ BYC$/)
    expect([...refusals].map(([worker, { code }]) => [worker, code])).toEqual([['over', 'PRICE_TOO_HIGH'], ['silent', 'NO_ANSWER']])
    expect(Object.fromEntries(outcomes)).toEqual({
      cheap: { kind: 'won' },
      dear: { kind: 'lost', loss: { term: 'price', byUnits: 80, byPerMille: 8000 } },
      over: { kind: 'too-dear', byUnits: 50n, byPerMille: 500 }
    })
    expect(closeRound(round, byPrice, 0).outcomes.get('cheap')).toEqual({ kind: 'unneeded' })
    expect(closeRound(round, byPrice, 2).outcomes.get('dear')).toEqual({ kind: 'won' })
  })

  it('prefers, at one price, who is faster and fails less', () => {
    const base = { price: 100, expectedMs: 1000, failureChance: 0.1, executions: 1, valuePerMs: 0.1 }
    const score = (change: Partial<typeof base> = {}): number => total(scoreTerms({ ...base, ...change }))
    expect(score()).toBeCloseTo(100 + 100 + 0.1 * 200)
    expect(score({ expectedMs: 500 })).toBeLessThan(score())
    expect(score({ failureChance: 0.5 })).toBeGreaterThan(score())
  })

  it('names the term on which a bid lost, and by how much', () => {
    const best = { price: 100, expectedMs: 1000, failureChance: 0, executions: 1, valuePerMs: 0.1 }
    const against = (change: Partial<typeof best>) => lossAgainst(scoreTerms({ ...best, ...change }), scoreTerms(best))
    expect(against({ price: 150 })).toEqual({ term: 'price', byUnits: 50, byPerMille: 250 })
    expect(against({ expectedMs: 3000 })).toEqual({ term: 'time', byUnits: 200, byPerMille: 1000 })
    expect(against({ failureChance: 0.5 })).toEqual({ term: 'failure', byUnits: 100, byPerMille: 500 })
    expect(against({ executions: 2 })).toEqual({ term: 'executions', byUnits: 100, byPerMille: 500 })
  })
})

describe('prefetch and speculation', () => {
  it('keeps one lease for long chunks, more for short ones, few near the end', () => {
    expect(prefetchDepth({ roundTripMs: 5, chunkMs: 60_000, chunksLeft: 1000, workers: 2 })).toBe(2)
    expect(prefetchDepth({ roundTripMs: 60, chunkMs: 100, chunksLeft: 1000, workers: 2 })).toBe(2)
    expect(prefetchDepth({ roundTripMs: 60, chunkMs: 1, chunksLeft: 100_000, workers: 2 })).toBe(64)
    expect(prefetchDepth({ roundTripMs: 60, chunkMs: 1, chunksLeft: 3, workers: 2 })).toBe(1)
  })

  it('doubles an attempt only when it is clearly late', () => {
    expect(isStraggler(1900, 100)).toBe(false)
    expect(isStraggler(2100, 100)).toBe(true)
    expect(isStraggler(14_000, 10_000)).toBe(false)
  })
})
