import { chunkFiles, readBlock, readExample } from '../blocks/index.ts'
import type { BlockKind } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import type { InputFile } from '../model/executor.ts'
import { fileSource } from '../sources/index.ts'
import { openBench } from './block-bench.ts'
import { EXIT, bytes, harmless, print, printJson, say } from './output.ts'
import type { Format } from './output.ts'
import { repeat } from './repeat.ts'
import { exampleInput, notDeterministic } from './self-test.ts'

export interface BlockTestCommand {
  readonly input?: string
  readonly param?: readonly string[]
  readonly out?: string
  readonly allowWasm?: boolean
  readonly timeout: number
  readonly memory: number
  readonly repeat: number
  readonly output: Format
}

/** Runs a block on this machine, in the same sandbox workers use, and shows its logs and what it wrote; several times, to see whether it gives the same. */
export async function testBlock (dir: string, command: BlockTestCommand): Promise<number> {
  const folder = await readBlock(dir)
  const { manifest } = folder.block
  const example = manifest.type === 'app' && command.input === undefined ? await readExample(dir) : undefined
  if (example !== undefined) say(`runs on its example, ${example.path}`)
  const params = { ...example?.params, ...paramsOf(command.param ?? []) }
  const stop = new AbortController()
  process.once('SIGINT', () => { stop.abort() })
  const bench = await openBench(folder, { allowWasm: command.allowWasm === true, timeoutS: command.timeout, memoryMiB: command.memory })
  const source = command.input === undefined ? undefined : await fileSource(command.input, { signal: stop.signal })
  try {
    const { first, failure, problems } = await repeat(bench, manifest, {
      params,
      input: example === undefined ? await inputs(manifest.type, source?.files ?? []) : exampleInput(example),
      ...command.out === undefined ? {} : { out: command.out },
      onLog: (stream, text) => { (stream === 'stderr' || command.output === 'json' ? process.stderr : process.stdout).write(harmless(text)) }
    }, command.repeat, stop.signal)
    const { outcome, files } = first
    if (outcome.ok && manifest.type === 'partitioner') chunkFiles(files)
    const error = failure ?? (problems.length === 0 ? undefined : notDeterministic(`${manifest.name}@${manifest.version}`, manifest.determinism, problems, command.repeat))
    const usage = { wallMs: Math.round(outcome.usage.wallMs), cpuMs: Math.round(outcome.usage.cpuMs), peakMemoryBytes: outcome.usage.peakMemoryBytes }
    if (command.output === 'json') printJson({ ok: error === undefined, runs: command.repeat, files, usage, out: command.out ?? null, ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }) })
    else {
      say(error === undefined ? `ok: ${files.length} result file${files.length === 1 ? '' : 's'}${command.repeat > 1 ? `, ${command.repeat} runs agree as "${manifest.determinism}" asks` : ''}` : `failed, ${error.code}: ${error.message}`)
      for (const file of files) print(`  ${file.path}  ${bytes(file.size)}`)
      say(`took ${usage.wallMs} ms, ${usage.cpuMs} ms of CPU, ${bytes(usage.peakMemoryBytes)} of memory${command.out === undefined && files.length > 0 ? '; keep the files with --out DIR' : ''}`)
    }
    if (failure !== undefined) return EXIT.jobFailed
    return problems.length > 0 ? EXIT.verification : EXIT.done
  } finally {
    await source?.close()
    await bench.close()
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
