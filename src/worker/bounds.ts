import { BUNDLE_LIMITS } from '../blocks/index.ts'
import { LIMITS } from '../model/limits.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import type { BlobRef } from '../model/store.ts'
import type { TaskSpec } from '../model/task-spec.ts'
import { fileListProblem } from '../verification/file-list.ts'
import type { WorkerState } from './state.ts'

/** What this worker lends to one task, whatever a coordinator asks for. */
export interface TaskBounds {
  readonly memoryMiB: number
  readonly diskMiB: number
}

const MIB = 1024 ** 2

export function boundsOf (state: Pick<WorkerState, 'machine' | 'owner'>): TaskBounds {
  return { memoryMiB: state.machine.memoryMiB, diskMiB: lentDiskMiB(state) }
}

/** What is free on the disk, as far as its owner gives it. */
export function lentDiskMiB ({ machine: { hardware }, owner: { rules, seen } }: Pick<WorkerState, 'machine' | 'owner'>): number {
  const given = rules === undefined ? Infinity : rules.diskGib * 1024 - seen.diskBytes / MIB
  return Math.max(0, Math.floor(Math.min(hardware.diskFreeMiB, given)))
}

/** Why a lease is declined before anything of it is fetched; undefined when it may be tried. */
export function leaseExcess (lease: { readonly spec: BlobRef, readonly input: BlobRef }, bounds: TaskBounds): Reason | undefined {
  if (lease.spec.size > LIMITS.specBytes) return reason('SPEC_INVALID', `its task specification of ${lease.spec.size} bytes is over the limit of ${LIMITS.specBytes}`)
  if (lease.input.size > bounds.diskMiB * MIB) return reason('DISK_TOO_SMALL', `its input of ${lease.input.size} bytes does not fit the ${bounds.diskMiB} MiB of disk offered here`)
  return undefined
}

/** What a task specification asks for beyond what this worker lends, in words with the figures; undefined when it asks for nothing of the kind. */
export function specExcess ({ limits, files }: TaskSpec, bounds: TaskBounds): string | undefined {
  const asked: readonly (readonly [what: string, asked: number, most: number])[] = [
    ['MiB of memory', limits.memoryMiB, bounds.memoryMiB],
    ['bytes of results', limits.outputBytes, LIMITS.resultBytes],
    ['bytes of logs', limits.logBytes, LIMITS.attemptLogBytes]
  ]
  for (const [what, wanted, most] of asked) {
    if (wanted > most) return `it asks for ${wanted} ${what}, this worker lends ${most}`
  }
  const problem = fileListProblem(files, { outputFiles: BUNDLE_LIMITS.files, outputBytes: Math.min(BUNDLE_LIMITS.bytes, bounds.diskMiB * MIB) })
  return problem === undefined ? undefined : `its app folder ${problem}`
}
