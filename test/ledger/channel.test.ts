import fc from 'fast-check'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { checkProof } from '../../src/ledger/equivocation.ts'
import { acknowledge, carriedOver, issueReceipt, MAX_UNACKED, newPayerChannel, owe } from '../../src/ledger/payer.ts'
import type { PayerChannel } from '../../src/ledger/payer.ts'
import { highest, newPayeeChannel, restoreFromAck, takeReceipt } from '../../src/ledger/payee.ts'
import type { PayeeChannel, Taken } from '../../src/ledger/payee.ts'
import { MAX_COVERS, channelId, openReceipt, signAck, signReceipt } from '../../src/ledger/receipts.ts'
import type { Receipt, SignedReceipt } from '../../src/ledger/receipts.ts'
import { nodeSigner, verifySignature } from '../../src/model/messages/signing.ts'
import { namedSigner } from '../support/signer.ts'

const [payer, payee] = [namedSigner('payer'), namedSigner('payee')]
const LEDGER = { seq: 7, hash: 'a'.repeat(64) }
const id = (n: number): string => n.toString(16).padStart(32, '0')

/** Both ends of a channel with a line between them that may lose and repeat what it carries. */
class Line {
  from: PayerChannel = newPayerChannel('payer', 'payee')
  to: PayeeChannel = newPayeeChannel('payer', 'payee')
  readonly prices = new Map<string, bigint>()
  readonly covered = new Map<string, number>()
  posted = 0n
  holds = 0

  post (amount: bigint): void {
    const holdId = id(++this.holds)
    this.prices.set(holdId, amount)
    this.posted += amount
    this.from = owe(this.from, [{ holdId, amount }])
  }

  issue (): void {
    this.from = issueReceipt(this.from, LEDGER, payer).channel
  }

  /** Delivers a receipt by its bytes; returns what the payee makes of it. */
  deliver ({ body, signature }: SignedReceipt): Taken {
    const signed = openReceipt(body, signature, payee)
    const taken = takeReceipt(this.to, signed, holdId => this.covered.has(holdId) ? undefined : this.prices.get(holdId))
    if (taken.kind === 'accepted') {
      this.to = taken.channel
      for (const holdId of signed.receipt.covers) this.covered.set(holdId, (this.covered.get(holdId) ?? 0) + 1)
    }
    return taken
  }

  ack (): void {
    const last = highest(this.to)
    if (last !== undefined) this.from = acknowledge(this.from, { seq: last.receipt.seq, hash: last.hash, signature: signAck(last.hash, payee) }, payer)
  }

  check (): void {
    const owed = this.from.owed.reduce((sum, hold) => sum + hold.amount, 0n)
    expect(this.from.cumulative + owed, 'receipts and what is owed are all that is posted').toBe(this.posted)
    expect(this.to.seq).toBeLessThanOrEqual(this.from.seq)
    expect(this.to.cumulative <= this.from.cumulative).toBe(true)
    expect(Math.max(0, ...this.covered.values()), 'a hold is covered once').toBeLessThanOrEqual(1)
    const sum = [...this.covered.keys()].reduce((total, holdId) => total + (this.prices.get(holdId) ?? 0n), 0n)
    expect(this.to.cumulative, 'the cumulative amount is that of the holds covered').toBe(sum)
    const acked = this.from.acked?.receipt
    if (acked !== undefined && acked.receipt.seq === this.to.seq) expect(acked.receipt.cumulative, 'both agree up to the acknowledged number').toBe(this.to.cumulative)
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('post' as const), amount: fc.bigInt(0n, 10n ** 12n) }),
  fc.record({ kind: fc.constant('issue' as const) }),
  fc.record({ kind: fc.constant('deliver' as const), which: fc.nat(40) }),
  fc.record({ kind: fc.constant('ack' as const) })
)

