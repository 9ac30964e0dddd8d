import { createHash } from 'node:crypto'
import { settleTurn, step as coordinatorStep } from '../../src/coordinator/core.ts'
import type { CoordinatorEffect, CoordinatorEvent } from '../../src/coordinator/events.ts'
import { freshState } from '../../src/coordinator/load.ts'
import type { CoordinatorState, JobRecord } from '../../src/coordinator/state.ts'
import { Turn } from '../../src/coordinator/turn.ts'
import { checkBooks } from '../../src/ledger/audit.ts'
import { MINT, balance, escrowAccount, peerAccount, userAccount } from '../../src/ledger/accounts.ts'
import { BASE_CREDIT } from '../../src/ledger/credit.ts'
import { EMPTY_LEDGER, Ledger } from '../../src/ledger/ledger.ts'
import { jobEnded } from '../../src/lifecycle/job.ts'
import type { FileRef } from '../../src/model/block.ts'
import type { EquivocationProof } from '../../src/ledger/equivocation.ts'
import { proofToWire } from '../../src/ledger/wire.ts'
import type { Message } from '../../src/model/messages/control.ts'
import { resultHash } from '../../src/model/result.ts'
import type { Write } from '../../src/model/store.ts'
import { settleTurn as settleWorkerTurn, step as workerStep } from '../../src/worker/core.ts'
import type { TaskResult, WorkerEffect, WorkerEvent } from '../../src/worker/events.ts'
import { freshWorker } from '../../src/worker/load.ts'
import type { WorkerState } from '../../src/worker/state.ts'
import { WorkerTurn } from '../../src/worker/turn.ts'
import { Agenda } from './agenda.ts'
import { namedSigner } from '../support/signer.ts'
import { checkChannels } from './channels.ts'
import { RAN, taskRef } from './jobs.ts'
import { SeededRandom } from './random.ts'

const COORDINATOR = 'coordinator'

/** What a worker knows of a task it runs. */
export interface SimulatedTask {
  readonly chunk: number
  readonly epoch: number
  /** tasks it ran before */
  readonly ran: number
}

export interface WorkerBehaviour {
  readonly taskMs: number
  /** always, or for the tasks it says */
  readonly lies?: boolean | ((task: SimulatedTask) => boolean)
  /** ends these tasks as a fault of its own node */
  readonly breaks?: (task: SimulatedTask) => boolean
  /** commits, but never shows a result */
  readonly hides?: boolean
  /** all members of a coalition tell the same lie */
  readonly coalition?: string
  /** dies for good at this virtual time */
  readonly diesAt?: number
  readonly failsWith?: 'app' | 'node' | 'transport'
  /** so many tasks fail, then it works; all of them when left out */
  readonly failures?: number
  /** only tasks of this chunk fail */
  readonly failsOn?: number
  /** shows this list of result files instead of its true one, and is bound to it */
  readonly shows?: (files: readonly FileRef[]) => readonly FileRef[]
  /** signs this instead of what it ran and showed */
  readonly attests?: (attestation: Uint8Array) => Uint8Array
  /** so many times what it shows takes 40 s to fetch and then breaks off */
  readonly losesReveals?: number
  /** its heartbeats do not speak of what it runs, so that its leases end; unset: never */
  readonly isSilent?: () => boolean
  /** never gives away the files of its results */
  readonly withholds?: boolean
  /** its results, right ones too, differ in their last bits from those of workers that say something else here */
  readonly bits?: string
  /** the numeric class it advertises */
  readonly numericClass?: string
  /** its results are such that an examiner cannot read them */
  readonly garbles?: boolean
  /** whose name it claims to run under */
  readonly operator?: string
  /** per mille of the suggested tariff; default 1000 */
  readonly priceLevel?: number
}

