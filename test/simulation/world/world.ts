import type { Message } from '../../../src/model/messages/control.ts'
import type { AttemptId } from '../../../src/model/ids.ts'
import { HONEST } from './behaviours.ts'
import type { WorkerBehaviour } from './behaviours.ts'
import { SimulatedCoordinator } from './coordinator.ts'
import { Dice } from './dice.ts'
import { SimulatedNetwork } from './network.ts'
import type { PlannedCoordinator } from './scenario.ts'
import { Schedule } from './schedule.ts'
import { Seen } from './seen.ts'
import { Stats } from './stats.ts'
import type { Trace } from './trace.ts'
import { Violation } from './violation.ts'
import { SimulatedWorker } from './worker.ts'
import type { WorkerShape } from './worker.ts'

const START = 1_800_000_000_000
const MOST_REENTRIES = 3

/** Nodes, their network and their time; one event after the other, each followed by all it causes at once. */
export class World {
  now = START
  tickMs = 250
  /** no faults any more */
  calm = false
  events = 0
  readonly dice: Dice
  readonly trace: Trace
  readonly stats = new Stats()
  readonly seen = new Seen()
  readonly network: SimulatedNetwork
  /** chunks, as `jobId/chunk`, on which a coalition has agreed whether to lie */
  readonly plots = new Map<string, boolean>()
  readonly coordinators: SimulatedCoordinator[] = []
  readonly workers: SimulatedWorker[] = []
  readonly #schedule = new Schedule()
  readonly #memories = new Map<string, { peer: string, message: Message }[]>()
  readonly #behaviours = new Map<string, WorkerBehaviour>()
  #touched = false
  #failure: Violation | undefined
  #reentries = 0

  constructor (seed: number, trace: Trace) {
    this.dice = new Dice(seed)
    this.trace = trace
    this.network = new SimulatedNetwork(this)
  }

  /** milliseconds since the beginning */
  get elapsed (): number { return this.now - START }

  addCoordinator (plan: PlannedCoordinator): void {
    const coordinator = new SimulatedCoordinator(this, plan.name, {
      trusted: new Set(plan.trusted), user: 'local', defaultBudget: 10n ** 9n, leaseTtlMs: 10_000, platforms: plan.referee ? ['wasm'] : [],
      // often enough for the journal to be pruned within a seed
      checkpointEvery: 20
    }, plan.behaviour)
    this.coordinators.push(coordinator)
    coordinator.boot()
  }

  /** A worker that finds every coordinator there is. */
  addWorker (name: string, shape: WorkerShape): void {
    const worker = new SimulatedWorker(this, name, shape)
    this.workers.push(worker)
    this.#behaviours.set(name, shape.behaviour)
    worker.boot()
    for (const coordinator of this.coordinators) this.network.introduce(coordinator.name, name)
  }

  coordinator (name: string): SimulatedCoordinator | undefined { return this.coordinators.find(one => one.name === name) }

  worker (name: string): SimulatedWorker | undefined { return this.workers.find(one => one.name === name) }

  behaviourOf (worker: string): WorkerBehaviour | undefined { return this.#behaviours.get(worker) }

  /** What an attacker has said so far. */
  readonly memory = (name: string): { peer: string, message: Message }[] => {
    const kept = this.#memories.get(name) ?? []
    this.#memories.set(name, kept)
    return kept
  }

  /** A caught attacker goes away and comes back under another name. */
  reenter (worker: SimulatedWorker): void {
    if (this.#reentries >= MOST_REENTRIES || !worker.alive) return
    const name = `${worker.name.replace(/'+$/, '')}${"'".repeat(++this.#reentries)}`
    this.after(1, () => {
      if (!worker.alive) return
      worker.leave('was caught')
      this.addWorker(name, worker.shape)
    })
  }

  onExecution (coordinator: string, { jobId, chunk }: AttemptId): void {
    this.stats.count('execution')
    const job = this.coordinator(coordinator)?.state?.jobs.get(jobId)?.record.state
    if (this.trace !== undefined && job === 'COMPLETED') this.trace.add(`${this.now} ${jobId}/${chunk} runs after the end of its job`)
  }

  get honestWorkers (): readonly SimulatedWorker[] { return this.workers.filter(worker => worker.shape.behaviour === HONEST) }

  after (ms: number, run: () => void): void { this.#schedule.add(this.now + ms, run) }

  at (at: number, run: () => void): void { this.#schedule.add(at, run) }

  /** A node was given something to do: it does it before the next event. */
  touch (): void { this.#touched = true }

  fail (error: unknown): void {
    this.#failure ??= error instanceof Violation ? error : new Violation('nothing breaks', error instanceof Error ? error.stack ?? error.message : String(error))
  }

  /** Runs a check whose failure ends the world. */
  guard (check: () => void): void {
    try {
      check()
    } catch (error) {
      this.fail(error)
    }
  }

  /**
   * Lets time pass until `done`, or until the virtual time `until`.
   * @throws Violation the first promise that does not hold
   */
  async run (until: number, done: () => boolean = () => false): Promise<void> {
    while (this.now < until && !done()) {
      const next = this.#schedule.next()
      if (next === undefined || next.at > until) {
        if (next !== undefined) this.#schedule.add(next.at, next.run)
        this.now = until
        return
      }
      this.now = Math.max(this.now, next.at)
      this.events++
      next.run()
      if (this.#touched) {
        this.#touched = false
        await new Promise<void>(resolve => { setImmediate(resolve) })
      }
      if (this.#failure !== undefined) throw this.#failure
    }
  }
}
