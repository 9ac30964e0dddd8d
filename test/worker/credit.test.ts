import { beforeEach, describe, expect, it } from 'vitest'
import { issueReceipt, newPayerChannel, owe } from '../../src/ledger/payer.ts'
import { signAck, signReceipt } from '../../src/ledger/receipts.ts'
import { bytes, claimToWire, receiptToWire } from '../../src/ledger/wire.ts'
import { signClaim } from '../../src/lifecycle/boot.ts'
import type { Message } from '../../src/model/messages/control.ts'
import { UNITS_PER_BYC } from '../../src/model/money.ts'
import { holdIdOf } from '../../src/verification/commitment.ts'
import { bookOf } from '../../src/worker/books.ts'
import { settleTurn, step } from '../../src/worker/core.ts'
import { KEEP_RESULT_MS } from '../../src/worker/credit.ts'
import { freshWorker } from '../../src/worker/load.ts'
import type { WorkerEvent } from '../../src/worker/events.ts'
import type { WorkerState } from '../../src/worker/state.ts'
import { WorkerTurn } from '../../src/worker/turn.ts'
import { viewCoordinators } from '../../src/worker/views.ts'
import { namedSigner } from '../support/signer.ts'

const HARDWARE = { cores: 4, cpuModel: 'sim', arch: 'x64', platform: 'linux', memoryMiB: 8192, memoryAvailableMiB: 8192, diskFreeMiB: 10_000, gpus: [] }
const JOB = 'j-aaaaaaaaaaaaaaaa'
const PAYER = namedSigner('c')
const HEAD = { seq: 1, hash: '0'.repeat(64) }

/** The production core of a worker, moved by hand. */
class Bench {
  state: WorkerState = fresh()
  now = 1_000_000
  sent: Message[] = []
  disconnected: string[] = []

  turn (...events: WorkerEvent[]): readonly Message[] {
    const turn = new WorkerTurn(this.state, this.now)
    for (const event of events) step(turn, event)
    settleTurn(turn)
    for (const effect of turn.effects) if (effect.kind === 'disconnect') this.disconnected.push(effect.peer)
    this.sent = turn.sends.map(({ message }) => message)
    return this.sent
  }

  say (message: Message): readonly Message[] {
    return this.turn({ kind: 'message', peer: 'c', message })
  }

  meet (receiptSeq = 0, receiptHash = ''): readonly Message[] {
    this.turn({ kind: 'peer-up', peer: 'c', role: 'coordinator', incarnation: 1 })
    return this.say({ resumeReply: { incarnation: 1, keep: [], drop: [], claim: claimToWire(signClaim(1, '0'.repeat(32), PAYER)), receiptSeq, receiptHash: bytes(receiptHash) } })
  }

  lease (chunk: number, price: bigint): Message | undefined {
    const ref = { sha256: new Uint8Array(32), size: 1, inline: new Uint8Array() }
    return this.say({ lease: { attempt: { jobId: JOB, chunk, epoch: 1 }, incarnation: 1, spec: ref, input: ref, price, holdId: new Uint8Array(16), ttlMs: 1000, chunkSeed: new Uint8Array(32), lotHash: new Uint8Array(32) } }).at(-1)
  }

  finish (chunk: number): void {
    this.turn({ kind: 'task-done', key: `c/${JOB}/${chunk}/1`, content: [], result: { ok: true, value: 'a'.repeat(64), files: [], ran: { appHash: '', paramsHash: '' }, usage: { wallMs: 1, cpuMs: 1, peakMemoryBytes: 1 }, nonce: 'b'.repeat(64) } })
  }

  get account () { return viewCoordinators(this.state, this.now)[0] }
}

function fresh (): WorkerState {
  return freshWorker(namedSigner('w'), {
    slots: 4, priceLevel: 1000, images: { allow: [], deny: [] }, isolation: 'namespaces', operator: '', hardware: HARDWARE, memoryMiB: 1024, cores: 4, creditLimit: UNITS_PER_BYC
  }, { platforms: ['wasm'], runtimes: [], egress: false })
}