describe('a channel of receipts', () => {
  it('agrees on both sides whatever is lost, repeated or late', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const line = new Line()
      const sent: SignedReceipt[] = []
      for (const it of steps) {
        if (it.kind === 'post') line.post(it.amount)
        else if (it.kind === 'issue') {
          line.issue()
          const last = line.from.unacked.at(-1)
          if (last !== undefined && last !== sent.at(-1)) sent.push(last)
        } else if (it.kind === 'ack') line.ack()
        else {
          const receipt = sent[it.which % Math.max(1, sent.length)]
          if (receipt !== undefined) expect(line.deliver(receipt).kind).not.toBe('equivocation')
        }
        line.check()
      }
      while (line.from.owed.length > 0 || line.from.unacked.length > 0) {
        line.issue()
        for (const receipt of line.from.unacked) line.deliver(receipt)
        line.ack()
        line.check()
      }
      expect(line.to.cumulative).toBe(line.posted)
      expect(line.from.acked?.receipt.receipt.seq ?? 0).toBe(line.from.seq)
    }), { numRuns: 200 })
  })

  it('gives the same bytes for the same receipt, and any change in them shows', () => {
    const line = new Line()
    line.post(5n)
    line.issue()
    const [signed] = line.from.unacked
    if (signed === undefined) throw new Error('no receipt was issued')
    expect(signReceipt(signed.receipt, payer)).toEqual(signed)
    fc.assert(fc.property(fc.nat(signed.body.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
      const changed = signed.body.slice(0, at) + String.fromCharCode(code) + signed.body.slice(at + 1)
      fc.pre(changed !== signed.body)
      expect(() => openReceipt(changed, signed.signature, payee)).toThrow('no valid receipt')
    }), { numRuns: 300 })
    expect(() => openReceipt(signed.body.replace('{"payer"', '{ "payer"'), signed.signature, payee)).toThrow('canonical')
    expect(() => openReceipt('x'.repeat(200_000), signed.signature, payee)).toThrow('are allowed')
  })

  it('is bounded: many holds need several receipts, and nothing is issued to a payee that never acknowledges', () => {
    const line = new Line()
    for (let i = 0; i < MAX_COVERS + 1; i++) line.post(1n)
    line.issue()
    expect(line.from.owed).toHaveLength(1)
    expect(line.from.unacked[0]?.receipt.covers).toHaveLength(MAX_COVERS)
    for (let i = 0; i < MAX_UNACKED + 5; i++) {
      line.post(1n)
      line.issue()
    }
    expect(line.from.unacked).toHaveLength(MAX_UNACKED)
    expect(line.from.owed.length).toBeGreaterThan(0)
  })

  const forged = (change: Partial<Receipt>, by = payer): SignedReceipt => signReceipt({
    payer: 'payer', payee: 'payee', channel: channelId('payer', 'payee'), seq: 1, cumulative: 5n, prevHash: '0'.repeat(64), covers: [id(1)], ledger: LEDGER, ...change
  }, by)

  it('refuses what does not add up, each with its figures', () => {
    const line = new Line()
    line.post(5n)
    for (const [change, code] of [
      [{ cumulative: 4n }, 'UNDERPAID'], [{ cumulative: 6n }, 'WRONG_SUM'], [{ seq: 2 }, 'GAP'], [{ prevHash: 'b'.repeat(64) }, 'GAP'],
      [{ payee: 'other', channel: channelId('payer', 'other') }, 'NOT_OURS']
    ] as const) expect(line.deliver(forged(change)), code).toMatchObject({ kind: 'refused', code })
    expect(line.to.seq).toBe(0)
    expect(line.deliver(forged({})).kind).toBe('accepted')
    expect(line.deliver(forged({})).kind).toBe('repeated')
    expect(line.deliver(forged({ seq: 2, cumulative: 5n, prevHash: line.to.hash }))).toMatchObject({ kind: 'refused', code: 'COVERED_TWICE' })
    const stranger = forged({}, namedSigner('stranger'))
    expect(() => openReceipt(stranger.body, stranger.signature, payee)).toThrow('signature')
  })

  it('proves two receipts of one number to anybody, offline', async () => {
    const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(3))
    const self = peerIdFromPrivateKey(key).toString()
    const signer = nodeSigner(self, key.raw)
    const make = (cumulative: bigint, seq = 1, prevHash = '0'.repeat(64)): SignedReceipt => signReceipt({
      payer: self, payee: 'payee', channel: channelId(self, 'payee'), seq, cumulative, prevHash, covers: [id(seq)], ledger: LEDGER
    }, signer)
    const first = takeReceipt(newPayeeChannel(self, 'payee'), make(5n), () => undefined)
    if (first.kind !== 'accepted') throw new Error('the first receipt was not taken')
    for (const second of [make(6n), make(9n, 2, 'c'.repeat(64))]) {
      const taken = takeReceipt(first.channel, second, () => undefined)
      if (taken.kind !== 'equivocation') throw new Error(`it was ${taken.kind}`)
      const carried = JSON.parse(JSON.stringify(taken.proof)) as typeof taken.proof
      expect(checkProof(carried, { verify: verifySignature })).toMatchObject({ payer: self })
      expect(() => checkProof({ ...carried, second: carried.first }, { verify: verifySignature })).toThrow('do not contradict')
      expect(() => checkProof({ ...carried, payer: 'someone' }, { verify: verifySignature })).toThrow('accuses')
      const altered = { ...carried.second, body: carried.second.body.replace('"seq":1,"cumulative":"6"', '"seq":1,"cumulative":"7"').replace('"cumulative":"9"', '"cumulative":"8"') }
      expect(() => checkProof({ ...carried, second: altered }, { verify: verifySignature })).toThrow('signature')
    }
    expect(takeReceipt(first.channel, make(9n, 2, first.channel.hash), () => undefined).kind).toBe('accepted')
  })

  it('takes only countersignatures of the payee over receipts that were issued', () => {
    const line = new Line()
    line.post(5n)
    line.issue()
    const [issued] = line.from.unacked
    if (issued === undefined) throw new Error('no receipt was issued')
    const ack = { seq: 1, hash: issued.hash, signature: signAck(issued.hash, payee) }
    expect(() => acknowledge(line.from, { ...ack, signature: signAck(issued.hash, payer) }, payer)).toThrow('not signed by payee')
    expect(() => acknowledge(line.from, { ...ack, hash: 'd'.repeat(64) }, payer)).toThrow('hash')
    expect(() => acknowledge(line.from, { ...ack, seq: 2 }, payer)).toThrow('never issued')
    const after = acknowledge(line.from, ack, payer)
    expect(after).toMatchObject({ unacked: [], acked: { signature: ack.signature } })
    expect(acknowledge(after, ack, payer)).toBe(after)
  })

  it('lets a payee that lost its books go on from its own countersignature, and from nothing else', () => {
    const line = new Line()
    line.post(5n)
    line.issue()
    line.deliver(line.from.unacked[0] as SignedReceipt)
    line.ack()
    const acked = line.from.acked
    if (acked === undefined) throw new Error('nothing is acknowledged')
    const fresh = newPayeeChannel('payer', 'payee')
    expect(restoreFromAck(fresh, acked.receipt, signAck(acked.receipt.hash, payer), payee)).toBeUndefined()
    expect(restoreFromAck(fresh, acked.receipt, acked.signature, payee)).toMatchObject({ seq: 1, cumulative: 5n, hash: acked.receipt.hash })
  })

  it('carries a balance of before there were receipts', () => {
    const line = new Line()
    line.posted = 100n
    line.from = owe(line.from, [carriedOver('payer', 'payee', 0, 100n)])
    line.issue()
    expect(line.deliver(line.from.unacked[0] as SignedReceipt)).toMatchObject({ kind: 'accepted', amount: 100n })
  })
})
