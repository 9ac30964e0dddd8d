import { blobInputs, chunkFiles, noChunks } from '../blocks/index.ts'
import { builtinEngines } from '../engines/index.ts'
import type { Block, FileRef } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { LIMITS } from '../model/limits.ts'
import type { BlobRef } from '../model/store.ts'
import { blobSource, bypassSource } from '../sources/index.ts'
import type { Keeper } from './pins.ts'
import { engineLimits, runBlock } from './run-block.ts'
import type { Services } from './services.ts'
import type { Job } from './state.ts'
import { taskOf } from './task.ts'

/** Chunks handed to the core in one event. */
const EVENT_CHUNKS = 256

/**
 * Fans a job's input out into chunks in the blob store, then publishes the task
 * specification all of them share. Throws what a person should read: NS_E_NO_CHUNKS,
 * NS_E_CHUNK_HOLE, NS_E_ENGINE_FAILED and the engines' own errors.
 * @param run which partition of the job this is: what an earlier one still says counts for nothing
 */
export async function partitionJob (services: Services, job: Job, run: number, signal: AbortSignal): Promise<void> {
  const kept = services.pins.keep(job.record.id, services.blobs)
  try {
    await cut(services, job, run, kept, signal)
  } finally {
    kept.end()
  }
}

async function cut (services: Services, job: Job, run: number, kept: Keeper, signal: AbortSignal): Promise<void> {
  const { record } = job
  let count = 0
  let pending: BlobRef[] = []
  const flush = (): void => {
    if (pending.length > 0) services.post({ kind: 'chunks', jobId: record.id, run, first: count - pending.length, inputs: pending })
    pending = []
    kept.handOn()
  }
  for await (const chunk of chunksOf(services, job, kept, signal)) {
    signal.throwIfAborted()
    pending.push(chunk)
    count++
    if (count > LIMITS.chunksPerJob) {
      throw new NightshiftError('NS_E_TOO_LARGE', `the partitioner made more than ${LIMITS.chunksPerJob} chunks`, { remedy: 'choose larger chunks' })
    }
    if (pending.length >= EVENT_CHUNKS) flush()
  }
  signal.throwIfAborted()
  flush()
  if (count === 0) {
    throw noChunks('the partitioner made no chunk')
  }
  const task = await kept.put(Buffer.from(JSON.stringify(taskOf(record.spec, count))), { maxBytes: LIMITS.specBytes })
  await services.blobs.sync()
  signal.throwIfAborted()
  services.post({ kind: 'partitioned', jobId: record.id, run, task })
}

async function * chunksOf (services: Services, job: Job, kept: Keeper, signal: AbortSignal): AsyncGenerator<BlobRef> {
  const { spec } = job.record
  if ('block' in spec.partitioner) {
    yield * await partitionByBlock(services, job, spec.partitioner.block, kept, signal)
    return
  }
  const engine = builtinEngines.partitioner(spec.partitioner.builtin)
  if (engine === undefined) throw new NightshiftError('NS_E_BLOCK_UNKNOWN', `this version has no built-in partitioner ${spec.partitioner.builtin}`)
  const source = spec.source.length === 0 ? bypassSource() : blobSource(services.blobs, spec.source)
  yield * stored(kept, engine.partition(source, spec.params.partitioner, { signal }), signal)
}

/** Stores chunks as they come, a few at a time: most are small, and waiting for each would dominate. */
async function * stored (kept: Keeper, chunks: AsyncIterable<AsyncIterable<Uint8Array>>, signal: AbortSignal): AsyncGenerator<BlobRef> {
  let window: Promise<BlobRef>[] = []
  for await (const chunk of chunks) {
    const small = await head(chunk, LIMITS.inlineBytes)
    if ('whole' in small) window.push(kept.put(small.whole, { signal }))
    else window.push(Promise.resolve(await kept.put(small.rest, { signal })))
    if (window.length >= EVENT_CHUNKS) {
      yield * await Promise.all(window)
      window = []
    }
  }
  yield * await Promise.all(window)
}

/** The whole content when it is at most `most` bytes, else an iterable over all of it. */
async function head (data: AsyncIterable<Uint8Array>, most: number): Promise<{ whole: Uint8Array } | { rest: AsyncIterable<Uint8Array> }> {
  const iterator = data[Symbol.asyncIterator]()
  const parts: Uint8Array[] = []
  let size = 0
  for (;;) {
    const next = await iterator.next()
    if (next.done === true) return { whole: Buffer.concat(parts) }
    parts.push(Uint8Array.from(next.value))
    size += next.value.length
    if (size > most) break
  }
  return {
    rest: (async function * () {
      yield * parts
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
    })()
  }
}

async function partitionByBlock (services: Services, job: Job, block: Block, kept: Keeper, signal: AbortSignal): Promise<readonly BlobRef[]> {
  const { record } = job
  const made: FileRef[] = []
  const outcome = await runBlock(services, {
    id: `${record.id}-partition`,
    block,
    input: { directory: 'SOURCE_DIR', files: await blobInputs(record.spec.source, services.blobs) },
    output: 'CHUNKS_DIR',
    env: { kind: 'partitioner', params: record.spec.params.partitioner, jobId: record.id, taskId: `t-${record.id.slice(2)}-partition` },
    limits: engineLimits(record.spec.config.taskTimeout),
    images: record.spec.images,
    signal,
    onLog: (stream, text) => { services.logs.add({ jobId: record.id, chunk: -1, epoch: 0 }, 'partitioner', stream, text) },
    collect: async file => { made.push({ path: file.path, ...await kept.put(file.data, { signal }) }) }
  })
  if (!outcome.ok) {
    signal.throwIfAborted()
    throw new NightshiftError('NS_E_ENGINE_FAILED', `the partitioner ${block.manifest.name} failed: ${outcome.message}`, { remedy: `nightshift job logs ${record.id}` })
  }
  return chunkFiles(made).map(({ sha256, size }) => ({ sha256, size }))
}