describe('the credit a worker gives', () => {
  let bench: Bench
  beforeEach(() => {
    bench = new Bench()
    bench.meet()
  })

  const tenth = UNITS_PER_BYC / 10n

  it('is asked back at half, and refused beyond the limit with the figures', () => {
    for (let chunk = 0; chunk < 5; chunk++) {
      expect(bench.lease(chunk, tenth)).toHaveProperty('leaseAck')
      bench.finish(chunk)
    }
    expect(bench.turn({ kind: 'tick' })).toContainEqual({ settleRequest: { exposure: 5n * tenth, limit: UNITS_PER_BYC } })
    expect(bench.turn({ kind: 'tick' }).filter(message => message.settleRequest !== undefined), 'not every moment').toEqual([])
    // all but the first wait behind it, and are acknowledged with what is said next
    for (let chunk = 5; chunk < 10; chunk++) expect(bench.lease(chunk, tenth)?.decline).toBeUndefined()
    expect([...bench.state.attempts.values()].filter(({ outcome }) => outcome === undefined)).toHaveLength(5)
    expect(bench.lease(10, tenth)?.decline?.reason).toMatchObject({ code: 'CREDIT_LIMIT', text: expect.stringContaining('finished and unpaid: 0.5 BYC, leased: 0.5 BYC; a chunk for 0.1 BYC more would be beyond this worker\'s limit of 1 BYC') as string })
  })

  it('ends the connection at five quarters, takes receipts meanwhile, and works again once paid', () => {
    for (let chunk = 0; chunk < 10; chunk++) {
      bench.lease(chunk, tenth)
      bench.finish(chunk)
    }
    for (const attempt of bench.state.attempts.values()) if (attempt.id.chunk < 3) attempt.state = 'REVEALED'
    for (let chunk = 0; chunk < 3; chunk++) bench.say({ recall: { attempt: { jobId: JOB, chunk, epoch: 1 }, reason: undefined } })
    expect(bench.account).toMatchObject({ lost: '0.3', limit: '0.7', exposure: '0.7' })
    for (const attempt of bench.state.attempts.values()) if (attempt.id.chunk < 5) attempt.state = 'REVEALED'
    for (let chunk = 3; chunk < 5; chunk++) bench.say({ recall: { attempt: { jobId: JOB, chunk, epoch: 1 }, reason: undefined } })
    expect(bench.account).toMatchObject({ lost: '0.5', limit: '0.5', exposure: '0.5' })
    for (const attempt of bench.state.attempts.values()) if (attempt.id.chunk === 5) attempt.state = 'REVEALED'
    bench.say({ recall: { attempt: { jobId: JOB, chunk: 5, epoch: 1 }, reason: undefined } })
    expect(bench.account).toMatchObject({ limit: '0.4', exposure: '0.4' })
    bench.state.books.set('c', { ...bookOf(bench.state, 'c'), lost: bookOf(bench.state, 'c').lost + tenth })
    const refusal = bench.turn({ kind: 'tick' }).find(message => message.refusal !== undefined)?.refusal
    expect(refusal?.reason).toMatchObject({ code: 'CREDIT_LIMIT', text: '0.4 BYC are unpaid, the limit is 0.3 BYC: refused for 10 min, or until it has paid' })
    bench.turn({ kind: 'tick' })
    expect(bench.disconnected).toEqual(['c'])
    expect(bench.meet().map(message => message.refusal?.reason?.code)).toEqual(['CREDIT_LIMIT'])
    expect(bench.lease(20, 1n)?.decline?.reason?.code).toBe('CREDIT_LIMIT')

    const holds = [6, 7, 8, 9].map(chunk => ({ holdId: holdIdOf({ jobId: JOB, chunk, epoch: 1 }), amount: tenth }))
    const { issued } = issueReceipt(owe(newPayerChannel('c', 'w'), holds), HEAD, PAYER)
    if (issued === undefined) throw new Error('no receipt was issued')
    expect(bench.say({ receipt: receiptToWire(issued) })[0]).toHaveProperty('receiptAck')
    expect(bench.turn({ kind: 'tick' })[0]).toHaveProperty('resume.receipt')
    expect(bench.meet(1, issued.hash).some(message => message.offer !== undefined)).toBe(true)
    expect(bench.account).toMatchObject({ receipted: '0.4', exposure: '0', admitted: true })
  })

  it('counts a finished result for a day, and then as lost', () => {
    bench.lease(0, tenth)
    bench.finish(0)
    bench.say({ verdict: { attempt: { jobId: JOB, chunk: 0, epoch: 1 }, accepted: true, reason: undefined, amount: tenth } })
    bench.now += KEEP_RESULT_MS - 1
    bench.turn({ kind: 'tick' })
    expect(bench.account).toMatchObject({ exposure: '0.1', lost: '0' })
    bench.now += 1
    bench.turn({ kind: 'tick' })
    expect(bench.account).toMatchObject({ exposure: '0', lost: '0.1' })
  })
})

describe('a worker that lost its books', () => {
  it('goes on from the receipt it had countersigned, and acknowledges it again', () => {
    const bench = new Bench()
    const receipt = signReceipt({ ...issueReceiptOf(7n).receipt, seq: 5 }, PAYER)
    const countersignature = signAck(receipt.hash, namedSigner('w'))
    bench.turn({ kind: 'peer-up', peer: 'c', role: 'coordinator', incarnation: 1 })
    const later = signReceipt({ ...receipt.receipt, seq: 6, prevHash: receipt.hash, cumulative: 9n, covers: ['c'.repeat(32)] }, PAYER)
    expect(bench.say({ receipt: receiptToWire(later) }), 'a gap is not taken').toEqual([])
    expect(bench.say({ receipt: receiptToWire(receipt, signAck(receipt.hash, PAYER)) }), 'nor the payer\'s own word').toEqual([])
    expect(bench.say({ receipt: receiptToWire(receipt, countersignature) })[0]).toMatchObject({ receiptAck: { seq: 5 } })
    expect(bench.say({ receipt: receiptToWire(later) })[0]).toMatchObject({ receiptAck: { seq: 6 } })
    expect(bookOf(bench.state, 'c').channel.cumulative).toBe(9n)
  })
})

function issueReceiptOf (amount: bigint) {
  const { issued } = issueReceipt(owe(newPayerChannel('c', 'w'), [{ holdId: 'a'.repeat(32), amount }]), HEAD, PAYER)
  if (issued === undefined) throw new Error('no receipt was issued')
  return issued
}
