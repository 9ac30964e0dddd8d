import { blobInputs, layoutResults, resultsIndex } from '../blocks/index.ts'
import { builtinEngines } from '../engines/index.ts'
import type { Block, FileRef } from '../model/block.ts'
import type { Assembler, ChunkResult, OutputSink, ResultSet } from '../model/engine.ts'
import { NightshiftError } from '../model/errors.ts'
import { checkRelativePath } from '../model/paths.ts'
import { KEYS, after } from './keys.ts'
import type { Keeper } from './pins.ts'
import { engineLimits, runBlock } from './run-block.ts'
import type { Services } from './services.ts'
import type { Job } from './state.ts'

/** Fans the decided results in: the job's output files, in the blob store. Failed chunks of a partial job have no files. */
export async function assembleJob (services: Services, job: Job, signal: AbortSignal): Promise<readonly FileRef[]> {
  const { spec } = job.record
  const outputs = new OutputCollector(services, job.record.id, signal)
  const results = resultSet(services, job)
  try {
    if ('block' in spec.assembler) await assembleByBlock(services, job, spec.assembler.block, results, outputs, signal)
    else await engineOf(spec.assembler.builtin).assemble(results, outputs, spec.params.assembler, { signal })
    return outputs.files()
  } finally {
    outputs.end()
  }
}

function engineOf (name: string): Assembler {
  const engine = builtinEngines.assembler(name)
  if (engine === undefined) throw new NightshiftError('NS_E_BLOCK_UNKNOWN', `this version has no built-in assembler ${name}`)
  return engine
}

function resultSet (services: Services, job: Job): ResultSet {
  return {
    chunkCount: job.record.chunkCount,
    chunks: () => readResults(services, job),
    open: file => services.blobs.open(file.sha256)
  }
}

async function * readResults (services: Services, job: Job): AsyncGenerator<ChunkResult> {
  const prefix = KEYS.results(job.record.id)
  for await (const [key, text] of services.store.range({ gte: prefix, lt: after(prefix) })) {
    yield { chunk: Number.parseInt(key.slice(prefix.length), 16), files: JSON.parse(text) as readonly FileRef[] }
  }
}

async function assembleByBlock (services: Services, job: Job, block: Block, results: ResultSet, outputs: OutputCollector, signal: AbortSignal): Promise<void> {
  const { record } = job
  const placed: FileRef[] = []
  const layout = layoutResults(() => results.chunks(), results.chunkCount)
  for await (const { file, placedPath } of layout) placed.push({ ...file, path: placedPath })
  const parts: Uint8Array[] = []
  for await (const part of resultsIndex(layout)) parts.push(part)
  const index = Buffer.concat(parts)
  const outcome = await runBlock(services, {
    id: `${record.id}-assemble`,
    block,
    input: { directory: 'TASK_RESULTS_DIR', files: await blobInputs(placed, services.blobs) },
    output: 'OUTPUT_DIR',
    env: { kind: 'assembler', params: record.spec.params.assembler, jobId: record.id, taskId: `t-${record.id.slice(2)}-assemble`, chunkCount: record.chunkCount },
    extraFiles: { RESULTS_INDEX: { path: 'results-index.json', size: index.length, content: index } },
    limits: engineLimits(record.spec.config.taskTimeout),
    images: record.spec.images,
    signal,
    onLog: (stream, text) => { services.logs.add({ jobId: record.id, chunk: -2, epoch: 0 }, 'assembler', stream, text) },
    collect: async file => { await outputs.write(file.path, file.data) }
  })
  if (!outcome.ok) {
    signal.throwIfAborted()
    throw new NightshiftError('NS_E_ENGINE_FAILED', `the assembler ${block.manifest.name} failed: ${outcome.message}`, {
      remedy: `nightshift job logs ${record.id}; the results are kept: "nightshift job retry ${record.id}" assembles again`
    })
  }
}

/** Output files as they are written, each path once. */
class OutputCollector implements OutputSink {
  readonly #kept: Keeper
  readonly #signal: AbortSignal
  readonly #files = new Map<string, FileRef>()

  constructor (services: Services, jobId: string, signal: AbortSignal) {
    this.#kept = services.pins.keep(jobId, services.blobs)
    this.#signal = signal
  }

  async write (path: string, data: AsyncIterable<Uint8Array>): Promise<void> {
    const checked = checkRelativePath(path)
    if (this.#files.has(checked)) throw new NightshiftError('NS_E_ENGINE_FAILED', `the assembler wrote ${checked} twice`)
    const ref = await this.#kept.put(data, { signal: this.#signal })
    this.#files.set(checked, { path: checked, size: ref.size, sha256: ref.sha256 })
  }

  end (): void {
    this.#kept.end()
  }

  files (): readonly FileRef[] {
    return [...this.#files.values()].sort((a, b) => a.path < b.path ? -1 : 1)
  }
}
