import { ranOf } from '../model/task-spec.ts'
import type { TaskSpec } from '../model/task-spec.ts'
import type { Attestation } from '../verification/attestation.ts'
import { appLimits } from './app-limits.ts'
import { idOf } from './attempts.ts'
import { containerOf } from './images.ts'
import type { Attempt, Chunk, Job } from './state.ts'

/** What all chunks of a job have in common, as workers fetch it. Says the same whenever it is asked once the chunks are counted. */
export function taskOf (job: Job, chunkCount = job.record.chunkCount): TaskSpec {
  const { spec } = job.record
  const { container } = containerOf(spec.app, spec.images)
  return {
    platform: spec.app.manifest.platform,
    entrypoint: spec.app.manifest.entrypoint,
    bundleKey: spec.app.hash,
    files: spec.app.files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    params: JSON.stringify(spec.params.app),
    chunkCount,
    limits: appLimits(job),
    ...container === undefined ? {} : { container: { ...container, gpus: typeof container.gpus === 'number' ? container.gpus : [...container.gpus] } }
  }
}

/** What whoever ran this attempt and got this result attests. */
export function attestationOf (self: string, job: Job, chunk: Chunk, attempt: Attempt, result: { readonly value: string, readonly exitCode: number }): Attestation {
  job.ran ??= ranOf(taskOf(job))
  return {
    ...idOf(job, chunk, attempt), ...job.ran,
    inputHash: chunk.input.sha256, specHash: job.task?.ref.sha256 ?? '',
    worker: attempt.worker, coordinator: self, resultHash: result.value, exitCode: result.exitCode
  }
}
