import { builtinEngines } from '../engines/index.ts'
import { NightshiftError } from '../model/errors.ts'
import type { JobRequest } from '../model/job.ts'
import { LIMITS } from '../model/limits.ts'
import { blobSource, bypassSource } from '../sources/index.ts'
import { acceptJob } from './accept.ts'
import { newJob } from './new-job.ts'
import { planOf } from './plan.ts'
import type { Counted, Plan } from './plan.ts'
import type { BlockRegistry } from './registry.ts'
import type { Services } from './services.ts'
import type { JobRecord } from './state.ts'

/**
 * What a job would cost and take. Everything is checked as at a submission; nothing is kept, started or set aside.
 * @param assumed how many chunks a partitioner makes that is not run for a plan
 * @throws what `acceptJob` throws, and NS_E_TOO_LARGE or the errors of a built-in partitioner
 */
export async function planJob (services: Services, registry: BlockRegistry, request: JobRequest, assumed: number | undefined, signal: AbortSignal): Promise<Plan> {
  const record = await acceptJob(services, registry, request)
  const chunks = await countChunks(services, record, assumed, signal)
  return planOf(services.state, newJob(record), chunks, services.clock.now())
}

/** Built-in partitioners run, and what they make is counted and let go; a block of somebody's is not run before it is paid for. */
async function countChunks (services: Services, { spec }: JobRecord, assumed: number | undefined, signal: AbortSignal): Promise<Counted> {
  const bytes = spec.source.reduce((sum, file) => sum + file.size, 0)
  if ('block' in spec.partitioner) {
    const count = assumed ?? 1
    const why = assumed === undefined
      ? 'its partitioner is a block, which is not run for a plan: figures are for one chunk; say how many with --chunks'
      : 'as said with --chunks: its partitioner is a block, which is not run for a plan'
    return { count, inputBytes: Math.ceil(bytes / count), exact: false, why }
  }
  const engine = builtinEngines.partitioner(spec.partitioner.builtin)
  if (engine === undefined) throw new NightshiftError('NS_E_BLOCK_UNKNOWN', `this version has no built-in partitioner ${spec.partitioner.builtin}`)
  const source = spec.source.length === 0 ? bypassSource() : blobSource(services.blobs, spec.source)
  let [count, size] = [0, 0]
  for await (const chunk of engine.partition(source, spec.params.partitioner, { signal })) {
    signal.throwIfAborted()
    for await (const part of chunk) size += part.length
    if (++count > LIMITS.chunksPerJob) throw new NightshiftError('NS_E_TOO_LARGE', `the partitioner made more than ${LIMITS.chunksPerJob} chunks`, { remedy: 'choose larger chunks' })
  }
  if (count === 0) throw new NightshiftError('NS_E_NO_CHUNKS', 'the partitioner made no chunk', { remedy: 'check the input and the parameters of the partitioner' })
  return { count, inputBytes: Math.ceil(size / count), exact: true }
}
