import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BASE_CREDIT } from '../../src/ledger/credit.ts'
import { issueReceipt, newPayerChannel, owe } from '../../src/ledger/payer.ts'
import { claimToWire, receiptToWire } from '../../src/ledger/wire.ts'
import { signClaim } from '../../src/lifecycle/boot.ts'
import type { Message } from '../../src/model/messages/control.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { settleTurn, step } from '../../src/worker/core.ts'
import type { WorkerEvent } from '../../src/worker/events.ts'
import { holdIdOf } from '../../src/verification/commitment.ts'
import { freshWorker } from '../../src/worker/load.ts'
import { HONEST } from '../../src/worker/behaviour.ts'
import { WorkerPerformer } from '../../src/worker/perform.ts'
import type { WorkerAttempt, WorkerState } from '../../src/worker/state.ts'
import { WorkerTurn } from '../../src/worker/turn.ts'
import { namedSigner } from '../support/signer.ts'
import { TwoStores } from './support.ts'

const PEER = 'coordinator'
const HARDWARE = { cores: 4, cpuModel: 'sim', arch: 'x64', platform: 'linux', memoryMiB: 8192, memoryAvailableMiB: 8192, diskFreeMiB: 10_000, gpus: [] }

/** The production core and performer over real stores, driven turn by turn. */
class Worker {
  readonly stores: TwoStores
  readonly state: WorkerState = freshWorker(namedSigner('worker'), {
    slots: 4, priceLevel: 1000, images: { allow: [], deny: [] }, isolation: 'namespaces', operator: '', hardware: HARDWARE, memoryMiB: 1024, cores: 4, creditLimit: BASE_CREDIT
  }, { platforms: ['wasm'], runtimes: [], egress: false })

  #paid = newPayerChannel(PEER, 'worker')

  readonly #performer: WorkerPerformer
  #posted: WorkerEvent[] = []
  #wake: () => void = () => undefined

