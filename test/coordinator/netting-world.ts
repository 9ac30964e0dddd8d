import { step, settleTurn } from '../../src/coordinator/core.ts'
import type { CoordinatorEvent } from '../../src/coordinator/events.ts'
import { loadCoordinator } from '../../src/coordinator/load.ts'
import type { OwnClaim } from '../../src/coordinator/netting.ts'
import type { CoordinatorState } from '../../src/coordinator/state.ts'
import { Turn } from '../../src/coordinator/turn.ts'
import { MINT, escrowAccount, peerAccount, userAccount } from '../../src/ledger/accounts.ts'
import { signBelonging } from '../../src/ledger/belonging.ts'
import { highest } from '../../src/ledger/payee.ts'
import { encodeNetting, isAgreed, openNetting } from '../../src/ledger/netting.ts'
import type { SignedNetting } from '../../src/ledger/netting.ts'
import type { SignedReceipt } from '../../src/ledger/receipts.ts'
import { NightshiftError } from '../../src/model/errors.ts'
import type { Message } from '../../src/model/messages/control.ts'
import { bookOf } from '../../src/worker/books.ts'
import { settleTurn as settleWorkerTurn, step as workerStep } from '../../src/worker/core.ts'
import { loadWorker } from '../../src/worker/load.ts'
import type { WorkerState } from '../../src/worker/state.ts'
import { WorkerTurn } from '../../src/worker/turn.ts'
import { Dice } from '../simulation/world/dice.ts'
import { SimulatedDisk } from '../simulation/world/disk.ts'
import { namedSigner } from '../support/signer.ts'

/** Where a process dies in a turn: what was decided is lost, or it is kept and never said. */
export type Death = 'none' | 'decided' | 'written'

const HARDWARE = { platform: 'linux', arch: 'x64', cpuModel: 'test', cores: 4, memoryMiB: 1024, memoryAvailableMiB: 1024, diskFreeMiB: 1000, gpus: [] }
const disk = (): SimulatedDisk => new SimulatedDisk(new Dice(1), { after: () => undefined, touch: () => undefined, dies: () => false, onApplied: () => undefined })

class Died extends Error {}

/** A coordinator's production core on a disk of its own; it starts anew from there after every death. */
export class CoordinatorAt {
  readonly name: string
  state!: CoordinatorState
  dies: Death = 'none'
  #disk = disk()
  readonly #send: (to: string, message: Message) => void

  constructor (name: string, send: (from: string, to: string, message: Message) => void) {
    this.name = name
    this.#send = (to, message) => { send(name, to, message) }
  }

  async start (): Promise<void> {
    const config = { trusted: new Set<string>(), user: 'local', defaultBudget: 1n, leaseTtlMs: 10_000, platforms: [] }
    this.state = await loadCoordinator(this.#disk, { signer: namedSigner(this.name), bootId: '0'.repeat(32) }, config, 0)
  }

  async loseDisk (): Promise<void> {
    this.#disk = disk()
    await this.start()
  }

  /** One turn. Throws what the core refuses, and Died when the process ended before it could answer. */
  async does (decide: CoordinatorEvent | ((turn: Turn) => void)): Promise<void> {
    const turn = new Turn(this.state, 0)
    if (typeof decide === 'function') decide(turn)
    else step(turn, decide)
    settleTurn(turn)
    const death = this.dies
    this.dies = 'none'
    if (death !== 'decided') await this.#disk.batch(turn.writes())
    if (death !== 'none') {
      await this.start()
      throw new Died()
    }
    for (const { peer, message } of turn.sends) this.#send(peer, message)
  }

  /** Posts what a worker has earned by a chunk. */
  async pays (worker: string, amount: bigint, id: number): Promise<void> {
    const holdId = id.toString(16).padStart(32, '0')
    await this.does(turn => {
      const [user, escrow] = [userAccount('local'), escrowAccount('job')]
      turn.book({ key: `earn:${id}`, transfers: [{ kind: 'direct', debit: MINT, credit: user, amount, ref: {} }, { kind: 'direct', debit: user, credit: escrow, amount, ref: {} }] })
      turn.book({ key: `hold:${id}`, transfers: [{ kind: 'hold', holdId, debit: escrow, credit: peerAccount(worker), amount, ref: {} }] })
      turn.book({ key: `post:${id}`, transfers: [{ kind: 'post', holdId, ref: {} }] })
    })
  }
}

export class WorkerAt {
  readonly name: string
  readonly owner: string
  state!: WorkerState
  readonly #disk = disk()
  readonly #send: (to: string, message: Message) => void

  constructor (name: string, owner: string, send: (from: string, to: string, message: Message) => void) {
    this.name = name
    this.owner = owner
    this.#send = (to, message) => { send(name, to, message) }
  }

  async start (): Promise<void> {
    this.state = await loadWorker(this.#disk, namedSigner(this.name), {
      slots: 1, priceLevel: 1000, images: { allow: [], deny: [] }, isolation: 'namespaces', operator: '', hardware: HARDWARE, memoryMiB: 1024, cores: 4, creditLimit: 1n << 60n, belongsTo: this.owner
    }, { platforms: ['wasm'], runtimes: [], egress: false })
  }

  async does (event: Parameters<typeof workerStep>[1]): Promise<void> {
    const turn = new WorkerTurn(this.state, 0)
    workerStep(turn, event)
    settleWorkerTurn(turn)
    await this.#disk.batch(turn.writes())
    for (const { peer, message } of turn.sends) this.#send(peer, message)
  }

