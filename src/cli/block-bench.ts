import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { contractEnv, validateParams } from '../blocks/index.ts'
import type { BlockFolder } from '../blocks/index.ts'
import { createPythonWasmExecutor, createWasmExecutor, detectIsolation, pythonWasmEligible } from '../execution/index.ts'
import { cacheFolder } from '../config/paths.ts'
import type { BlockKind, Platform } from '../model/block.ts'
import type { InputFile, Limits, LogStream, Task, TaskOutcome } from '../model/executor.ts'
import { checkRelativePath } from '../model/paths.ts'
import { openContainer } from './block-test-container.ts'
import type { OpenExecutor } from './block-test-container.ts'
import { say } from './output.ts'

const FOLDERS: Readonly<Record<BlockKind, { input: Task['input']['directory'], output: Task['output'] }>> = {
  partitioner: { input: 'SOURCE_DIR', output: 'CHUNKS_DIR' },
  app: { input: 'TASK_DIR', output: 'TASK_RESULTS_DIR' },
  assembler: { input: 'TASK_RESULTS_DIR', output: 'OUTPUT_DIR' }
}
const MIB = 1024 * 1024

/** What one run on the bench is given. */
export interface BenchRun {
  readonly params: Readonly<Record<string, unknown>>
  readonly input: readonly InputFile[]
  /** where its result files go; thrown away when left out */
  readonly out?: string
  /** a script of the bundle instead of the entrypoint, with folders of its own to read */
  readonly entrypoint?: string
  readonly extraInputs?: Task['extraInputs']
  readonly onLog?: (stream: LogStream, text: string) => void
}

export interface BenchResult { readonly outcome: TaskOutcome, readonly files: readonly { readonly path: string, readonly size: number }[] }

/** A block on this machine, run in the same sandbox workers use. */
export interface BlockBench {
  readonly limits: Limits
  readonly run: (given: BenchRun, signal: AbortSignal) => Promise<BenchResult>
  readonly close: () => Promise<void>
}

export interface BenchOptions { readonly allowWasm: boolean, readonly timeoutS: number, readonly memoryMiB: number }

/** @throws NS_E_PLATFORM and others where this machine cannot run the block */
export async function openBench (folder: BlockFolder, { allowWasm, timeoutS, memoryMiB }: BenchOptions): Promise<BlockBench> {
  const { block } = folder
  const kind = block.manifest.type
  const platform = await platformOf(folder, allowWasm)
  const { executor, container, imagePart, close } = platform === 'docker' ? await openContainer(block) : await openSandbox(platform)
  const limits = { wallMs: timeoutS * 1000, memoryMiB, outputBytes: 2048 * MIB, outputFiles: 100_000, logBytes: MIB }
  return {
    limits,
    close,
    run: async (given, signal) => {
      const params = validateParams({ name: block.manifest.name, paramsSchema: block.paramsSchema }, given.params)
      const files: { path: string, size: number }[] = []
      const outcome = await executor.run({
        id: 'test',
        kind,
        platform,
        entrypoint: given.entrypoint ?? block.manifest.entrypoint,
        bundle: block.files.map(file => ({ path: file.path, size: file.size, content: { hostPath: folder.hostPath(file) } })),
        bundleKey: block.hash,
        input: { directory: FOLDERS[kind].input, files: given.input },
        output: FOLDERS[kind].output,
        env: contractEnv({ kind, params, jobId: 'j-test', taskId: 't-test', ...(kind === 'app' ? { chunk: 0, chunkCount: 1, seed: '0'.repeat(64) } : {}) }),
        ...given.extraInputs === undefined ? {} : { extraInputs: given.extraInputs },
        limits,
        ...container === undefined ? {} : { container }
      }, {
        signal,
        ...imagePart === undefined ? {} : { imagePart },
        ...given.onLog === undefined ? {} : { onLog: given.onLog },
        collect: async file => {
          await keep(given.out, file)
          files.push({ path: file.path, size: file.size })
        }
      })
      return { outcome, files }
    }
  }
}

async function platformOf ({ block, open }: BlockFolder, allowWasm: boolean): Promise<Platform> {
  const { manifest } = block
  if (manifest.platform !== 'docker') return manifest.platform
  if (!allowWasm && manifest.platform_config.allow_wasm !== true) return 'docker'
  const sources = await Promise.all(block.files.filter(file => file.path.endsWith('.py')).map(async file => {
    const parts: Uint8Array[] = []
    for await (const part of open(file)) parts.push(part)
    return { path: file.path, text: Buffer.concat(parts).toString('utf8') }
  }))
  const verdict = pythonWasmEligible(manifest, sources)
  if (verdict.ok) return 'python-wasm'
  say(`${manifest.name} runs in a container: ${verdict.reason}`)
  return 'docker'
}

export async function openSandbox (platform: Exclude<Platform, 'docker'>): Promise<OpenExecutor> {
  const isolation = await detectIsolation()
  const executor = platform === 'wasm' ? await createWasmExecutor({ slots: 1, isolation }) : await createPythonWasmExecutor({ cacheDir: cacheFolder(), slots: 1, ready: 1, isolation })
  return { executor, close: async () => { await executor.close() } }
}

async function keep (out: string | undefined, file: { readonly path: string, readonly data: AsyncIterable<Uint8Array> }): Promise<void> {
  const target = out === undefined ? undefined : join(out, checkRelativePath(file.path))
  if (target !== undefined) await mkdir(dirname(target), { recursive: true })
  const stream = target === undefined ? undefined : createWriteStream(target)
  for await (const part of file.data) if (stream !== undefined && !stream.write(part)) await once(stream, 'drain')
  if (stream === undefined) return
  stream.end()
  await once(stream, 'finish')
}
