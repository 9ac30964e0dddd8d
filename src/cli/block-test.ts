import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { chunkFiles, contractEnv, readBlock, validateParams } from '../blocks/index.ts'
import type { BlockFolder } from '../blocks/index.ts'
import { createPythonWasmExecutor, createWasmExecutor, detectIsolation, pythonWasmEligible } from '../execution/index.ts'
import { cacheFolder } from '../config/paths.ts'
import type { BlockKind, Platform } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { openContainer } from './block-test-container.ts'
import type { OpenExecutor } from './block-test-container.ts'
import type { InputFile, Task } from '../model/executor.ts'
import { checkRelativePath } from '../model/paths.ts'
import { fileSource } from '../sources/index.ts'
import { EXIT, bytes, print, printJson, say } from './output.ts'
import type { Format } from './output.ts'

export interface BlockTestCommand {
  readonly input?: string
  readonly param?: readonly string[]
  readonly out?: string
  readonly allowWasm?: boolean
  readonly timeout: number
  readonly memory: number
  readonly output: Format
}

const FOLDERS: Readonly<Record<BlockKind, { input: Task['input']['directory'], output: Task['output'] }>> = {
  partitioner: { input: 'SOURCE_DIR', output: 'CHUNKS_DIR' },
  app: { input: 'TASK_DIR', output: 'TASK_RESULTS_DIR' },
  assembler: { input: 'TASK_RESULTS_DIR', output: 'OUTPUT_DIR' }
}
const MIB = 1024 * 1024

/** Runs a block once on this machine, in the same sandbox workers use, and shows its logs and what it wrote. */
export async function testBlock (dir: string, command: BlockTestCommand): Promise<number> {
  const folder = await readBlock(dir)
  const params = validateParams({ name: folder.block.manifest.name, paramsSchema: folder.block.paramsSchema }, paramsOf(command.param ?? []))
  const platform = await platformOf(folder, command.allowWasm === true)
  const { executor, container, imagePart, close } = platform === 'docker' ? await openContainer(folder.block) : await openSandbox(platform)
  const stop = new AbortController()
  process.once('SIGINT', () => { stop.abort() })
  const source = command.input === undefined ? undefined : await fileSource(command.input, { signal: stop.signal })
  try {
    const written: { path: string, size: number }[] = []
    const kind = folder.block.manifest.type
    const outcome = await executor.run({
      id: 'test',
      kind,
      platform,
      entrypoint: folder.block.manifest.entrypoint,
      bundle: folder.block.files.map(file => ({ path: file.path, size: file.size, content: { hostPath: folder.hostPath(file) } })),
      bundleKey: folder.block.hash,
      input: { directory: FOLDERS[kind].input, files: await inputs(kind, source?.files ?? []) },
      output: FOLDERS[kind].output,
      env: contractEnv({ kind, params, jobId: 'j-test', taskId: 't-test', ...(kind === 'app' ? { chunk: 0, chunkCount: 1, seed: '0'.repeat(64) } : {}) }),
      limits: { wallMs: command.timeout * 1000, memoryMiB: command.memory, outputBytes: 2048 * MIB, outputFiles: 100_000, logBytes: MIB },
      ...container === undefined ? {} : { container }
    }, {
      signal: stop.signal,
      ...imagePart === undefined ? {} : { imagePart },
      onLog: (stream, text) => { (stream === 'stderr' || command.output === 'json' ? process.stderr : process.stdout).write(text) },
      collect: async file => {
        await keep(command.out, file)
        written.push({ path: file.path, size: file.size })
      }
    })
    if (outcome.ok && kind === 'partitioner') chunkFiles(written)
    const usage = { wallMs: Math.round(outcome.usage.wallMs), cpuMs: Math.round(outcome.usage.cpuMs), peakMemoryBytes: outcome.usage.peakMemoryBytes }
    if (command.output === 'json') printJson({ ok: outcome.ok, files: written, usage, out: command.out ?? null, ...(outcome.ok ? {} : { error: { code: outcome.code, message: outcome.message } }) })
    else {
      say(outcome.ok ? `ok: ${written.length} result file${written.length === 1 ? '' : 's'}` : `failed, ${outcome.code}: ${outcome.message}`)
      for (const file of written) print(`  ${file.path}  ${bytes(file.size)}`)
      say(`took ${usage.wallMs} ms, ${usage.cpuMs} ms of CPU, ${bytes(usage.peakMemoryBytes)} of memory${command.out === undefined && written.length > 0 ? '; keep the files with --out DIR' : ''}`)
    }
    return outcome.ok ? EXIT.done : EXIT.jobFailed
  } finally {
    await source?.close()
    await close()
  }
}

function paramsOf (given: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(given.map(text => {
    const at = text.indexOf('=')
    if (at < 1) throw new NightshiftError('NS_E_USAGE', `"${text}" is not a parameter`, { remedy: 'write key=value' })
    const value = text.slice(at + 1)
    try {
      return [text.slice(0, at), JSON.parse(value) as unknown]
    } catch {
      return [text.slice(0, at), value]
    }
  }))
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

/** This machine's sandbox for a platform, for one task at a time. */
export async function openSandbox (platform: Exclude<Platform, 'docker'>): Promise<OpenExecutor> {
  const isolation = await detectIsolation()
  const executor = platform === 'wasm' ? await createWasmExecutor({ slots: 1, isolation }) : await createPythonWasmExecutor({ cacheDir: cacheFolder(), slots: 1, ready: 1, isolation })
  return { executor, close: async () => { await executor.close() } }
}

/** An app gets one chunk, data.bin; an engine gets the files as they are. */
async function inputs (kind: BlockKind, files: readonly { readonly path: string, readonly size: number, readonly open: () => AsyncIterable<Uint8Array> }[]): Promise<readonly InputFile[]> {
  if (kind === 'app' && files.length > 1) throw new NightshiftError('NS_E_USAGE', `an app is given one chunk, not ${files.length} files`, { remedy: 'name one file with --input' })
  if (kind === 'app' && files.length === 0) return [{ path: 'data.bin', size: 0, content: new Uint8Array() }]
  return await Promise.all(files.map(async file => {
    const parts: Uint8Array[] = []
    for await (const part of file.open()) parts.push(part)
    const content = Buffer.concat(parts)
    return { path: kind === 'app' ? 'data.bin' : file.path, size: content.length, content }
  }))
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
