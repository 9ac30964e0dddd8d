import type { Limits, TaskLogs } from '../../model/executor.ts'
import type { Failure } from '../outcome.ts'
import { lastLine, outputBytesFailure, outputFilesFailure } from '../outcome.ts'

/** Exit codes of a process ended by a signal: 128 + its number. */
const SIGKILL = 137
const SIGXFSZ = 153

/** What a container looked like after it ended. */
export interface Ended {
  readonly exitCode: number
  readonly oomKilled: boolean
  /** what of the results area is full, when something is */
  readonly full?: 'bytes' | 'files'
  /** MiB left on the disk that holds the results area */
  readonly diskFreeMiB: number
}

/** Below this much free disk, a failed write was the machine's fault, MiB. */
const DISK_LOW_MIB = 16

/** What the end of a container means; undefined for success. */
export function endFailure (ended: Ended, limits: Limits, logs: TaskLogs): Failure | undefined {
  const { exitCode } = ended
  if (ended.full !== undefined) return { ...areaFull(ended.full, limits), exitCode }
  if (exitCode === 0) return undefined
  if (ended.oomKilled) return { failureClass: 'app', code: 'MEMORY_EXCEEDED', message: `used more than ${limits.memoryMiB} MiB of memory and was ended by the kernel`, exitCode }
  if (ended.diskFreeMiB < DISK_LOW_MIB) return diskFull(ended.diskFreeMiB)
  if (exitCode === SIGXFSZ) return { failureClass: 'app', code: 'OUTPUT_EXCEEDED', message: 'wrote a single file larger than everything it may write', exitCode }
  const last = lastLine(logs.stderr)
  const how = exitCode === SIGKILL ? 'was killed (exit code 137)' : `exited with code ${exitCode}`
  return { failureClass: 'app', code: 'EXIT_NONZERO', message: `${how}${last === '' ? '' : `: ${last}`}`, exitCode }
}

export function areaFull (what: 'bytes' | 'files', limits: Limits): Failure {
  return what === 'bytes' ? outputBytesFailure(limits) : outputFilesFailure(limits)
}

export function diskFull (freeMiB: number): Failure {
  return { failureClass: 'node', code: 'DISK_FULL', message: `the disk of this machine is full: ${freeMiB} MiB are left` }
}

export function engineGone (): Failure {
  return { failureClass: 'node', code: 'ENGINE_GONE', message: 'the container engine of this machine stopped answering while the task ran' }
}

export function entrypointMissing (entrypoint: string, image: string, why: string): Failure {
  return { failureClass: 'app', code: 'ENTRYPOINT_INVALID', message: `${entrypoint} could not be started in ${image}: ${why.slice(0, 300)}` }
}
