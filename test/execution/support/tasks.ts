import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Executor, InputFile, LogStream, Task, TaskOutcome } from '../../../src/model/executor.ts'

export const MIB = 1024 * 1024

/** Shared by all test files, so that the interpreter's snapshot is taken once per machine. */
export const cacheDir = join(tmpdir(), 'nightshift-test-python')

/** A folder that goes with its test. */
export function scratch (): string {
  const dir = mkdtempSync(join(tmpdir(), 'nightshift-execution-'))
  onTestFinished(() => { rmSync(dir, { recursive: true, force: true }) })
  return dir
}

export function inMemory (path: string, content: string | Uint8Array): InputFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return { path, size: bytes.byteLength, content: bytes }
}

export function fixture (name: string): Buffer {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url))
}

let count = 0

/** A Python app task; `files` adds modules to the bundle. */
export function pythonTask (source: string, change: Partial<Omit<Task, 'limits'>> & { limits?: Partial<Task['limits']> } = {}, files: Record<string, string> = {}): Task {
  return task('python-wasm', 'main.py', [inMemory('main.py', source), ...Object.entries(files).map(([path, text]) => inMemory(path, text))], change)
}

export function wasmTask (module: Uint8Array, change: Partial<Omit<Task, 'limits'>> & { limits?: Partial<Task['limits']> } = {}): Task {
  return task('wasm', 'main.wasm', [inMemory('main.wasm', module)], change)
}

function task (platform: Task['platform'], entrypoint: string, bundle: readonly InputFile[], change: Partial<Omit<Task, 'limits'>> & { limits?: Partial<Task['limits']> }): Task {
  const number = count++
  return {
    id: `task-${number}`,
    kind: 'app',
    platform,
    entrypoint,
    bundle,
    bundleKey: `bundle-${number}`,
    input: { directory: 'TASK_DIR', files: [inMemory('data.bin', 'hello')] },
    output: 'TASK_RESULTS_DIR',
    env: {},
    ...change,
    limits: { wallMs: 20_000, memoryMiB: 256, outputBytes: 10 * MIB, outputFiles: 100, logBytes: 64 * 1024, ...change.limits }
  }
}

export interface Ran {
  readonly outcome: TaskOutcome
  readonly files: ReadonlyMap<string, Buffer>
  readonly live: string
}

export async function run (executor: Executor, task: Task, signal: AbortSignal = new AbortController().signal, onLog?: (stream: LogStream, text: string) => void): Promise<Ran> {
  const files = new Map<string, Buffer>()
  let live = ''
  const outcome = await executor.run(task, {
    signal,
    onLog: (stream, text) => { live += text; onLog?.(stream, text) },
    collect: async (file) => {
      const pieces: Uint8Array[] = []
      for await (const piece of file.data) pieces.push(piece)
      files.set(file.path, Buffer.concat(pieces))
    }
  })
  return { outcome, files, live }
}
