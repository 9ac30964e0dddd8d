import { blobInputs, contractEnv } from '../blocks/index.ts'
import type { EnvironmentInput } from '../blocks/index.ts'
import type { Block } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import type { Limits, LogStream, OutputFile, Task, TaskOutcome } from '../model/executor.ts'
import type { ImagePart } from '../model/image.ts'
import type { JobSpec } from '../model/job.ts'
import { containerOf } from './images.ts'
import type { Services } from './services.ts'

/** Bounds of an engine block: it sees the whole job, so it may take more than one chunk. */
const ENGINE_MEMORY_MIB = 2048
const ENGINE_OUTPUT_BYTES = 16 * 1024 ** 3
const ENGINE_OUTPUT_FILES = 1_000_000
const LOG_BYTES = 1024 * 1024

export interface BlockRun {
  readonly id: string
  readonly block: Block
  readonly input: Task['input']
  readonly output: Task['output']
  readonly env: EnvironmentInput
  readonly extraFiles?: Task['extraFiles']
  readonly extraInputs?: Task['extraInputs']
  readonly limits: Limits
  /** images of the job's blocks, by block hash */
  readonly images: JobSpec['images']
  readonly signal: AbortSignal
  readonly collect: (file: OutputFile) => Promise<void>
  readonly onLog?: (stream: LogStream, text: string) => void
}

export function engineLimits (taskTimeoutSeconds: number): Limits {
  return {
    wallMs: taskTimeoutSeconds * 1000,
    memoryMiB: ENGINE_MEMORY_MIB,
    outputBytes: ENGINE_OUTPUT_BYTES,
    outputFiles: ENGINE_OUTPUT_FILES,
    logBytes: LOG_BYTES
  }
}

/** Runs a block on the coordinator's own executor. Throws NS_E_PLATFORM when it has none for the block. */
export async function runBlock (services: Services, run: BlockRun): Promise<TaskOutcome> {
  const { manifest } = run.block
  const executor = services.executors.get(manifest.platform)
  if (executor === undefined) {
    throw new NightshiftError('NS_E_PLATFORM', `this coordinator cannot run ${manifest.name}@${manifest.version}: it has no platform ${manifest.platform}`, {
      remedy: manifest.platform === 'docker' ? 'a block on a stock python image that needs only the standard library also runs with --allow-wasm' : 'use a block of another platform'
    })
  }
  const task: Task = {
    id: run.id,
    kind: manifest.type,
    platform: manifest.platform,
    entrypoint: manifest.entrypoint,
    bundle: await blobInputs(run.block.files, services.blobs),
    bundleKey: run.block.hash,
    input: run.input,
    output: run.output,
    env: contractEnv(run.env),
    ...(run.extraFiles === undefined ? {} : { extraFiles: run.extraFiles }),
    ...(run.extraInputs === undefined ? {} : { extraInputs: run.extraInputs }),
    limits: run.limits,
    ...containerOf(run.block, run.images)
  }
  const imagePart = (part: ImagePart): Promise<AsyncIterable<Uint8Array>> => Promise.resolve(services.images.part(part))
  return await executor.run(task, { signal: run.signal, collect: run.collect, imagePart, ...(run.onLog === undefined ? {} : { onLog: run.onLog }) })
}
