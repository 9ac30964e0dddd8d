import { describe, expect, it } from 'vitest'
import { KEYS } from '../../src/coordinator/keys.ts'
import { MINT, peerAccount, userAccount } from '../../src/ledger/accounts.ts'
import { EMPTY_LEDGER, Ledger } from '../../src/ledger/ledger.ts'
import { NO_RECEIPT_HASH, channelId, signReceipt } from '../../src/ledger/receipts.ts'
import type { Entry, Transfer } from '../../src/ledger/transfers.ts'
import type { Write } from '../../src/model/store.ts'
import { BooksAudit } from './world/books-audit.ts'
import { simulatedSigner } from './world/signer.ts'

const SIGNER = simulatedSigner('c1')
const [FIRST, SECOND] = ['1'.repeat(32), '2'.repeat(32)] as const

/** Books with credits, and two holds for a worker of which one is posted. */
function books (): { readonly ledger: Ledger, readonly audit: BooksAudit, readonly entries: readonly Entry[] } {
  const ledger = new Ledger(EMPTY_LEDGER)
  const hold = (holdId: string): Transfer => ({ kind: 'hold', holdId, debit: userAccount('u'), credit: peerAccount('w1'), amount: 10n, ref: {} })
  const steps: readonly Transfer[] = [
    { kind: 'direct', debit: MINT, credit: userAccount('u'), amount: 100n, ref: {} }, hold(FIRST), hold(SECOND), { kind: 'post', holdId: FIRST, ref: {} }
  ]
  const entries = steps.map((step, i) => {
    const { entry } = ledger.apply({ key: `step ${i}`, at: i, incarnation: 1, transfers: [step] })
    if (entry === undefined) throw new Error('a step did nothing')
    return entry
  })
  const audit = new BooksAudit('c1')
  for (const entry of entries) audit.onEntry(entry)
  return { ledger, audit, entries }
}

function receipt (seq: number, cumulative: bigint, covers: readonly string[], prevHash = NO_RECEIPT_HASH): { readonly writes: readonly Write[], readonly hash: string } {
  const { body, signature, hash } = signReceipt({ payer: 'c1', payee: 'w1', channel: channelId('c1', 'w1'), seq, cumulative, prevHash, covers, ledger: { seq: 4, hash: '0'.repeat(64) } }, SIGNER)
  return { writes: [{ key: `${KEYS.receipt}w1/${seq}`, value: JSON.stringify({ body, signature }) }], hash }
}

describe('the audits of a simulated world', () => {
  it('pass what is right', () => {
    const { ledger, audit } = books()
    audit.onTurn(ledger)
    audit.onReceipts(receipt(1, 10n, [FIRST]).writes, SIGNER)
  })

  it('see an entry that is missing, doubled or changed', () => {
    const { audit, entries } = books()
    const [, , third, last] = entries as [Entry, Entry, Entry, Entry]
    expect(() => { audit.onEntry(last) }).toThrow(/I6/)
    const fresh = new BooksAudit('c1')
    expect(() => { fresh.onEntry(third) }).toThrow(/I6/)
    for (const entry of entries.slice(0, 3)) fresh.onEntry(entry)
    expect(() => { fresh.onEntry({ ...last, at: 99 }) }).toThrow(/I6/)
  })

  it('see books that are ahead of the journal', () => {
    const { ledger, audit } = books()
    ledger.apply({ key: 'more', at: 5, incarnation: 1, transfers: [{ kind: 'void', holdId: SECOND, ref: {} }] })
    expect(() => { audit.onTurn(ledger) }).toThrow(/I6 the head/)
  })

  it.each([
    ['leaves one out', 2, 10n, [FIRST], /I7 receipts are a chain/],
    ['covers what is not posted', 1, 10n, [SECOND], /I7 a receipt covers/],
    ['covers nothing it adds', 1, 10n, [], /I7 a receipt adds/]
  ] as const)('see a receipt that %s', (_, seq, cumulative, covers, what) => {
    const { audit } = books()
    expect(() => { audit.onReceipts(receipt(seq, cumulative, covers).writes, SIGNER) }).toThrow(what)
  })

  it('see a hold that two receipts cover', () => {
    const { audit } = books()
    const { writes, hash } = receipt(1, 10n, [FIRST])
    audit.onReceipts(writes, SIGNER)
    expect(() => { audit.onReceipts(receipt(2, 20n, [FIRST], hash).writes, SIGNER) }).toThrow(/I7 a receipt covers/)
  })
})
