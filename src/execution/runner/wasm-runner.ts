import { Channel } from './channel.ts'
import { logWriter } from './log.ts'
import { commandProblem, runCommand } from './wasi-task.ts'
import type { Files } from './wasi-task.ts'
import { ModuleRefused, capModule } from './wasm-module.ts'
import { APP_DIR, FRAME } from './wire.ts'
import type { DoneReport, PlacedFile, StopKind, TaskHeader } from './wire.ts'

interface Bundle {
  readonly files: Files
  /** compiled once per entrypoint and memory limit */
  readonly modules: Map<string, WebAssembly.Module | Refusal>
}

interface Refusal { readonly stop: StopKind, readonly message: string }

/**
 * Entry of a WebAssembly runner process: runs task after task, each in a
 * fresh instance, until the node closes the pipe.
 */
function main (): void {
  const channel = new Channel()
  const bundles = new Map<string, Bundle>()
  channel.send(FRAME.ready, Buffer.from('{}'), true)
  for (let task = channel.nextTask(); task !== undefined; task = channel.nextTask()) {
    for (const key of task.forget ?? []) bundles.delete(key)
    if (task.bundle !== undefined) bundles.set(task.bundleKey, { files: receive(channel, task.bundle), modules: new Map() })
    const files = receive(channel, task.files)
    const bundle = bundles.get(task.bundleKey)
    if (bundle === undefined) throw new Error('the node believes this runner holds a bundle that it does not')
    channel.sendDone(runTask(channel, task, bundle, files))
  }
}

function runTask (channel: Channel, task: TaskHeader, bundle: Bundle, files: Files): DoneReport {
  const started = process.cpuUsage()
  const report = (part: Pick<DoneReport, 'exit' | 'stop' | 'message'>): DoneReport => {
    const cpu = process.cpuUsage(started)
    return { ...part, cpuMs: (cpu.user + cpu.system) / 1000, peakBytes: process.resourceUsage().maxRSS * 1024 }
  }
  const module = compiled(bundle, task)
  if (!(module instanceof WebAssembly.Module)) return report({ exit: 126, ...module })
  const { results, ...end } = runCommand(module, task, bundle.files, files,
    logWriter(channel, FRAME.stdout, task.limits.logBytes),
    logWriter(channel, FRAME.stderr, task.limits.logBytes))
  for (const [path, bytes] of results) channel.sendFile(path, bytes)
  return report(end)
}

function compiled (bundle: Bundle, task: TaskHeader): WebAssembly.Module | Refusal {
  const key = `${task.limits.memoryBytes} ${task.entrypoint}`
  const known = bundle.modules.get(key)
  if (known !== undefined) return known
  const made = compile(bundle, task)
  bundle.modules.set(key, made)
  return made
}

function compile (bundle: Bundle, task: TaskHeader): WebAssembly.Module | Refusal {
  const bytes = bundle.files.find(([path]) => path === `${APP_DIR}/${task.entrypoint}`)?.[1]
  if (bytes === undefined) return { stop: 'entrypoint', message: 'is not in the bundle' }
  try {
    const module = new WebAssembly.Module(capModule(bytes, task.limits.memoryBytes))
    const problem = commandProblem(module)
    return problem === undefined ? module : { stop: 'entrypoint', message: problem }
  } catch (error) {
    if (error instanceof ModuleRefused && error.reason === 'memory') return { stop: 'memory', message: error.message }
    return { stop: 'entrypoint', message: (error as Error).message.slice(0, 1000) }
  }
}

function receive (channel: Channel, files: readonly PlacedFile[]): Files {
  return files.map(([path, size]) => [path, channel.fileBytes(size)] as const)
}

main()
process.reallyExit(0)
