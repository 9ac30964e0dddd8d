import type { OwnerRules } from '../../model/owner-rules.ts'
import { reason } from '../../model/reasons.ts'
import type { Reason } from '../../model/reasons.ts'
import type { Conditions, OwnerCommand } from './conditions.ts'
import { scheduleAt } from './schedule.ts'

/** A machine paused for the load of other programs goes on only below this share of the threshold: else it would flicker around it. */
const CALM_SHARE = 0.8
const GIB = 1024 ** 3

/** What may run at the moment, and why not more. */
export interface Allowance {
  /** tasks at a time */
  readonly tasks: number
  readonly cores: number
  readonly memoryMiB: number
  readonly gpus: boolean
  /** may anything begin; what runs may go on unless `suspended` */
  readonly takesWork: boolean
  /** what runs is held as well */
  readonly suspended: boolean
  /** what was held gives its memory back at once */
  readonly release: boolean
  /** why it takes no work, or less of it */
  readonly reason?: Reason
  /** when that is known to change, milliseconds since the epoch */
  readonly until?: number
  readonly inUse: boolean
  /** the next change of the schedule, milliseconds since the epoch */
  readonly scheduleChangesAt?: number
}

/** What the machine has, and how many tasks it runs at a time when nothing limits it. */
export interface Capacity {
  readonly cores: number
  readonly memoryMiB: number
  readonly tasks: number
}

/** Without an owner's rules all of the machine is lent, always. */
export function unlimited (capacity: Capacity): Allowance {
  return { ...capacity, gpus: true, takesWork: true, suspended: false, release: false, inUse: false }
}

/**
 * What the owner's rules allow under these conditions. The first rule that
 * stops everything is the reason; by hand comes before by rule.
 * @param before the last allowance, so that load near a threshold does not make it flicker
 */
export function allowanceOf (rules: OwnerRules, capacity: Capacity, seen: Conditions, command: OwnerCommand | undefined, now: number, before?: Allowance): Allowance {
  const inUse = isInUse(rules, seen)
  const caps = inUse ? rules.inUse : rules.idle
  const cores = capacity.cores * caps.cpu / 100
  const schedule = scheduleAt(rules.schedule, now)
  const limited: Allowance = {
    tasks: Math.max(1, Math.min(capacity.tasks, Math.floor(cores + 1e-9))),
    cores,
    memoryMiB: Math.floor(capacity.memoryMiB * caps.memory / 100),
    gpus: rules.gpu === 'always' || (rules.gpu === 'idle' && !inUse),
    takesWork: true,
    suspended: false,
    release: false,
    inUse,
    ...schedule.changesAt === undefined ? {} : { scheduleChangesAt: schedule.changesAt }
  }
  const stop = (why: Reason, rest: Partial<Allowance> = {}): Allowance => ({ ...limited, takesWork: false, suspended: true, reason: why, ...rest })
  if (command?.kind === 'pause' && (command.until ?? Infinity) > now) {
    return stop(reason('OWNER_PAUSED', `paused by its owner${command.until === undefined ? ', until "nightshift node resume"' : ''}`), { release: command.release, ...command.until === undefined ? {} : { until: command.until } })
  }
  if (!schedule.open) return stop(reason('OUTSIDE_HOURS', 'outside the hours its owner set'), schedule.changesAt === undefined ? {} : { until: schedule.changesAt })
  if (seen.onBattery && rules.onBattery === 'pause') return stop(reason('ON_BATTERY', 'runs on battery'))
  if (inUse && rules.whenInUse === 'pause') return stop(reason('MACHINE_IN_USE', `the machine is in use${usedBecause(rules, seen)}`))
  const threshold = pauseThreshold(rules, before)
  if (seen.otherLoad > threshold) {
    return stop(reason('OTHER_LOAD', `other programs take ${Math.round(seen.otherLoad)} % of the processor, above ${rules.pauseAbove} % nothing runs${threshold === rules.pauseAbove ? '' : `, and again below ${Math.round(threshold)} %`}`))
  }
  if (rules.traffic !== null && seen.trafficBytes >= rules.traffic.gib * GIB) {
    return { ...limited, takesWork: false, reason: reason('TRAFFIC_QUOTA', `${gib(seen.trafficBytes)} of ${rules.traffic.gib} GiB of traffic in ${rules.traffic.days} days are used up`) }
  }
  if (seen.diskBytes >= rules.diskGib * GIB) return { ...limited, takesWork: false, reason: reason('DISK_QUOTA', `${gib(seen.diskBytes)} of the ${rules.diskGib} GiB of disk space its owner gives are used up`) }
  if (command?.kind === 'finish') return { ...limited, takesWork: false, reason: reason('FINISHING', 'finishes what runs and takes nothing more, until "nightshift node resume"') }
  if (inUse && (limited.tasks < capacity.tasks || cores < 1)) return { ...limited, reason: reason('MACHINE_IN_USE', `the machine is in use${usedBecause(rules, seen)}: ${cores < 1 ? lessThanOne(cores, capacity) : `${limited.tasks} of ${capacity.tasks} tasks at a time`}`) }
  if (cores < 1) return { ...limited, reason: reason('CORES_TOO_FEW', lessThanOne(cores, capacity)) }
  return limited
}

/** A machine that lends a part of a core waits for jobs in vain, and nothing else says so. */
function lessThanOne (cores: number, capacity: Capacity): string {
  return `${Number(cores.toFixed(2))} of ${Number(capacity.cores.toFixed(2))} cores may be used, and most jobs ask for a whole one`
}

function isInUse (rules: OwnerRules, seen: Conditions): boolean {
  return seen.inputIdleMs === undefined ? seen.otherLoad > rules.inUseAbove : seen.inputIdleMs < rules.idleAfter * 1000
}

function usedBecause (rules: OwnerRules, seen: Conditions): string {
  if (seen.inputIdleMs === undefined) return ` (other programs take ${Math.round(seen.otherLoad)} % of the processor, above ${rules.inUseAbove} % it counts as used)`
  return ` (last touched ${Math.round(seen.inputIdleMs / 1000)} s ago, idle after ${rules.idleAfter} s)`
}

function pauseThreshold (rules: OwnerRules, before: Allowance | undefined): number {
  if (rules.pauseAbove === null) return Infinity
  return before?.reason?.code === 'OTHER_LOAD' ? rules.pauseAbove * CALM_SHARE : rules.pauseAbove
}

function gib (bytes: number): string {
  const value = bytes / GIB
  return value >= 0.1 || value === 0 ? value.toFixed(1) : value.toPrecision(1)
}
