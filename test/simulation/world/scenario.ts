import { ATTACKERS, BYZANTINE_COORDINATORS, HONEST, HONEST_COORDINATOR } from './behaviours.ts'
import type { CoordinatorBehaviour, WorkerBehaviour } from './behaviours.ts'
import type { Dice } from './dice.ts'
import { CLEAR } from './network.ts'
import type { Weather } from './network.ts'
import type { AppShape } from './truth.ts'
import type { WorkerShape } from './worker.ts'

/** Units that may not do for a whole job. */
export const SMALL_BUDGET = 10n ** 6n

export interface PlannedJob {
  readonly at: number
  readonly coordinator: string
  readonly chunks: number
  /** unset: as many as what is known of the workers asks for */
  readonly replicas: number | undefined
  /** percent; unset: 99. With less, workers are proven after a few results, and run batches alone */
  readonly confidence?: number
  readonly budget: bigint
  readonly jobTimeoutS: number
  readonly allowPartial: boolean
  readonly estimateS: number
  readonly app: AppShape
  /** its user aborts it, or retries it when it failed, at this time */
  readonly abortAt?: number
  readonly retryAt?: number
}

export interface PlannedCoordinator {
  readonly name: string
  readonly behaviour: CoordinatorBehaviour
  /** can run the app itself, for disputes */
  readonly referee: boolean
  readonly trusted: readonly string[]
}

/** How often each kind of trouble comes in the time of faults. */
export interface Troubles {
  readonly weather: Weather
  readonly partitions: number
  readonly crashes: number
  readonly slowDisks: number
  readonly brokenDisks: number
  readonly clockJumps: number
  readonly pauses: number
  readonly drains: number
}

/** Everything a seed decides before the first event. */
export interface Scenario {
  readonly faultsForMs: number
  readonly tickMs: number
  readonly coordinators: readonly PlannedCoordinator[]
  readonly workers: readonly (WorkerShape & { readonly name: string })[]
  readonly jobs: readonly PlannedJob[]
  readonly troubles: Troubles
}

export const NO_TROUBLES: Troubles = {
  weather: CLEAR, partitions: 0, crashes: 0, slowDisks: 0, brokenDisks: 0, clockJumps: 0, pauses: 0, drains: 0
}

/** A network and its troubles. Each kind of trouble and attacker is in some seeds and not in others, so that their mixes differ (swarm testing). */
export function scenarioOf (dice: Dice): Scenario {
  const maybe = (probability: number, make: () => number): number => dice.chance(probability) ? make() : 0
  const faultsForMs = dice.whole(15_000, 60_000)
  const honest = dice.whole(2, 5)
  const attackers = dice.chance(0.35) ? 0 : dice.whole(1, 4)
  const shared = dice.chance(0.3) ? dice.pick(ATTACKERS) : undefined
  const workers = [
    ...Array.from({ length: honest }, (_, i) => ({ name: `w${i + 1}`, ...shapeOf(dice, HONEST) })),
    ...Array.from({ length: attackers }, (_, i) => {
      const behaviour = shared ?? dice.pick(ATTACKERS)
      return { name: `x${i + 1}-${behaviour.name}`, ...shapeOf(dice, behaviour) }
    })
  ]
  const coordinators: PlannedCoordinator[] = Array.from({ length: dice.chance(0.75) ? 1 : 2 }, (_, i) => ({
    name: `c${i + 1}`, behaviour: HONEST_COORDINATOR, referee: dice.chance(0.7), trusted: dice.chance(0.2) ? ['w1'] : []
  }))
  if (dice.chance(0.2)) coordinators.push({ name: 'z1', behaviour: dice.pick(BYZANTINE_COORDINATORS), referee: true, trusted: [] })
  return {
    faultsForMs,
    tickMs: dice.pick([250, 500, 1000]),
    coordinators,
    workers,
    jobs: coordinators.flatMap(({ name, referee }) => Array.from({ length: dice.whole(1, 2) }, () => withBatches(withJudge(jobOf(dice, name, faultsForMs, honest), referee)))),
    troubles: {
      weather: dice.chance(0.5) ? CLEAR : {
        drop: maybe(0.4, () => dice.fraction() * 0.1),
        delay: maybe(0.4, () => dice.fraction() * 0.1),
        duplicate: maybe(0.4, () => dice.fraction() * 0.2),
        reorder: maybe(0.4, () => dice.fraction() * 0.3),
        corrupt: maybe(0.2, () => dice.fraction() * 0.01)
      },
      partitions: maybe(0.3, () => dice.whole(1, 4)),
      crashes: maybe(0.5, () => dice.whole(1, 8)),
      slowDisks: maybe(0.2, () => dice.whole(1, 3)),
      brokenDisks: maybe(0.2, () => dice.whole(1, 3)),
      clockJumps: maybe(0.2, () => dice.whole(1, 4)),
      pauses: maybe(0.25, () => dice.whole(1, 4)),
      drains: maybe(0.15, () => dice.whole(1, 2))
    }
  }
}

