import { createHash } from 'node:crypto'
import { NightshiftError } from '../../model/errors.ts'
import { MAX_WORKERS } from '../cluster.ts'
import type { Behaviour } from '../cluster.ts'
import { Dice } from '../dice.ts'
import type { Direction, LinkConditions } from '../proxy.ts'

/** How many workers of each kind but the honest. */
export type Cast = Readonly<Record<Exclude<Behaviour, 'honest'>, number>>

export interface ChaosOptions {
  /** the same seed plans the same faults in the same order; when they hit depends on the machine */
  readonly seed: number
  readonly workers: number
  readonly cast: Cast
  /** how often the coordinator is killed and started again */
  readonly coordinatorKills: number
  /** between every worker and the coordinator, each way, milliseconds */
  readonly latencyMs: number
  readonly jitterMs: number
  /** bytes per second, each way; 0 means no limit */
  readonly bandwidth: number
  /** of each connection */
  readonly resetsPerMinute: number
  /** the faults end after this long, milliseconds, or with the job */
  readonly durationMs: number
}

/** Something that is done to a node from outside. */
export interface Fault {
  readonly kind: 'partition' | 'kill' | 'freeze'
  /** after the one before was over, milliseconds */
  readonly waitMs: number
  /** how long until the node may go on, milliseconds */
  readonly lastsMs: number
  /** what is lost in a partition */
  readonly directions: readonly Direction[]
}

const MAX_DURATION_MS = 3_600_000
const MAX_LATENCY_MS = 60_000

const KINDS: Partial<Record<Behaviour, Fault['kind']>> = { partitioned: 'partition', killed: 'kill', frozen: 'freeze' }
/** The first fault hits while the job surely runs, milliseconds. */
const FIRST_MS = [500, 3000] as const
const BETWEEN_MS = [3000, 10_000] as const
/** A lease lasts 10 s: some faults are over before, others after. */
const LASTS_MS: Readonly<Record<Fault['kind'], readonly [number, number]>> = { partition: [2000, 15_000], kill: [0, 4000], freeze: [1000, 14_000] }
const WAYS: readonly (readonly Direction[])[] = [['forth', 'back'], ['forth'], ['back']]

/** Refuses what makes no sense, or more than a machine should bear. Throws NS_E_USAGE. */
export function checkChaos ({ workers, cast, latencyMs, jitterMs, durationMs }: ChaosOptions): void {
  const special = Object.values(cast).reduce((sum, count) => sum + count, 0)
  if (workers < 1 || workers > MAX_WORKERS || special > workers) {
    throw new NightshiftError('NS_E_USAGE', `a cluster of ${workers} workers, ${special} of them with a fault, is not possible`, {
      remedy: `choose 1 to ${MAX_WORKERS} workers; those with a fault are among them`
    })
  }
  if (latencyMs + jitterMs > MAX_LATENCY_MS) throw new NightshiftError('NS_E_USAGE', `latency and jitter are ${latencyMs + jitterMs} ms together`, { remedy: `choose at most ${MAX_LATENCY_MS} ms` })
  if (durationMs < 1000 || durationMs > MAX_DURATION_MS) throw new NightshiftError('NS_E_USAGE', `faults of ${durationMs / 1000} s are not possible`, { remedy: `choose 1 to ${MAX_DURATION_MS / 1000} s` })
}

/** What each worker is like: the honest ones first. */
export function behavioursOf ({ workers, cast }: Pick<ChaosOptions, 'workers' | 'cast'>): readonly Behaviour[] {
  const special = (Object.entries(cast) as [Behaviour, number][]).flatMap(([behaviour, count]) => Array<Behaviour>(count).fill(behaviour))
  return [...Array<Behaviour>(workers - special.length).fill('honest'), ...special]
}

/** What every link does for as long as the faults last. */
export function conditionsOf ({ latencyMs, jitterMs, bandwidth, resetsPerMinute }: ChaosOptions): LinkConditions {
  const way = { latencyMs, jitterMs, bandwidth }
  return { forth: way, back: way, resetsPerMinute }
}

/** Chance of one part of a plan, independent of what other parts do with theirs. */
export function diceOf (seed: number, part: string): Dice {
  return new Dice(createHash('sha256').update(`${seed} ${part}`).digest().readUInt32LE())
}

/** What happens to a worker, without end. Nothing, unless it is of a kind that is hurt from outside. */
export function * faultsOf (seed: number, name: string, behaviour: Behaviour): Generator<Fault, void> {
  const kind = KINDS[behaviour]
  if (kind !== undefined) yield * faults(diceOf(seed, name), kind)
}

/** What happens to the coordinator. */
export function * coordinatorFaultsOf (seed: number, kills: number): Generator<Fault, void> {
  let left = kills
  for (const fault of faults(diceOf(seed, 'coordinator'), 'kill')) {
    if (left-- <= 0) return
    yield fault
  }
}

function * faults (dice: Dice, kind: Fault['kind']): Generator<Fault, never> {
  for (let range: readonly [number, number] = FIRST_MS; ; range = BETWEEN_MS) {
    yield { kind, waitMs: dice.whole(...range), lastsMs: dice.whole(...LASTS_MS[kind]), directions: kind === 'partition' ? dice.pick(WAYS) : [] }
  }
}
