/** How a worker's chunks turn out against what was expected of them. Kept with its reputation. */
export interface Calibration {
  /** κ, actual over estimated time of a lease, smoothed: above 1 for whoever is slower than it seems */
  readonly kappa: number
  /** time of a run over the median run of its job, smoothed: 10 for a machine ten times slower than its peers */
  readonly pace: number
  /** measurements it rests on, as far as they are counted */
  readonly samples: number
  /** when the last was made, milliseconds */
  readonly at: number
}

/** Calibrations of one worker: over everything it ran, and by class of app. */
export interface Calibrations {
  readonly all: Calibration
  readonly apps: Readonly<Record<string, Calibration>>
}

/** One finished lease, all in milliseconds. */
export interface Measured {
  /** expected when it was leased, before κ */
  readonly estimatedMs: number
  /** from lease to commit, by the coordinator's clock */
  readonly actualMs: number
  /** the run alone; never more than `actualMs`, whatever the worker says */
  readonly ranMs: number
  /** median run of the job */
  readonly medianMs: number
}

export const KAPPA_RANGE = [0.5, 4] as const
const PACE_RANGE = [0.02, 50] as const
/** Weight of the newest measurement once there are so many; before, all count alike. */
const SMOOTHING = 0.1
/** Figures of one class of app count once there are so many; before, those of everything the worker ran. */
const ENOUGH = 3
/** Shorter estimates than this say more of clocks than of machines, milliseconds. */
const LEAST_MS = 1
const REMEMBERED_APPS = 32

const UNKNOWN: Calibration = { kappa: 1, pace: 1, samples: 0, at: 0 }

/** Adds a finished lease to what is known of its worker. */
export function withMeasurement (known: Calibrations | undefined, appClass: string, measured: Measured, at: number): Calibrations {
  const apps = { ...known?.apps, [appClass]: updated(known?.apps[appClass], measured, at) }
  const kept = Object.entries(apps).sort(([, a], [, b]) => b.at - a.at).slice(0, REMEMBERED_APPS)
  return { all: updated(known?.all, measured, at), apps: Object.fromEntries(kept) }
}

/** What counts for one class of app: its own figures once there are enough, else those of all the worker ran; nothing known is κ = pace = 1. */
export function calibrationFor (known: Calibrations | undefined, appClass: string): Calibration {
  const own = known?.apps[appClass]
  return own !== undefined && own.samples >= ENOUGH ? own : known?.all ?? UNKNOWN
}

function updated (before: Calibration = UNKNOWN, { estimatedMs, actualMs, ranMs, medianMs }: Measured, at: number): Calibration {
  const weight = Math.max(SMOOTHING, 1 / (before.samples + 1))
  const ratio = Math.max(LEAST_MS, actualMs) / Math.max(LEAST_MS, estimatedMs)
  const pace = Math.max(LEAST_MS, ranMs) / Math.max(LEAST_MS, medianMs)
  return {
    kappa: clamp(before.kappa + weight * (clamp(ratio, KAPPA_RANGE) - before.kappa), KAPPA_RANGE),
    pace: clamp(before.pace + weight * (clamp(pace, PACE_RANGE) - before.pace), PACE_RANGE),
    samples: Math.min(before.samples + 1, 1 / SMOOTHING),
    at
  }
}

function clamp (value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value))
}
