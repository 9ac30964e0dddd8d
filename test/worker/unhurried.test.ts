import { describe, expect, it } from 'vitest'
import type { AttemptId } from '../../src/model/ids.ts'
import type { Message } from '../../src/model/messages/control.ts'
import { merkleRoot } from '../../src/verification/commitment.ts'
import { settleTurn, step } from '../../src/worker/core.ts'
import type { WorkerEvent } from '../../src/worker/events.ts'
import { localKey } from '../../src/worker/keys.ts'
import { freshWorker } from '../../src/worker/load.ts'
import { isQuiet } from '../../src/worker/quiet.ts'
import { WorkerTurn } from '../../src/worker/turn.ts'
import { BASE_CREDIT } from '../../src/ledger/credit.ts'
import { RAN } from '../simulation/jobs.ts'
import { namedSigner } from '../support/signer.ts'

const C = 'coordinator'
const HASH = new Uint8Array(32).fill(7)

/** A worker of one slot that its coordinator has agreed with. */
class Worker {
  readonly state = freshWorker(namedSigner('w1'), {
    slots: 1, priceLevel: 1000, images: { allow: [], deny: [] }, isolation: 'namespaces', operator: '', memoryMiB: 8192, cores: 4, creditLimit: BASE_CREDIT,
    hardware: { cores: 4, cpuModel: 'sim', arch: 'x64', platform: 'linux', memoryMiB: 8192, memoryAvailableMiB: 8192, diskFreeMiB: 10_000, gpus: [] }
  }, { platforms: ['wasm'], runtimes: [], egress: false })
  now = 1_000_000

  constructor () {
    this.state.coordinators.set(C, { peer: C, incarnation: 1, admitted: true, nextHeartbeat: Infinity, nextOffer: Infinity, nextSettleAsk: Infinity })
    this.turn({ kind: 'tick' })
  }

  turn (...events: readonly WorkerEvent[]): readonly Message[] {
    const turn = new WorkerTurn(this.state, this.now)
    for (const event of events) step(turn, event)
    settleTurn(turn)
    return turn.sends.map(({ message }) => message)
  }

  lease (chunk: number): readonly Message[] {
    return this.turn({ kind: 'message', peer: C, message: { lease: {
      attempt: idOf(chunk), incarnation: 1, spec: { sha256: HASH, size: 1, inline: new Uint8Array() }, input: { sha256: HASH, size: 1, inline: new Uint8Array() },
      price: 1n, holdId: HASH, ttlMs: 10_000, chunkSeed: HASH, lotHash: HASH
    } } })
  }

  /** Ends a task; returns what is said and the commitment. */
  done (chunk: number): { readonly said: readonly string[], readonly commitment: Uint8Array } {
    const sends = this.turn({
      kind: 'task-done', key: localKey(C, idOf(chunk)), content: [],
      result: { ok: true, value: '11'.repeat(32), nonce: '22'.repeat(32), files: [], ran: RAN, usage: { wallMs: 100, cpuMs: 1, peakMemoryBytes: 1 } }
    })
    return { said: kinds(sends), commitment: sends.find(({ commit }) => commit !== undefined)?.commit?.commitment ?? new Uint8Array() }
  }

  asked (chunk: number, commitment: Uint8Array): readonly Message[] {
    return this.turn({ kind: 'message', peer: C, message: { revealRequest: { batchId: 1, merkleRoot: Uint8Array.from(merkleRoot([Buffer.from(commitment)])), attempts: [idOf(chunk)], drawFollows: false } } })
  }
}

function idOf (chunk: number): AttemptId {
  return { jobId: 'j-aaaaaaaaaaaaaaaa', chunk, epoch: 1 }
}

function kinds (messages: readonly Message[]): string[] {
  return messages.map(message => Object.keys(message)[0] ?? '')
}

describe('what a worker says that can wait', () => {
  it('rides with its next commit while more leases are here than run', () => {
    const worker = new Worker()
    expect(kinds(worker.lease(0))).toEqual(['leaseAck'])
    expect(worker.lease(1)).toEqual([])
    const { said, commitment } = worker.done(0)
    expect(said).toEqual(['leaseAck', 'commit'])
    expect(worker.lease(2)).toEqual([])
    expect(worker.asked(0, commitment)).toEqual([])
    expect(worker.done(1).said).toEqual(['leaseAck', 'reveal', 'commit'])
  })

  it('leaves at a tick when no commit comes', () => {
    const worker = new Worker()
    worker.lease(0)
    worker.lease(1)
    worker.now += 100
    expect(worker.turn({ kind: 'tick' })).toEqual([])
    worker.now += 250
    expect(kinds(worker.turn({ kind: 'tick' }))).toEqual(['leaseAck'])
    worker.now += 250
    expect(worker.turn({ kind: 'tick' })).toEqual([])
  })

  it('leaves at once when no lease waits here: the end of a job, and a first result, are not held up', () => {
    const worker = new Worker()
    worker.lease(0)
    worker.lease(1)
    const first = worker.done(0).commitment
    expect(kinds(worker.asked(0, first))).toEqual(['reveal'])
    const last = worker.done(1).commitment
    expect(kinds(worker.asked(1, last))).toEqual(['reveal'])
  })

  it('is not said to a coordinator that came back anew: it asks for what it needs', () => {
    const worker = new Worker()
    worker.lease(0)
    worker.lease(1)
    expect(worker.turn({ kind: 'peer-down', peer: C }, { kind: 'peer-up', peer: C, role: 'coordinator', incarnation: 2 }).filter(message => message.leaseAck !== undefined)).toEqual([])
  })
})

describe('a worker', () => {
  it('is quiet but while it works, waits for a verdict, or shuts down', () => {
    const worker = new Worker()
    expect(isQuiet(worker.state)).toBe(true)
    worker.lease(0)
    expect(isQuiet(worker.state)).toBe(false)
    const { commitment } = worker.done(0)
    worker.asked(0, commitment)
    expect(isQuiet(worker.state)).toBe(false)
    worker.turn({ kind: 'message', peer: C, message: { verdict: { attempt: idOf(0), accepted: true, amount: 1n } } })
    expect(isQuiet(worker.state)).toBe(true)
    worker.turn({ kind: 'peer-up', peer: 'another', role: 'coordinator', incarnation: 1 })
    expect(isQuiet(worker.state)).toBe(false)
    worker.turn({ kind: 'peer-down', peer: 'another' })
    worker.turn({ kind: 'drain' })
    expect(isQuiet(worker.state)).toBe(false)
  })
})
