import type { Calibrations } from '../market/calibration.ts'
import { isAppClass } from './app-class.ts'

/**
 * What a coordinator remembers of one worker, by peer id. An operator's name is
 * only claimed: were strikes shared by it, anybody could have another's machines
 * banned, and were passes, anybody could take over another's trust. So the name
 * counts only against who claims it: replicas of a chunk, checks and audits never
 * go to two workers of one name.
 */
export interface Standing {
  readonly peer: string
  /** times of strikes, milliseconds, oldest first */
  readonly strikes: readonly number[]
  /** verified results since the last strike */
  readonly passes: number
  readonly attempts: number
  readonly successes: number
  /** jobs on which this node failed by its own fault since its last success */
  readonly failedJobs: readonly string[]
  /** by class of app (app-class.ts): verified results since the last strike, and when the last of them was, milliseconds; records of older versions have none */
  readonly apps?: Readonly<Record<string, { readonly passes: number, readonly at: number }>>
  /** coordinators that accused it and are not trusted here, and when, milliseconds; records of older versions have none */
  readonly doubts?: readonly { readonly by: string, readonly at: number }[]
  /** when its node failed last, milliseconds; records of older versions have none */
  readonly nodeFailedAt?: number
  /** how its chunks turn out against what is expected of them (market/calibration.ts); records of older versions have none */
  readonly calibration?: Calibrations
}

/** Two strikes inside this window ban a worker. */
export const STRIKE_WINDOW_MS = 30 * 24 * 3600 * 1000
const STRIKES_TO_BAN = 2
/** A worker whose own faults ended attempts of this many distinct jobs since its last success gets no more leases for a while. */
const CIRCUIT_JOBS = 3
/** After this long, milliseconds, such a worker is tried with one chunk at a time: a verified result closes its circuit, a failure opens it anew. */
export const CIRCUIT_OPEN_MS = 10 * 60_000
/** Attempts remembered for the success rate; older ones fade. */
const REMEMBERED_ATTEMPTS = 200
/** Passes count no more after this long without one, milliseconds. */
const DECAY_MS = 30 * 24 * 3600 * 1000
/** Accusations by strangers that count within the window of strikes. */
const MOST_DOUBTS = 3
/** Apps remembered per worker; the one passed longest ago is forgotten first. */
const REMEMBERED_APPS = 32

export function newStanding (peer: string): Standing {
  return { peer, strikes: [], passes: 0, attempts: 0, successes: 0, failedJobs: [] }
}

/** Verified results of a worker for an app since its last wrong one; none when the last is too long ago. */
export function passesOf (standing: Standing, app: string, now: number): number {
  const found = standing.apps?.[app]
  return found === undefined || now - found.at > DECAY_MS ? 0 : found.passes
}

/**
 * Passes that records of older versions have under an app's name, under its class
 * instead. Where several apps had the name nobody knows which were passed, and they are forgotten.
 */
export function withClasses (standing: Standing, classesOf: (name: string) => ReadonlySet<string>): Standing {
  if (standing.apps === undefined || Object.keys(standing.apps).every(isAppClass)) return standing
  const apps = Object.entries(standing.apps).flatMap(([key, found]) => {
    if (isAppClass(key)) return [[key, found] as const]
    const classes = [...classesOf(key)]
    return classes.length === 1 ? [[classes[0] ?? key, found] as const] : []
  })
  return { ...standing, apps: Object.fromEntries(apps) }
}

/** A verified result for an app. */
export function withPass (standing: Standing, app: string, at: number): Standing {
  const passes = passesOf(standing, app, at) + 1
  const apps = Object.entries({ ...standing.apps, [app]: { passes, at } }).sort(([, a], [, b]) => b.at - a.at).slice(0, REMEMBERED_APPS)
  return remember({ ...standing, passes: standing.passes + 1, failedJobs: [], apps: Object.fromEntries(apps) }, true)
}

export function withStrike (standing: Standing, at: number): Standing {
  return remember({ ...standing, passes: 0, apps: {}, strikes: [...standing.strikes.filter(time => time > at - STRIKE_WINDOW_MS), at] }, false)
}

/**
 * Somebody who is not trusted here accuses it: its passes count no more, nothing
 * else. Once for each accuser, and a few times in all, within the window of strikes:
 * names are free, and whoever makes them up must not keep anybody from being proven for ever.
 */
export function withDoubt (standing: Standing, by: string, at: number): Standing {
  const doubts = (standing.doubts ?? []).filter(doubt => doubt.at > at - STRIKE_WINDOW_MS)
  if (doubts.length >= MOST_DOUBTS || doubts.some(doubt => doubt.by === by)) return standing
  return { ...standing, passes: 0, apps: {}, doubts: [...doubts, { by, at }] }
}

/** An attempt that ended by the node's own fault: no strike, but it counts against its success rate and its circuit. */
export function withNodeFailure (standing: Standing, jobId: string, at: number): Standing {
  const failedJobs = standing.failedJobs.includes(jobId) ? standing.failedJobs : [...standing.failedJobs, jobId].slice(-CIRCUIT_JOBS)
  return remember({ ...standing, failedJobs, nodeFailedAt: at }, false)
}

export function doubtsInWindow (standing: Standing, now: number): number {
  return (standing.doubts ?? []).filter(({ at }) => at > now - STRIKE_WINDOW_MS).length
}

export function strikesInWindow (standing: Standing, now: number): number {
  return standing.strikes.filter(time => time > now - STRIKE_WINDOW_MS).length
}

export function isBanned (standing: Standing, now: number): boolean {
  return strikesInWindow(standing, now) >= STRIKES_TO_BAN
}

/** closed: no doubt. open: no leases. half-open: one lease at a time, to see whether the node works again. */
export function circuitOf (standing: Standing, now: number): 'closed' | 'open' | 'half-open' {
  if (standing.failedJobs.length < CIRCUIT_JOBS) return 'closed'
  return now < circuitReopensAt(standing) ? 'open' : 'half-open'
}

/** When a worker whose circuit is open is tried again, milliseconds. */
export function circuitReopensAt (standing: Standing): number {
  return (standing.nodeFailedAt ?? 0) + CIRCUIT_OPEN_MS
}

/** Laplace estimate of the chance that an attempt fails: `1 − (successes+1)/(attempts+2)` over the last 200. */
export function failureChance (standing: Standing): number {
  return 1 - (standing.successes + 1) / (standing.attempts + 2)
}

function remember (standing: Standing, success: boolean): Standing {
  const fade = standing.attempts >= REMEMBERED_ATTEMPTS ? 1 - 1 / REMEMBERED_ATTEMPTS : 1
  return { ...standing, attempts: standing.attempts * fade + 1, successes: standing.successes * fade + (success ? 1 : 0) }
}
