import { BASE_CREDIT } from '../../../src/ledger/credit.ts'
import { attemptKey } from '../../../src/model/ids.ts'
import type { Message } from '../../../src/model/messages/control.ts'
import type { Write } from '../../../src/model/store.ts'
import { Holds } from '../../../src/storage/index.ts'
import { settleTurn, step } from '../../../src/worker/core.ts'
import type { TaskResult, WorkerEffect, WorkerEvent } from '../../../src/worker/events.ts'
import { loadWorker } from '../../../src/worker/load.ts'
import type { WorkerAttempt, WorkerConfig, WorkerState } from '../../../src/worker/state.ts'
import { WorkerTurn } from '../../../src/worker/turn.ts'
import { RAN } from '../jobs.ts'
import type { WorkerBehaviour } from './behaviours.ts'
import { simulatedSigner } from './signer.ts'
import { SimulatedProcess } from './process.ts'
import { truth } from './truth.ts'
import { auditWorker } from './worker-audit.ts'
import type { World } from './world.ts'

const HARDWARE = { cores: 8, cpuModel: 'sim', arch: 'x64', platform: 'linux', memoryMiB: 8192, memoryAvailableMiB: 8192, diskFreeMiB: 10_000, gpus: [] }
const USAGE = { wallMs: 1, cpuMs: 1, peakMemoryBytes: 1 }

export interface WorkerShape {
  readonly slots: number
  /** 1 is the reference machine, 0.5 takes twice as long */
  readonly speed: number
  readonly operator: string
  readonly behaviour: WorkerBehaviour
}

interface RunningTask { readonly attempt: WorkerAttempt, started: boolean, ended: boolean }

/** A worker with everything around its core: a sandbox with slots, and the content of its results. */
export class SimulatedWorker extends SimulatedProcess<WorkerEvent, WorkerTurn> {
  state: WorkerState | undefined
  readonly shape: WorkerShape
  readonly #config: WorkerConfig
  readonly #blobs = new Set<string>()
  /** price of every attempt it was ever leased, by coordinator */
  readonly leased = new Map<string, Map<string, bigint>>()
  #holds = new Holds()
  #tasks = new Map<string, RunningTask>()

  constructor (world: World, name: string, shape: WorkerShape) {
    super(world, name)
    this.shape = shape
    this.#config = { slots: shape.slots, priceLevel: 1000, images: { allow: [], deny: [] }, isolation: 'namespaces', operator: shape.operator, hardware: HARDWARE, memoryMiB: 8192, cores: 8, creditLimit: BASE_CREDIT }
    const { garble } = shape.behaviour
    world.network.join(name, {
      incarnation: () => 0,
      alive: () => this.alive,
      pausedUntil: () => this.pausedUntil,
      onUp: (peer, incarnation) => { this.post({ kind: 'peer-up', peer, role: 'coordinator', incarnation }) },
      onDown: peer => { this.post({ kind: 'peer-down', peer }) },
      onMessage: (peer, message) => {
        this.#noteLease(peer, message)
        if (message.verdict?.accepted === false) shape.behaviour.onRejected?.(this, peer)
        this.post({ kind: 'message', peer, message })
      },
      ...garble === undefined ? {} : { garble: bytes => garble(bytes, world.dice) }
    })
  }

  /** True when the files of its results can be had from it. */
  gives (sha256: string): boolean {
    return this.alive && this.shape.behaviour.withholds !== true && this.#blobs.has(sha256)
  }

