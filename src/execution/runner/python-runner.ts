import { Channel } from './channel.ts'
import { logWriter } from './log.ts'
import { FileQuota, harvest } from './memfs.ts'
import { startInterpreter, takeSnapshot } from './interpreter.ts'
import type { Interpreter } from './interpreter.ts'
import { APP_DIR, FRAME, FRAME_MAX } from './wire.ts'
import type { DoneReport, TaskHeader } from './wire.ts'

/**
 * Entry of a Python runner process: starts one interpreter, runs one task in
 * it, and ends. Arguments: `snapshot` to send a memory snapshot instead, or
 * `serve [snapshot file]`.
 */
async function main (mode: string | undefined, snapshotPath: string | undefined): Promise<void> {
  const channel = new Channel()
  if (mode === 'snapshot') {
    const snapshot = await takeSnapshot()
    for (let at = 0; at < snapshot.byteLength; at += FRAME_MAX) channel.send(FRAME.snapshot, snapshot.subarray(at, at + FRAME_MAX), false)
    channel.send(FRAME.snapshot, new Uint8Array(0), true)
    return
  }
  const interpreter = await startInterpreter(snapshotPath)
  channel.send(FRAME.ready, Buffer.from(JSON.stringify({ fromSnapshot: interpreter.fromSnapshot })), true)
  const task = channel.nextTask()
  if (task !== undefined) channel.sendDone(runTask(interpreter, channel, task))
}

function runTask (interpreter: Interpreter, channel: Channel, task: TaskHeader): DoneReport {
  const started = process.cpuUsage()
  place(interpreter, channel, task)
  interpreter.onOutput(
    logWriter(channel, FRAME.stdout, task.limits.logBytes),
    logWriter(channel, FRAME.stderr, task.limits.logBytes))
  const quota = new FileQuota(interpreter.fs, task.limits, task.outputDir, interpreter.memoryBytes)
  capMemory(task.limits.memoryBytes, () => quota.fileBytes)
  const report = (part: Pick<DoneReport, 'exit' | 'stop' | 'message'>): DoneReport => {
    const cpu = process.cpuUsage(started)
    return { ...part, cpuMs: (cpu.user + cpu.system) / 1000, peakBytes: process.resourceUsage().maxRSS * 1024 }
  }
  let end: { exit: number, memory: boolean }
  try {
    end = interpreter.run(task.entrypoint, task.env)
  } catch (error) {
    const status = (error as { status?: unknown }).status
    if (typeof status !== 'number') return report({ exit: 134, stop: quota.exceeded ?? 'trap', message: describe(error) })
    end = { exit: status, memory: false }
  }
  if (quota.exceeded !== undefined) return report({ exit: end.exit, stop: quota.exceeded })
  if (end.exit !== 0) return report(end.memory ? { exit: end.exit, stop: 'memory' } : { exit: end.exit })
  const results = harvest(interpreter.fs, task.outputDir, task.limits)
  if ('stop' in results) return report({ exit: 0, ...results })
  for (const [path, bytes] of results.files) channel.sendFile(path, bytes)
  return report({ exit: 0 })
}

/** Puts the task's files where the environment says, the app folder read-only. */
function place ({ fs }: Interpreter, channel: Channel, task: TaskHeader): void {
  const folders = new Set<string>([APP_DIR])
  for (const directory of [APP_DIR, task.outputDir, ...task.directories]) fs.mkdirTree(directory)
  for (const [path, size] of [...task.bundle ?? [], ...task.files]) {
    const folder = path.slice(0, path.lastIndexOf('/'))
    if (!folders.has(folder)) {
      fs.mkdirTree(folder)
      folders.add(folder)
    }
    fs.writeFile(path, channel.fileBytes(size), { canOwn: true })
    if (path.startsWith(`${APP_DIR}/`)) fs.chmod(path, 0o444)
  }
  for (const folder of folders) if (folder === APP_DIR || folder.startsWith(`${APP_DIR}/`)) fs.chmod(folder, 0o555)
}

/** Refuses growth of WebAssembly memory beyond the task's limit; the app sees MemoryError. */
function capMemory (limit: number, fileBytes: () => number): void {
  const prototype: { grow: (this: WebAssembly.Memory, delta: number) => number } = WebAssembly.Memory.prototype
  const grow = prototype.grow
  prototype.grow = function (delta) {
    if (this.buffer.byteLength + delta * 65536 + fileBytes() > limit) throw new RangeError('memory limit of the task reached')
    return grow.call(this, delta)
  }
}

function describe (error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 1000)
}

await main(process.argv[2], process.argv[3])
process.reallyExit(0)