/** A whole network in one process: production cores on a virtual clock, network and sandbox, replayed by one seed. */
export class SimulatedNetwork {
  readonly random: SeededRandom
  readonly coordinator: CoordinatorState
  readonly workers = new Map<string, { readonly state: WorkerState, readonly behaviour: WorkerBehaviour, alive: boolean }>()
  readonly trace = createHash('sha256')
  readonly executions = new Map<string, number>()
  /** tasks run to their end, by worker */
  readonly ran = new Map<string, number>()
  /** what the coordinator told its log */
  readonly notes: string[] = []
  now = 1_000_000
  readonly #agenda = new Agenda()
  readonly #fetchMs: number
  readonly #unchecked: boolean
  /** chunks for which the app gives something else each time it runs */
  readonly #erratic: (chunk: number) => boolean
  #ticking = false
  readonly #lastDelivery = new Map<string, number>()
  readonly #failures = new Map<string, number>()
  readonly #lostReveals = new Map<string, number>()
  readonly #running = new Map<string, boolean>()
  /** by value, how close to the truth a result is: what an app's examiner can see */
  readonly #sorts = new Map<string, 'right' | 'wrong' | 'unreadable'>()
  readonly #examinerIsBroken: boolean
  /** as a worker's */
  readonly #bits: string | undefined
  /** examinations, by what they said */
  readonly examined: string[] = []

  readonly #disk = new Map<string, string>()
  readonly #onBatch: (writes: readonly Write[]) => void
  /** loses every receipt on its way */
  withholdReceipts = false
  /** later starts the coordinator was shown */
  readonly superseded: number[] = []

  constructor (seed: number, options: { platforms?: readonly string[], trusted?: readonly string[], fetchMs?: number, incarnation?: number, unchecked?: boolean, erratic?: (chunk: number) => boolean, numericClass?: string, brokenExaminer?: boolean, bits?: string, onBatch?: (writes: readonly Write[]) => void } = {}) {
    this.#bits = options.bits
    this.#examinerIsBroken = options.brokenExaminer === true
    this.#onBatch = options.onBatch ?? (() => undefined)
    this.#fetchMs = options.fetchMs ?? 5
    this.#unchecked = options.unchecked === true
    this.#erratic = options.erratic ?? (() => false)
    this.random = new SeededRandom(seed)
    const config = { trusted: new Set(options.trusted ?? []), user: 'local', defaultBudget: 1_000_000_000n, leaseTtlMs: 10_000, platforms: options.platforms ?? ['wasm'], numericClass: options.numericClass ?? '' }
    this.coordinator = freshState({ signer: namedSigner(COORDINATOR), bootId: Buffer.from(this.random.bytes(16)).toString('hex') }, options.incarnation ?? 1, config, new Ledger(EMPTY_LEDGER))
    const { writes } = this.coordinator.ledger.apply({
      key: 'opening', at: this.now, incarnation: 1,
      transfers: [{ kind: 'direct', debit: MINT, credit: userAccount('local'), amount: 1_000_000_000_000n, ref: {} }]
    })
    this.#keep(writes)
  }

  addWorker (name: string, behaviour: WorkerBehaviour): void {
    const hardware = { cores: 4, cpuModel: 'sim', arch: 'x64', platform: 'linux', memoryMiB: 8192, memoryAvailableMiB: 8192, diskFreeMiB: 10_000, gpus: [] }
    this.takeWorker(name, freshWorker(namedSigner(name), {
      slots: 1, priceLevel: behaviour.priceLevel ?? 1000, images: { allow: [], deny: [] }, isolation: 'namespaces', operator: behaviour.operator ?? '', hardware, memoryMiB: 8192, cores: 4,
      creditLimit: BASE_CREDIT, numericClass: behaviour.numericClass ?? ''
    }, { platforms: ['wasm'], runtimes: [], egress: false }), behaviour)
  }