  protected async load (): Promise<void> {
    this.#holds = new Holds()
    this.#tasks = new Map()
    this.state = await loadWorker(this.disk, simulatedSigner(this.name), this.#config, { platforms: ['wasm'], runtimes: [], egress: false })
  }

  protected begin (now: number): WorkerTurn {
    if (this.state === undefined) throw new Error('the worker is not loaded')
    return new WorkerTurn(this.state, now)
  }

  protected step (turn: WorkerTurn, event: WorkerEvent): void { step(turn, event) }
  protected finish (turn: WorkerTurn): void { settleTurn(turn) }
  protected mayRefuse (): boolean { return false }
  protected onStarted (): void { /* it waits for coordinators */ }
  protected onEnded (): void {
    this.state = undefined
    this.#tasks = new Map()
  }

  protected onApplied (_: readonly Write[]): void { /* its state is checked in memory */ }
  protected onTurn (turn: WorkerTurn): void { auditWorker(this.world, this, turn.state) }
  protected outgoing (peer: string, message: Message): readonly Message[] { return this.shape.behaviour.outgoing?.(this, peer, message) ?? [message] }

  protected effects (turn: WorkerTurn): void {
    for (const effect of turn.effects) this.#effect(effect)
  }

  #noteLease (peer: string, { lease }: Message): void {
    if (lease?.attempt === undefined) return
    const prices = this.leased.get(peer) ?? new Map<string, bigint>()
    this.leased.set(peer, prices)
    prices.set(attemptKey(lease.attempt), lease.price)
  }

  #effect (effect: WorkerEffect): void {
    switch (effect.kind) {
      case 'run':
        this.#tasks.set(effect.key, { attempt: effect.attempt, started: false, ended: false })
        this.#startNext()
        break
      case 'cancel': this.#finish(effect.key, { ...failed('transport', 'CANCELLED', 'the coordinator recalled the task') }); break
      case 'forget':
        for (const sha256 of effect.hashes) void this.#holds.delete(sha256, it => Promise.resolve(void this.#blobs.delete(it)))
        break
      case 'release': this.#holds.release(effect.key); break
      default:
    }
  }

  #startNext (): void {
    let running = 0
    for (const task of this.#tasks.values()) if (task.started) running++
    for (const [key, task] of this.#tasks) {
      if (running >= this.shape.slots) return
      if (task.started) continue
      task.started = true
      running++
      this.#run(key, task)
    }
  }

  #run (key: string, task: RunningTask): void {
    const { id, coordinator, input } = task.attempt
    const app = this.world.coordinator(coordinator)?.submissions.get(id.jobId)?.app
    if (app === undefined) {
      this.later(1, () => { this.#finish(key, failed('transport', 'SPEC_INVALID', 'the task specification cannot be read')) })
      return
    }
    if (input.size > 8192 && !this.world.network.connected(this.name, coordinator)) {
      this.later(50, () => { this.#finish(key, failed('transport', 'INPUT_UNAVAILABLE', 'its input cannot be had')) })
      return
    }
    this.world.onExecution(coordinator, id)
    const took = Math.ceil(app.taskMs / this.shape.speed * (0.8 + 0.4 * this.world.dice.fraction()))
    this.later(took, () => {
      const honest = app.broken.has(id.chunk) ? undefined : truth(id.jobId, id.chunk, app)
      const result = this.shape.behaviour.result === undefined ? honest : this.shape.behaviour.result(this, task.attempt, app, honest)
      if (result === 'never') return
      if (result === undefined) this.#finish(key, failed('app', 'EXIT_NONZERO', 'exited with code 3'))
      else if ('failureClass' in result) this.#finish(key, failed(result.failureClass, result.failureClass === 'app' ? 'EXIT_NONZERO' : 'SANDBOX_CRASHED', 'it failed'))
      else this.#finish(key, { ok: true, ...result, ran: RAN, usage: { ...USAGE, wallMs: took }, nonce: this.world.dice.hex(32) })
    })
  }

  #finish (key: string, result: TaskResult): void {
    const task = this.#tasks.get(key)
    if (task === undefined || task.ended) return
    task.ended = true
    this.#tasks.delete(key)
    const content = result.ok ? result.files.map(file => file.sha256) : []
    for (const sha256 of content) {
      void this.#holds.hold(key, sha256)
      this.#blobs.add(sha256)
    }
    this.post({ kind: 'task-done', key, result, content })
    this.#startNext()
  }
}

function failed (failureClass: 'app' | 'node' | 'transport', code: 'CANCELLED' | 'SPEC_INVALID' | 'INPUT_UNAVAILABLE' | 'EXIT_NONZERO' | 'SANDBOX_CRASHED', message: string): TaskResult {
  return { ok: false, failureClass, code, message, exitCode: failureClass === 'app' ? 3 : 0, stderrTail: failureClass === 'app' ? 'boom' : '', usage: USAGE }
}
