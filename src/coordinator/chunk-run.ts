import { blobInputs } from '../blocks/index.ts'
import { chunkTaskId } from '../model/ids.ts'
import { appLimits } from './app-limits.ts'
import { chunkSeed } from './leases.ts'
import type { BlockRun } from './run-block.ts'
import type { Services } from './services.ts'
import type { Job } from './state.ts'

/** What a script of a job's app sees of one chunk when the coordinator runs it: the same as on a worker. */
export async function chunkRun ({ blobs }: Services, job: Job, index: number): Promise<Pick<BlockRun, 'block' | 'input' | 'output' | 'env' | 'limits' | 'images'>> {
  const { id, spec, chunkCount, seed } = job.record
  const input = job.chunks[index]?.input ?? { sha256: '', size: 0 }
  return {
    block: spec.app,
    input: { directory: 'TASK_DIR', files: await blobInputs([{ path: 'data.bin', ...input }], blobs) },
    output: 'TASK_RESULTS_DIR',
    env: {
      kind: 'app',
      params: spec.params.app,
      jobId: id,
      taskId: chunkTaskId({ jobId: id, chunk: index }),
      chunk: index,
      chunkCount,
      seed: Buffer.from(chunkSeed(seed, index)).toString('hex')
    },
    limits: appLimits(job.record.spec),
    images: spec.images
  }
}