  /** Connects a worker that may have worked for this coordinator before. */
  takeWorker (name: string, state: WorkerState, behaviour: WorkerBehaviour): void {
    state.coordinators.clear()
    this.workers.set(name, { alive: true, behaviour, state })
    this.#later(1, () => { this.reconnect(name) })
    if (behaviour.diesAt !== undefined) {
      this.#at(behaviour.diesAt, () => {
        const worker = this.workers.get(name)
        if (worker !== undefined) worker.alive = false
        this.onCoordinator({ kind: 'peer-down', peer: name })
      })
    }
  }

  reconnect (name: string): void {
    this.onCoordinator({ kind: 'peer-up', peer: name, role: 'worker' })
    this.onWorker(name, { kind: 'peer-up', peer: COORDINATOR, role: 'coordinator', incarnation: this.coordinator.incarnation })
  }

  worker (name: string): WorkerState {
    const worker = this.workers.get(name)
    if (worker === undefined) throw new Error(`there is no worker ${name}`)
    return worker.state
  }

  /** Hands a worker a message of the coordinator. */
  deliver (name: string, message: Message): void {
    this.onWorker(name, { kind: 'message', peer: COORDINATOR, message })
  }

  /** Lets a worker tell the coordinator of a proof. */
  tell (name: string, proof: EquivocationProof): void {
    this.onCoordinator({ kind: 'message', peer: name, message: { equivocation: proofToWire(proof) } })
  }

  /** Lets time go by, whether or not a job runs. */
  quiet (ms: number): void {
    this.#tickOnce()
    this.#until(this.now + ms, () => false)
  }

  submit (record: JobRecord, chunks: number, inputBytes = 100_000): void {
    this.onCoordinator({ kind: 'submit', record })
    const inputs = Array.from({ length: chunks }, (_, i) => ({ sha256: createHash('sha256').update(`input ${i}`).digest('hex'), size: inputBytes }))
    this.onCoordinator({ kind: 'chunks', jobId: record.id, run: 1, first: 0, inputs })
    this.onCoordinator({ kind: 'partitioned', jobId: record.id, run: 1, task: taskRef(record, chunks) })
  }

  /** Runs until every job ended, or until the virtual time is over. Checks the books after every event. */
  run (maxMs: number): void {
    this.#tickOnce()
    this.#until(this.now + maxMs, () => [...this.coordinator.jobs.values()].every(job => jobEnded(job.record.state)))
  }

  #tickOnce (): void {
    if (!this.#ticking) this.#tick()
    this.#ticking = true
  }

  #until (end: number, done: () => boolean): void {
    while (!done()) {
      const { next } = this.#agenda
      if (next === undefined || next.at > end) {
        this.now = end
        return
      }
      this.#agenda.take()
      this.now = Math.max(this.now, next.at)
      next.run()
      this.#check()
    }
  }

  earned (worker: string): bigint {
    return balance(this.coordinator.ledger.account(peerAccount(worker)))
  }

  /** everything the coordinator has on its disk */
  written (): readonly Write[] {
    return [...this.#disk].map(([key, value]) => ({ key, value }))
  }

  /** chunks of a job whose accepted result is wrong */
  wrong (jobId: string): readonly number[] {
    return (this.coordinator.jobs.get(jobId)?.chunks ?? []).filter(({ index, value }) => {
      return value !== undefined && value !== resultHash({ exitCode: 0, files: [fileOf(index, false, '')] }) && this.#sorts.get(value) !== 'right'
    }).map(({ index }) => index)
  }

  escrow (jobId: string): bigint {
    return balance(this.coordinator.ledger.account(escrowAccount(jobId)))
  }

  onCoordinator (event: CoordinatorEvent): void {
    const turn = new Turn(this.coordinator, this.now)
    coordinatorStep(turn, event)
    settleTurn(turn)
    this.#keep(turn.writes())
    for (const effect of turn.effects) if (effect.kind === 'superseded') this.superseded.push(effect.incarnation)
    for (const { peer, message } of turn.sends) this.#send(`to ${peer}`, message, copy => { this.onWorker(peer, { kind: 'message', peer: COORDINATOR, message: copy }) })
    for (const effect of turn.effects) this.#coordinatorEffect(effect)
  }

  onWorker (name: string, event: WorkerEvent): void {
    const worker = this.workers.get(name)
    if (worker === undefined || !worker.alive) return
    const turn = new WorkerTurn(worker.state, this.now)
    workerStep(turn, event)
    settleWorkerTurn(turn)
    for (const { message } of turn.sends) {
      const { hides, attests } = worker.behaviour
      if (message.reveal !== undefined && attests !== undefined) message.reveal.attestation = Uint8Array.from(attests(message.reveal.attestation))
      if (hides !== true || message.reveal === undefined) this.#send(`from ${name}`, message, copy => { this.#fromWorker(name, copy) })
    }
    for (const effect of turn.effects) this.#workerEffect(name, worker.behaviour, effect)
  }

  #fromWorker (name: string, message: Message): void {
    if (message.heartbeat !== undefined && this.workers.get(name)?.behaviour.isSilent?.() === true) message.heartbeat.live = []
    const attempt = message.reveal?.attempt
    const lost = this.#lostReveals.get(name) ?? 0
    if (attempt === undefined || lost >= (this.workers.get(name)?.behaviour.losesReveals ?? 0)) {
      this.onCoordinator({ kind: 'message', peer: name, message })
      return
    }
    this.#lostReveals.set(name, lost + 1)
    this.onCoordinator({ kind: 'reveal-coming', peer: name, attempt })
    this.#later(40_000, () => { this.onCoordinator({ kind: 'reveal-lost', peer: name, attempt }) })
  }

  #coordinatorEffect (effect: CoordinatorEffect): void {
    if (effect.kind === 'note') this.notes.push(effect.text)
    if (effect.kind === 'run-trusted') {
      const { attempt } = effect
      const own = fileOf(attempt.chunk, this.#erratic(attempt.chunk), `${COORDINATOR}/${attempt.epoch}`)
      const files = [this.#bits === undefined ? own : fileOf(attempt.chunk, true, `bits ${this.#bits}`)]
      this.#sorts.set(resultHash({ exitCode: 0, files }), 'right')
      this.#later(500, () => { this.onCoordinator({ kind: 'trusted-done', attempt, outcome: { ok: true, value: resultHash({ exitCode: 0, files }), files } }) })
    } else if (effect.kind === 'fetch-results') {
      const unavailableAt = effect.from.filter(peer => {
        const worker = this.workers.get(peer)
        return worker?.alive !== true || worker.behaviour.withholds === true
      })
      const stored = unavailableAt.length < effect.from.length
      this.#later(this.#fetchMs, () => { this.onCoordinator({ kind: 'results-stored', jobId: effect.jobId, chunk: effect.chunk, stored, unavailableAt }) })
    } else if (effect.kind === 'examine') {
      const { jobId, chunk, exhibits } = effect
      const values = exhibits.map(({ value }) => value)
      const unavailableAt = exhibits.flatMap(({ from }) => from).filter(peer => this.workers.get(peer)?.alive === false || this.workers.get(peer)?.behaviour.withholds === true)
      const verdict = this.#verdictOn(values)
      this.examined.push(verdict)
      this.#later(this.#fetchMs, () => { this.onCoordinator({ kind: 'examined', jobId, chunk, values, unavailableAt, ...unavailableAt.length > 0 ? {} : { verdict } }) })
    } else if (effect.kind === 'assemble') {
      this.#later(5, () => { this.onCoordinator({ kind: 'assembled', jobId: effect.jobId, outputs: [] }) })
    }
  }

  /** Says of one result whether it is right, of two whether they are alike; wrong ones are never alike. */
  #verdictOn (values: readonly string[]): 'yes' | 'no' | 'failed' {
    const sorts = values.map(value => this.#sorts.get(value) ?? 'wrong')
    if (this.#examinerIsBroken || sorts.includes('unreadable')) return 'failed'
    return sorts.every(sort => sort === 'right') ? 'yes' : 'no'
  }

  #workerEffect (name: string, behaviour: WorkerBehaviour, effect: WorkerEffect): void {
    if (effect.kind === 'cancel') this.#running.set(`${name}/${effect.key}`, false)
    if (effect.kind !== 'run') return
    const { chunk, epoch, jobId } = effect.attempt.id
    const key = `${name}/${effect.key}`
    this.#running.set(key, true)
    this.executions.set(`${jobId}/${chunk}`, (this.executions.get(`${jobId}/${chunk}`) ?? 0) + 1)
    this.#later(behaviour.taskMs, () => {
      if (this.#running.get(key) !== true) return
      this.onWorker(name, { kind: 'task-done', key: effect.key, result: this.#resultOf(name, behaviour, chunk, epoch), content: [] })
    })
  }

  #resultOf (name: string, behaviour: WorkerBehaviour, chunk: number, epoch: number): TaskResult {
    const failed = this.#failures.get(name) ?? 0
    if (behaviour.failsWith !== undefined && (behaviour.failsOn ?? chunk) === chunk && failed < (behaviour.failures ?? Infinity)) {
      this.#failures.set(name, failed + 1)
      return failure(behaviour.failsWith)
    }
    const ran = this.ran.get(name) ?? 0
    this.ran.set(name, ran + 1)
    const task = { chunk, epoch, ran }
    if (behaviour.breaks?.(task) === true) return failure('node')
    const lie = typeof behaviour.lies === 'function' ? behaviour.lies(task) : behaviour.lies === true
    const own = this.#erratic(chunk) ? [fileOf(chunk, true, `${name}/${epoch}`)] : [fileOf(chunk, lie, behaviour.coalition ?? `${name}/${epoch}`)]
    const bits = behaviour.bits === undefined || lie ? own : [fileOf(chunk, true, `bits ${behaviour.bits}`)]
    const files = behaviour.shows?.(bits) ?? bits
    this.#sorts.set(resultHash({ exitCode: 0, files }), behaviour.garbles === true ? 'unreadable' : lie ? 'wrong' : 'right')
    return { ok: true, value: resultHash({ exitCode: 0, files }), files, ran: RAN, usage: { wallMs: behaviour.taskMs, cpuMs: behaviour.taskMs, peakMemoryBytes: 0 }, nonce: Buffer.from(this.random.bytes(32)).toString('hex') }
  }

  /** Delivers after a random delay, in order per direction, as one TCP stream does. */
  #send (direction: string, message: Message, deliver: (copy: Message) => void): void {
    if (this.withholdReceipts && message.receipt !== undefined) return
    const copy = structuredClone(message)
    const at = Math.max(this.#lastDelivery.get(direction) ?? 0, this.now + 2 + Math.floor(this.random.fraction() * 3))
    this.#lastDelivery.set(direction, at)
    this.#at(at, () => { deliver(copy) })
  }

  #keep (writes: readonly Write[]): void {
    if (writes.length > 0) this.#onBatch(writes)
    for (const { key, value } of writes) {
      this.trace.update(`${key}=${value ?? ''}\n`)
      if (value === undefined) this.#disk.delete(key)
      else this.#disk.set(key, value)
    }
  }

  #tick (): void {
    this.#later(250, () => {
      this.onCoordinator({ kind: 'tick' })
      for (const name of this.workers.keys()) this.onWorker(name, { kind: 'tick' })
      this.#tick()
    })
  }

  #later (ms: number, run: () => void): void { this.#at(this.now + ms, run) }
  #at (at: number, run: () => void): void { this.#agenda.add(at, run) }

  #check (): void {
    if (this.#unchecked) return
    const { ledger } = this.coordinator
    checkBooks(ledger.accounts(), ledger.holds())
    checkChannels(this.coordinator, [...this.workers.values()].map(worker => worker.state))
    for (const job of this.coordinator.jobs.values()) {
      if (jobEnded(job.record.state) && this.escrow(job.record.id) !== 0n) throw new Error(`escrow of ended job ${job.record.id} is not empty`)
    }
  }
}

function failure (failureClass: 'app' | 'node' | 'transport'): TaskResult {
  return { ok: false, failureClass, code: failureClass === 'app' ? 'EXIT_NONZERO' : 'SANDBOX_CRASHED', message: 'exited with code 3', exitCode: 3, stderrTail: 'boom', usage: { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0 } }
}

function fileOf (chunk: number, lie: boolean, who: string) {
  return { path: 'out.bin', size: 100_000, sha256: createHash('sha256').update(lie ? `lie ${who} ${chunk}` : `truth ${chunk}`).digest('hex') }
}