  receiptOf (coordinator: string): SignedReceipt | undefined {
    return highest(bookOf(this.state, coordinator).channel)
  }
}

/** Two coordinators with two workers each, every worker at both, and a bank; the production cores of all, without a network's luck. */
export class Operators {
  readonly coordinators: readonly CoordinatorAt[]
  readonly workers: readonly WorkerAt[]
  readonly bank: CoordinatorAt
  /** every document anybody ever got to see */
  readonly documents: string[] = []
  #mail: { readonly from: string, readonly to: string, readonly message: Message }[] = []

  constructor () {
    const send = (from: string, to: string, message: Message): void => { this.#mail.push({ from, to, message }) }
    this.coordinators = ['A', 'B'].map(name => new CoordinatorAt(name, send))
    this.workers = ['a1', 'a2', 'b1', 'b2'].map(name => new WorkerAt(name, name.startsWith('a') ? 'A' : 'B', send))
    this.bank = new CoordinatorAt('bank', send)
  }

  static async open (): Promise<Operators> {
    const operators = new Operators()
    for (const node of [...operators.coordinators, ...operators.workers, operators.bank]) await node.start()
    await operators.meet()
    return operators
  }

  side (index: number): readonly [self: CoordinatorAt, peer: CoordinatorAt] {
    const [a, b] = this.coordinators as [CoordinatorAt, CoordinatorAt]
    return index % 2 === 0 ? [a, b] : [b, a]
  }

  worker (name: string): WorkerAt {
    const found = this.workers.find(worker => worker.name === name)
    if (found === undefined) throw new Error(`there is no worker ${name}`)
    return found
  }

  /** Everybody loses the connection and comes back. */
  async meet (): Promise<void> {
    this.#mail = []
    for (const coordinator of this.coordinators) {
      for (const worker of this.workers) {
        await worker.does({ kind: 'peer-down', peer: coordinator.name })
        await coordinator.does({ kind: 'peer-down', peer: worker.name })
        await coordinator.does({ kind: 'peer-up', peer: worker.name, role: 'worker' })
        await worker.does({ kind: 'peer-up', peer: coordinator.name, role: 'coordinator', incarnation: coordinator.state.incarnation })
      }
    }
    await this.deliver()
  }

  loseMail (): void {
    this.#mail = []
  }

  async deliver (): Promise<void> {
    for (let next = this.#mail.shift(); next !== undefined; next = this.#mail.shift()) {
      const { from, to, message } = next
      const node = [...this.coordinators, ...this.workers].find(({ name }) => name === to)
      await node?.does({ kind: 'message', peer: from, message })
    }
  }

  claims (self: CoordinatorAt, peer: CoordinatorAt): readonly OwnClaim[] {
    return this.workers.filter(({ owner }) => owner === self.name).flatMap(worker => {
      const receipt = worker.receiptOf(peer.name)
      return receipt === undefined ? [] : [{ receipt, belonging: signBelonging(self.name, namedSigner(worker.name)) }]
    })
  }

  async propose (index: number, most?: bigint): Promise<SignedNetting | undefined> {
    const [self, peer] = this.side(index)
    if (!await this.tried(self.does({ kind: 'net-propose', peer: peer.name, claims: this.claims(self, peer), ...most === undefined ? {} : { most } }))) return undefined
    return this.#seen(self.state.nettings.get(peer.name)?.open)
  }

  async answer (index: number, document: string, accepted: boolean): Promise<SignedNetting | undefined> {
    const [self, peer] = this.side(index)
    if (!await this.tried(self.does({ kind: 'net-answer', signed: openNetting(document, self.state.signer), accepted }))) return undefined
    return this.#seen(self.state.nettings.get(peer.name)?.last)
  }

  async finish (index: number, document: string): Promise<boolean> {
    const [self] = this.side(index)
    return await this.tried(self.does({ kind: 'net-finish', signed: openNetting(document, self.state.signer) }))
  }

  #seen (signed: SignedNetting | undefined): SignedNetting | undefined {
    if (signed !== undefined) this.documents.push(encodeNetting(signed))
    return signed
  }

  /** False when it was refused, as a request may be, or its answer was lost with the process. */
  async tried (request: Promise<void>): Promise<boolean> {
    try {
      await request
      return true
    } catch (error) {
      if (error instanceof Died) return false
      if (!(error instanceof NightshiftError) || !['NS_E_RECEIPT', 'NS_E_FUNDS'].includes(error.code)) throw error
      return false
    }
  }

  /** As honest people do it: the payer has nothing open, its bank is shown what was agreed, and the payer what the bank has moved. */
  async redeem (payer: CoordinatorAt, worker: WorkerAt, deposit: bigint): Promise<void> {
    const receipt = worker.receiptOf(payer.name)
    if (receipt === undefined || [...payer.state.nettings.values()].some(({ open }) => open !== undefined)) return
    const known = [...this.documents.map(text => openNetting(text, payer.state.signer)), ...this.coordinators.flatMap(({ state }) => [...state.nettings.values()].flatMap(({ last }) => last ?? []))]
    for (const signed of known) if (isAgreed(signed)) await this.bank.does({ kind: 'net-finish', signed })
    await this.bank.does({ kind: 'deposit', peer: payer.name, amount: deposit })
    if (!await this.tried(this.bank.does({ kind: 'redeem', receipt }))) return
    const redemption = this.bank.state.redeemed.get(receipt.receipt.channel)
    if (redemption === undefined) throw new Error('the bank gave no word')
    await payer.does({ kind: 'note-redemption', redemption, receipt })
  }
}
