import type { Block } from '../model/block.ts'
import type { Limits } from '../model/executor.ts'
import type { JobSpec } from '../model/job.ts'
import { LIMITS } from '../model/limits.ts'

/** Memory of an app that asks for less, or for none, MiB. */
const DEFAULT_MEMORY_MIB = 512

export function appMemoryMiB ({ manifest }: Block): number {
  return Math.max(DEFAULT_MEMORY_MIB, Math.ceil((manifest.device_requirements.min_memory ?? 0) * 1024))
}

/** What one run of the job's app may take, wherever it runs. */
export function appLimits ({ app, config }: Pick<JobSpec, 'app' | 'config'>): Limits {
  return {
    wallMs: config.taskTimeout * 1000,
    memoryMiB: appMemoryMiB(app),
    outputBytes: LIMITS.resultBytes,
    outputFiles: LIMITS.resultFiles,
    logBytes: LIMITS.attemptLogBytes
  }
}
