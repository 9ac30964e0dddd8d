import { ConsoleStdout, Directory, Fd, WASI, WASIProcExit } from '@bjorn3/browser_wasi_shim'
import type { Inode } from '@bjorn3/browser_wasi_shim'
import { ReadonlyDirectory, TaskDirectory, TaskFile, WasiQuota, WritableDirectory } from './wasi-files.ts'
import { APP_DIR, comparePaths, pathProblem } from './wire.ts'
import type { RunnerLimits, StopKind, TaskHeader } from './wire.ts'

/** Files by absolute path in the sandbox. */
export type Files = ReadonlyArray<readonly [path: string, bytes: Uint8Array]>

export interface WasiEnd {
  readonly exit: number
  readonly stop?: StopKind
  readonly message?: string
  readonly results: Files
}

/** What a WASI command wants from its host, and may not have: anything but this. */
const NAMESPACE = 'wasi_snapshot_preview1'

/** Why a module cannot run as a WASI command, or undefined. */
export function commandProblem (module: WebAssembly.Module): string | undefined {
  const offered = new WASI([], [], []).wasiImport
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from !== NAMESPACE || kind !== 'function' || !(name in offered)) return `imports ${from}.${name} (${kind}), only WASI preview 1 functions are available`
  }
  const exports = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]))
  if (exports.get('_start') !== 'function') return 'has no _start function, so it is not a WASI command'
  if (exports.get('memory') !== 'memory') return 'does not export its memory as "memory"'
  return undefined
}

/** Runs one fresh instance of `module` to its end. */
export function runCommand (module: WebAssembly.Module, task: TaskHeader, bundle: Files, files: Files, stdout: (bytes: Uint8Array) => void, stderr: (bytes: Uint8Array) => void): WasiEnd {
  const quota = new WasiQuota(task.limits, totalBytes(bundle) + totalBytes(files))
  const output = new WritableDirectory(new Map(), quota)
  const app = tree(bundle, APP_DIR)
  const inputs = task.directories.filter((path) => path !== task.outputDir).map((path) => new TaskDirectory(tree(files, path), path))
  const host = new WASI([task.entrypoint], Object.entries({ ...task.env, PWD: APP_DIR }).map(([name, value]) => `${name}=${value}`), [
    new EmptyInput(), new ConsoleStdout(stdout), new ConsoleStdout(stderr),
    new TaskDirectory(app, '.'), new TaskDirectory(app, APP_DIR),
    ...inputs, new TaskDirectory(output, task.outputDir)
  ], { debug: false })
  let memory: WebAssembly.Memory | undefined
  quota.memoryBytes = () => memory?.buffer.byteLength ?? 0
  try {
    const instance = new WebAssembly.Instance(module, { [NAMESPACE]: host.wasiImport })
    memory = instance.exports['memory'] as WebAssembly.Memory
    const exit = start(host, instance)
    if (quota.exceeded !== undefined) return { exit, stop: quota.exceeded, results: [] }
    return exit === 0 ? harvest(output, task.limits) : { exit, ...memoryStop(quota.memoryBytes(), task.limits), results: [] }
  } catch (error) {
    const stop = quota.exceeded ?? memoryStop(quota.memoryBytes(), task.limits).stop ?? 'trap'
    return { exit: 134, stop, message: describe(error), results: [] }
  }
}

/** Standard input of every task: at its end from the start. */
class EmptyInput extends Fd {
  override fd_read (): { ret: number, data: Uint8Array } { return { ret: 0, data: new Uint8Array(0) } }
}

function start (host: WASI, instance: WebAssembly.Instance): number {
  try {
    return host.start(instance as Parameters<WASI['start']>[0])
  } catch (error) {
    if (error instanceof WASIProcExit) return error.code
    throw error
  }
}

/** A command that fails with its memory nearly full (15/16) is taken to have failed for want of memory. */
function memoryStop (used: number, limits: RunnerLimits): { stop?: 'memory' } {
  return used >= limits.memoryBytes * 15 / 16 ? { stop: 'memory' } : {}
}

function harvest (output: Directory, limits: RunnerLimits): WasiEnd {
  const results: Array<readonly [string, Uint8Array]> = []
  let bytes = 0
  const folders: Array<readonly [string, Directory]> = [['', output]]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const [prefix, folder] = next
    for (const [name, node] of folder.contents) {
      const path = prefix + name
      const problem = pathProblem(path)
      if (problem !== undefined) return { exit: 0, stop: 'output-invalid', message: `the name of the result ${JSON.stringify(path.slice(0, 200))} ${problem}`, results: [] }
      if (node instanceof Directory) { folders.push([`${path}/`, node]); continue }
      const content = (node as TaskFile).bytes
      results.push([path, content])
      bytes += content.byteLength
      if (results.length > limits.outputFiles) return { exit: 0, stop: 'output-files', results: [] }
      if (bytes > limits.outputBytes) return { exit: 0, stop: 'output-bytes', results: [] }
    }
  }
  return { exit: 0, results: results.sort((a, b) => comparePaths(a[0], b[0])) }
}

/** The files below `root` as read-only folders. */
function tree (files: Files, root: string): ReadonlyDirectory {
  const top = new ReadonlyDirectory(new Map<string, Inode>())
  for (const [path, bytes] of files) {
    if (!path.startsWith(`${root}/`)) continue
    const parts = path.slice(root.length + 1).split('/')
    let folder: Directory = top
    for (const part of parts.slice(0, -1)) {
      const next = folder.contents.get(part) ?? new ReadonlyDirectory(new Map<string, Inode>())
      folder.contents.set(part, next)
      folder = next as Directory
    }
    folder.contents.set(parts.at(-1) ?? '', new TaskFile(bytes))
  }
  return top
}

function totalBytes (files: Files): number {
  let bytes = 0
  for (const [, content] of files) bytes += content.byteLength
  return bytes
}

function describe (error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1000)
}

