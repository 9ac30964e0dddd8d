import type { JobSpec } from '../model/job.ts'
import { ranOf } from '../model/task-spec.ts'
import type { TaskSpec } from '../model/task-spec.ts'
import type { Attestation } from '../verification/attestation.ts'
import { appLimits } from './app-limits.ts'
import { idOf } from './attempts.ts'
import { containerOf } from './images.ts'
import type { Attempt, Chunk, Job } from './state.ts'

/** What all chunks of a job have in common, as workers fetch it. */
export function taskOf (spec: Pick<JobSpec, 'app' | 'params' | 'config' | 'images'>, chunkCount: number): TaskSpec {
  const { container } = containerOf(spec.app, spec.images)
  return {
    platform: spec.app.manifest.platform,
    entrypoint: spec.app.manifest.entrypoint,
    bundleKey: spec.app.hash,
    files: spec.app.files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    params: JSON.stringify(spec.params.app),
    chunkCount,
    limits: appLimits(spec),
    ...container === undefined ? {} : { container: { ...container, gpus: typeof container.gpus === 'number' ? container.gpus : [...container.gpus] } }
  }
}

/** What whoever ran this attempt and got this result attests. */
export function attestationOf (self: string, job: Job, chunk: Chunk, attempt: Attempt, result: { readonly value: string, readonly exitCode: number }): Attestation {
  job.ran ??= ranOf(taskOf(job.record.spec, job.record.chunkCount))
  return {
    ...idOf(job, chunk, attempt), ...job.ran,
    inputHash: chunk.input.sha256, specHash: job.task?.ref.sha256 ?? '',
    worker: attempt.worker, coordinator: self, resultHash: result.value, exitCode: result.exitCode
  }
}
