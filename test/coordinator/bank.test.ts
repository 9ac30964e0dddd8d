import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { step } from '../../src/coordinator/core.ts'
import { freshState } from '../../src/coordinator/load.ts'
import { Turn } from '../../src/coordinator/turn.ts'
import type { CoordinatorEvent } from '../../src/coordinator/events.ts'
import { balance } from '../../src/ledger/accounts.ts'
import { checkBooks } from '../../src/ledger/audit.ts'
import { bankAccount, redemptionIsValid } from '../../src/ledger/bank.ts'
import { EMPTY_LEDGER, Ledger } from '../../src/ledger/ledger.ts'
import { channelId, signReceipt } from '../../src/ledger/receipts.ts'
import type { SignedReceipt } from '../../src/ledger/receipts.ts'
import { namedSigner } from '../support/signer.ts'

const PAYER = namedSigner('payer')

function receipt (seq: number, cumulative: bigint): SignedReceipt {
  return signReceipt({ payer: 'payer', payee: 'payee', channel: channelId('payer', 'payee'), seq, cumulative, prevHash: '0'.repeat(64), covers: [], ledger: { seq: 1, hash: '0'.repeat(64) } }, PAYER)
}

function bank () {
  const config = { trusted: new Set<string>(), user: 'local', defaultBudget: 1n, leaseTtlMs: 10_000, platforms: [] }
  const state = freshState({ signer: namedSigner('bank'), bootId: '0'.repeat(32) }, 1, config, new Ledger(EMPTY_LEDGER))
  return {
    state,
    does: (event: CoordinatorEvent): void => { step(new Turn(state, 0), event) },
    has: (peer: string): bigint => balance(state.ledger.account(bankAccount(peer)))
  }
}

describe('a bank', () => {
  it('moves what a receipt says from payer to payee, once, and gives its signed word', () => {
    const { state, does, has } = bank()
    does({ kind: 'deposit', peer: 'payer', amount: 100n })
    does({ kind: 'redeem', receipt: receipt(1, 30n) })
    expect([has('payer'), has('payee')]).toEqual([70n, 30n])
    expect(() => { does({ kind: 'redeem', receipt: receipt(1, 30n) }) }).toThrow('nothing is left of receipt 1')
    does({ kind: 'redeem', receipt: receipt(4, 50n) })
    expect([has('payer'), has('payee')]).toEqual([50n, 50n])
    const word = state.redeemed.get(channelId('payer', 'payee'))
    if (word === undefined) throw new Error('the bank gave no word')
    expect(word).toMatchObject({ bank: 'bank', amount: '20', redeemed: '50', seq: 4 })
    expect(redemptionIsValid(word, PAYER)).toBe(true)
    expect(redemptionIsValid({ ...word, redeemed: '51' }, PAYER)).toBe(false)
  })

  it('moves as much as the payer has there, the rest later', () => {
    const { does, has } = bank()
    expect(() => { does({ kind: 'redeem', receipt: receipt(1, 30n) }) }).toThrow('has nothing at this bank')
    does({ kind: 'deposit', peer: 'payer', amount: 10n })
    does({ kind: 'redeem', receipt: receipt(1, 30n) })
    does({ kind: 'deposit', peer: 'payer', amount: 100n })
    does({ kind: 'redeem', receipt: receipt(1, 30n) })
    expect([has('payer'), has('payee')]).toEqual([80n, 30n])
  })

  it('never moves more than the highest receipt it saw, whatever is brought in which order', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.record({ deposit: fc.bigInt(1n, 50n) }), fc.record({ cumulative: fc.bigInt(1n, 200n) })), { maxLength: 30 }), steps => {
      const { state, does, has } = bank()
      let [highest, deposited, seq] = [0n, 0n, 0]
      for (const it of steps) {
        if ('deposit' in it) {
          deposited += it.deposit
          does({ kind: 'deposit', peer: 'payer', amount: it.deposit })
          continue
        }
        if (it.cumulative > highest) highest = it.cumulative
        try {
          does({ kind: 'redeem', receipt: receipt(++seq, it.cumulative) })
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/NS_E_RECEIPT|NS_E_FUNDS/)
        }
        checkBooks(state.ledger.accounts(), state.ledger.holds())
        expect(has('payee') <= (highest < deposited ? highest : deposited)).toBe(true)
        expect(has('payer') + has('payee')).toBe(deposited)
      }
    }))
  })
})
