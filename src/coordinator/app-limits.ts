import type { Limits } from '../model/executor.ts'
import { LIMITS } from '../model/limits.ts'
import type { Job } from './state.ts'

/** Memory of an app that asks for less, or for none, MiB. */
export const DEFAULT_MEMORY_MIB = 512

/** What one run of the job's app may take, wherever it runs. */
export function appLimits (job: Job): Limits {
  return {
    wallMs: job.record.spec.config.taskTimeout * 1000,
    memoryMiB: job.needs.minMemoryMiB,
    outputBytes: LIMITS.resultBytes,
    outputFiles: LIMITS.resultFiles,
    logBytes: LIMITS.attemptLogBytes
  }
}
