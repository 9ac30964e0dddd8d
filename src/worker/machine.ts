import type { Hardware } from '../model/hardware.ts'
import { reconsider } from './owner/apply.ts'
import { sendOffer } from './offer.ts'
import type { WorkerConfig } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** The machine as it was last seen to be, and as it is advertised. */
export interface Machine {
  readonly hardware: Hardware
  /** cores and memory that may be lent at most: what there is, or less if its owner said so at the start */
  readonly cores: number
  readonly memoryMiB: number
  /** empty: not known */
  readonly numericClass: string
  /** measured over its last transfers of content, bytes per second; 0: not known */
  readonly bandwidth: number
  /** benchmark of one core, 1000 for the reference machine; 0: not known */
  readonly speed: number
}

/** A disk that fills or empties by less than this is no news, MiB. */
const DISK_STEP_MIB = 64
/** Nor is a change by a smaller share of it, or of a smaller share of the bandwidth. */
const DISK_SHARE = 0.1
const BANDWIDTH_SHARE = 0.25

/** As far as it is known at the start. */
export function machineOf ({ hardware, cores, memoryMiB, numericClass = '' }: WorkerConfig): Machine {
  return { hardware, cores, memoryMiB, numericClass, bandwidth: 0, speed: 0 }
}

/** Coordinators hear of a machine that has become another one at once; of all else with the next renewal, or never. */
export function onMachine (turn: WorkerTurn, news: Partial<Machine>): void {
  const { state } = turn
  const next = { ...state.machine, ...news }
  if (!differs(state.machine, next)) return
  state.machine = next
  const { owner } = state
  owner.capacity = { ...owner.capacity, cores: next.cores, memoryMiB: next.memoryMiB }
  if (reconsider(turn)) return
  for (const view of state.coordinators.values()) if (view.admitted) sendOffer(turn, view.peer)
}

function differs (before: Machine, next: Machine): boolean {
  return before.cores !== next.cores || before.memoryMiB !== next.memoryMiB || before.numericClass !== next.numericClass || before.speed !== next.speed ||
    Math.abs(next.bandwidth - before.bandwidth) > BANDWIDTH_SHARE * before.bandwidth ||
    Math.abs(next.hardware.diskFreeMiB - before.hardware.diskFreeMiB) > Math.max(DISK_STEP_MIB, DISK_SHARE * before.hardware.diskFreeMiB) ||
    JSON.stringify(next.hardware.gpus) !== JSON.stringify(before.hardware.gpus)
}