  constructor (stores: TwoStores) {
    this.stores = stores
    this.#performer = new WorkerPerformer({
      blobs: stores.here, holds: stores.holds, runner: stores.runner, admission: stores.admission, executors: new Map(), behaviour: HONEST, log: createLogger('silent'),
      transport: { self: 'worker', addresses: () => [], reachability: () => ({ dialable: 'unknown', addresses: [] }), peers: () => [], traffic: () => 0, frames: () => 0, introductions: () => [],
      unreached: () => [], rtt: () => undefined, send: () => true, fetch: () => Promise.resolve(), disconnect: () => Promise.resolve(), close: () => Promise.resolve() },
      post: event => {
        this.#posted.push(event)
        this.#wake()
      }
    })
  }

  async turn (...events: WorkerEvent[]): Promise<void> {
    const turn = new WorkerTurn(this.state, 0)
    for (const event of events) step(turn, event)
    settleTurn(turn)
    await this.#performer.perform(turn)
  }

  /** The receipt that pays for one attempt. */
  paid ({ id, price }: WorkerAttempt): WorkerEvent {
    const { channel, issued } = issueReceipt(owe(this.#paid, [{ holdId: holdIdOf(id), amount: price }]), { seq: 1, hash: '0'.repeat(64) }, namedSigner(PEER))
    if (issued === undefined) throw new Error('no receipt was issued')
    this.#paid = channel
    return message({ receipt: receiptToWire(issued) })
  }

  /** Waits for a finished task and takes it in, with what else happened. */
  async taskDone (...events: WorkerEvent[]): Promise<void> {
    if (this.#posted.length === 0) await new Promise<void>(resolve => { this.#wake = resolve })
    const posted = this.#posted
    this.#posted = []
    await this.turn(...posted, ...events)
  }
}

function message (body: Message): WorkerEvent {
  return { kind: 'message', peer: PEER, message: body }
}

function leaseOf ({ id, spec, input }: WorkerAttempt): WorkerEvent {
  const wire = (ref: { sha256: string, size: number }) => ({ sha256: Uint8Array.from(Buffer.from(ref.sha256, 'hex')), size: ref.size, inline: new Uint8Array() })
  return message({ lease: { attempt: id, incarnation: 1, spec: wire(spec), input: wire(input), price: 1n, holdId: new Uint8Array(16), ttlMs: 1000, chunkSeed: new Uint8Array(32), lotHash: new Uint8Array(32) } })
}

const claim = claimToWire(signClaim(1, '0'.repeat(32), namedSigner(PEER)))
const agreed = message({ resumeReply: { incarnation: 1, keep: [], drop: [], claim, receiptSeq: 0, receiptHash: new Uint8Array() } })
const recalled = ({ id }: WorkerAttempt): WorkerEvent => message({ recall: { attempt: id, reason: undefined } })

describe('what a worker forgets', () => {
  let stores: TwoStores
  let worker: Worker
  beforeEach(async () => {
    stores = await TwoStores.open()
    worker = new Worker(stores)
    await worker.turn({ kind: 'peer-up', peer: PEER, role: 'coordinator', incarnation: 1 })
    await worker.turn(agreed)
  })

  afterEach(async () => { await stores.close() })

  /** Resolves once every deletion that was begun has ended. */
  async function settled (...hashes: string[]): Promise<void> {
    for (const sha256 of hashes) {
      await stores.holds.hold('test', sha256)
      stores.holds.release('test')
    }
  }

  it('is not an input that a lease of the same turn needs', async () => {
    const spec = await stores.spec()
    const [first, second] = [await stores.attempt(0, spec, 'same'), await stores.attempt(1, spec, 'same')]
    await worker.turn(leaseOf(first))
    await worker.taskDone()
    await worker.turn(worker.paid(first), leaseOf(second))
    await settled(second.input.sha256)
    expect(await stores.here.has(second.input.sha256)).toBe(true)
    await worker.taskDone()
    await worker.turn(worker.paid(second))
    await settled(second.input.sha256)
    expect(await stores.here.has(second.input.sha256)).toBe(false)
  })

  it('is not a result that another task has just made, though the core does not know of it yet', async () => {
    const spec = await stores.spec()
    const [first, second] = [await stores.attempt(0, spec), await stores.attempt(1, spec)]
    await worker.turn(leaseOf(first))
    await worker.taskDone()
    const result = worker.state.attempts.get(`${PEER}/${first.id.jobId}/0/1`)?.outcome?.files[0]?.sha256 ?? ''
    expect(await stores.here.has(result)).toBe(true)
    let made: () => void = () => undefined
    const isMade = new Promise<void>(resolve => { made = resolve })
    let finish: () => void = () => undefined
    const mayFinish = new Promise<void>(resolve => { finish = resolve })
    const behaviour = stores.behaviour
    stores.behaviour = { ...behaviour, during: async () => { made(); await mayFinish } }
    await worker.turn(leaseOf(second))
    await isMade
    await worker.turn(worker.paid(first))
    await settled(result)
    expect(await stores.here.has(result)).toBe(true)
    finish()
    await worker.taskDone()
    expect(worker.state.attempts.get(`${PEER}/${second.id.jobId}/1/1`)?.state).toBe('COMMITTED')
    await worker.turn(worker.paid(second))
    await settled(result)
    expect(await stores.here.has(result)).toBe(false)
  })

  it('is everything a recalled task had fetched or made, once it has ended', async () => {
    const attempt = await stores.attempt(0, await stores.spec())
    let made: () => void = () => undefined
    const isMade = new Promise<void>(resolve => { made = resolve })
    stores.behaviour = {
      ...stores.behaviour,
      during: async (_, signal) => {
        made()
        await new Promise<void>(resolve => { signal.addEventListener('abort', () => { resolve() }) })
      }
    }
    await worker.turn(leaseOf(attempt))
    await isMade
    const content = stores.holds.of(`${PEER}/${attempt.id.jobId}/0/1`)
    expect(content).toHaveLength(2)
    await worker.turn(recalled(attempt))
    await worker.taskDone()
    await settled(...content)
    for (const sha256 of content) expect(await stores.here.has(sha256)).toBe(false)
  })
})
