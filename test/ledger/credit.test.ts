import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BASE_CREDIT, asksToSettle, beyondCredit, creditLimit, mustDisconnect } from '../../src/ledger/credit.ts'

const B = BASE_CREDIT

describe('credit', () => {
  it('starts at 1 BYC, grows by half of what was settled, and has an end', () => {
    expect(creditLimit(B, 0n, 0n)).toBe(3_600_000_000n)
    expect(creditLimit(B, 4n * B, 0n)).toBe(3n * B)
    expect(creditLimit(B, 10_000n * B, 0n)).toBe(50n * B)
    expect(creditLimit(B, 0n, 2n * B)).toBe(0n)
  })

  it('asks at half, stops at the limit, disconnects at five quarters', () => {
    expect(asksToSettle(B / 2n - 1n, B)).toBe(false)
    expect(asksToSettle(B / 2n, B)).toBe(true)
    expect(asksToSettle(0n, 0n)).toBe(false)
    expect(beyondCredit(B - 1n, 1n, B)).toBe(false)
    expect(beyondCredit(B, 1n, B)).toBe(true)
    expect(mustDisconnect(B * 5n / 4n - 1n, 2, B)).toBe(false)
    expect(mustDisconnect(B * 5n / 4n, 2, B)).toBe(true)
  })

  it('takes one dear chunk on trust and never disconnects for it', () => {
    expect(beyondCredit(0n, 9n * B, B)).toBe(false)
    expect(beyondCredit(0n, 1n, 0n)).toBe(true)
    expect(mustDisconnect(9n * B, 1, B)).toBe(false)
  })

  it('is never lost by more than the limit, or one chunk', () => {
    fc.assert(fc.property(fc.array(fc.bigInt(1n, 2n * B), { maxLength: 50 }), prices => {
      let outstanding = 0n
      for (const price of prices) if (!beyondCredit(outstanding, price, B)) outstanding += price
      const dearest = prices[0] ?? 0n
      expect(outstanding <= (dearest > B ? dearest : B)).toBe(true)
    }))
  })
})