function shapeOf (dice: Dice, behaviour: WorkerBehaviour): WorkerShape {
  return {
    behaviour, slots: dice.pick([1, 1, 2, 4]), speed: dice.pick([0.3, 1, 1, 2]),
    operator: dice.chance(0.1) ? 'farm' : ''
  }
}

function jobOf (dice: Dice, coordinator: string, faultsForMs: number, honest: number): PlannedJob {
  const chunks = dice.pick([1, 2, dice.whole(3, 12), dice.whole(3, 12), dice.whole(10, 30)])
  const taskMs = dice.pick([5, 100, 500, 2000])
  const at = dice.chance(0.5) ? 0 : dice.whole(0, Math.floor(faultsForMs / 2))
  return {
    at,
    coordinator,
    chunks,
    replicas: dice.chance(0.5) ? undefined : Math.min(honest, dice.pick([1, 2, 2, 3])),
    budget: dice.chance(0.9) ? 10n ** 11n : SMALL_BUDGET,
    jobTimeoutS: dice.chance(0.1) ? dice.whole(5, 60) : 0,
    allowPartial: dice.chance(0.2),
    estimateS: dice.chance(0.8) ? taskMs / 1000 : 0.001,
    app: {
      taskMs,
      files: dice.pick([0, 1, 1, 2]),
      fileBytes: dice.pick([100, 20_000]),
      inputBytes: dice.pick([100, 100_000]),
      distinct: dice.chance(0.2) ? 2 : chunks,
      broken: new Set(dice.chance(0.1) ? [dice.whole(0, chunks - 1)] : [])
    },
    ...dice.chance(0.05) ? { abortAt: at + dice.whole(0, faultsForMs) } : {},
    ...dice.chance(0.2) ? { retryAt: at + dice.whole(0, faultsForMs) } : {}
  }
}

/** Some apps bring a script that judges their results, where the coordinator can run it. Drawn from what is drawn already, so that a seed keeps the rest of its network. */
function withJudge (job: PlannedJob, referee: boolean): PlannedJob {
  const judged = referee ? ([undefined, 'fuzzy', undefined, 'self-checked'] as const)[(job.at + job.chunks + job.app.taskMs) % 4] : undefined
  return judged === undefined ? job : { ...job, app: { ...job.app, judged }, replicas: judged === 'self-checked' ? undefined : job.replicas }
}

/** Every other job that leaves the number of replicas open is content with workers that are proven soon, so that batches meet faults too. Drawn from what is drawn already. */
function withBatches (job: PlannedJob): PlannedJob {
  const soon = job.replicas === undefined && job.app.judged === undefined && (job.at + job.chunks + job.app.taskMs) % 2 === 0
  return soon ? { ...job, confidence: job.chunks % 2 === 0 ? 80 : 90 } : job
}
