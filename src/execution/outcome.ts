import type { FailureClass, FailureCode, Limits, TaskLogs, TaskOutcome } from '../model/executor.ts'
import type { DoneReport } from './runner/wire.ts'
import type { RunnerExit } from './runner-process.ts'

/** Why a task failed, before usage and logs are known. */
export interface Failure {
  readonly failureClass: FailureClass
  readonly code: FailureCode
  readonly message: string
  readonly exitCode?: number
}

const LINE_CHARS = 300

export function timeoutFailure (limits: Limits): Failure {
  return app('TIMEOUT', `ran longer than ${seconds(limits.wallMs)}`)
}

export function memoryFailure (limits: Limits, detail = ''): Failure {
  return app('MEMORY_EXCEEDED', `used more than ${limits.memoryMiB} MiB of memory${detail === '' ? '' : `: ${detail}`}`)
}

export function outputBytesFailure (limits: Limits): Failure {
  return app('OUTPUT_EXCEEDED', `wrote more than ${size(limits.outputBytes)} of results`)
}

export function outputFilesFailure (limits: Limits): Failure {
  return app('OUTPUT_EXCEEDED', `wrote more than ${limits.outputFiles} result files`)
}

export function outputInvalid (message: string): Failure {
  return app('OUTPUT_INVALID', message)
}

export function cancelled (): Failure {
  return { failureClass: 'transport', code: 'CANCELLED', message: 'cancelled before it ended' }
}

export function inputUnavailable (message: string): Failure {
  return { failureClass: 'node', code: 'INPUT_UNAVAILABLE', message: `an input could not be read on this node: ${message}` }
}

export function sandboxUnavailable (message: string): Failure {
  return { failureClass: 'node', code: 'SANDBOX_UNAVAILABLE', message: `no sandbox could be started on this node: ${message}` }
}

export function collectorFailure (message: string): Failure {
  return { failureClass: 'node', code: 'SANDBOX_UNAVAILABLE', message: `the results could not be stored on this node: ${message}` }
}

/** The outcome of a task that never ran. */
export function withoutRun (failure: Failure): TaskOutcome {
  return { ok: false, ...failure, usage: { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0 }, logs: { stdout: '', stderr: '', truncated: false } }
}

/** What a runner's last report means; undefined for success. */
export function reportFailure (report: DoneReport, limits: Limits, entrypoint: string, logs: TaskLogs): Failure | undefined {
  const detail = report.message ?? ''
  switch (report.stop) {
    case 'memory': return memoryFailure(limits, detail)
    case 'output-bytes': return outputBytesFailure(limits)
    case 'output-files': return outputFilesFailure(limits)
    case 'output-invalid': return outputInvalid(detail)
    case 'entrypoint': return app('ENTRYPOINT_INVALID', `the entrypoint ${entrypoint} ${detail}`)
    case 'trap': return { ...app('EXIT_NONZERO', `was stopped by an error it could not handle: ${detail}`), exitCode: report.exit }
    case undefined: break
  }
  if (report.exit === 0) return undefined
  const last = lastLine(logs.stderr)
  return { ...app('EXIT_NONZERO', `exited with code ${report.exit}${last === '' ? '' : `: ${last}`}`), exitCode: report.exit }
}

/** What it means that a runner process ended in the middle of a task. */
export function crashFailure (exit: RunnerExit, limits: Limits): Failure {
  if (/out of memory|allocation failed/i.test(exit.stderr)) return memoryFailure(limits)
  const how = exit.signal !== null ? `by ${exit.signal}` : `with code ${exit.code}`
  const last = lastLine(exit.stderr)
  return { failureClass: 'node', code: 'SANDBOX_CRASHED', message: `the sandbox process ended ${how} before the app did${last === '' ? '' : `: ${last}`}` }
}

function app (code: FailureCode, message: string): Failure {
  return { failureClass: 'app', code, message }
}

export function lastLine (text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim().slice(0, LINE_CHARS) ?? ''
}

function seconds (ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`
}

function size (bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  const kib = bytes / 1024
  return kib < 1024 ? `${Number(kib.toFixed(1))} KiB` : `${Number((kib / 1024).toFixed(1))} MiB`
}
