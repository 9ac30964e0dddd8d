import type { Task, TaskIo, TaskOutcome } from '../model/executor.ts'
import { errorMessage } from '../model/errors.ts'
import { FrameError } from './frames.ts'
import { cancelled, collectorFailure, crashFailure, inputUnavailable, memoryFailure, outputBytesFailure, outputFilesFailure, outputInvalid, reportFailure, timeoutFailure } from './outcome.ts'
import type { Failure } from './outcome.ts'
import { parseDone, parseFile } from './reports.ts'
import { ResultStream } from './result-stream.ts'
import { RunClock } from './run-clock.ts'
import type { RunnerExit, RunnerProcess } from './runner-process.ts'
import { FRAME, INLINE_FILE, comparePaths, pathProblem } from './runner/wire.ts'
import type { DoneReport } from './runner/wire.ts'
import { LogBook } from './task-logs.ts'

const WATCH_MS = 100
/** a runner that has ended its app must keep sending results at least this often, ms */
const STALL_MS = 30_000

/**
 * One task on one runner: holds it to its limits, judges what the runner
 * sends, and turns the end into an outcome. On any failure that leaves the
 * runner in doubt the runner is killed and `outcome` waits for its end.
 */
export class TaskSession {
  readonly task: Task
  readonly #io: TaskIo
  readonly #runner: RunnerProcess
  readonly #overheadBytes: number
  readonly #logs: LogBook
  readonly #results: ResultStream
  readonly #resolve: (outcome: TaskOutcome) => void
  readonly #onAbort = (): void => { this.fail(cancelled()) }
  readonly #clock = new RunClock(() => { this.#timedOut() })
  readonly outcome: Promise<TaskOutcome>
  #isStarted = false
  #wallMs: number | undefined
  #killedCpuMs = 0
  #peakBytes = 0
  #leaveGate: () => void = () => undefined
  #watch: NodeJS.Timeout | undefined
  #failure: Failure | undefined
  #report: DoneReport | undefined
  #files = 0
  #bytes = 0
  #lastPath: string | undefined
  #ended = false

  /** @param overheadBytes resident memory of the runner that is not the task's */
  constructor (task: Task, io: TaskIo, runner: RunnerProcess, overheadBytes: number) {
    this.task = task
    this.#io = io
    this.#runner = runner
    this.#overheadBytes = overheadBytes
    this.#logs = new LogBook(task.limits.logBytes, io.onLog)
    this.#results = new ResultStream(io.collect, () => { runner.pause() }, () => { runner.resume(); this.#rearm() })
    let settle: (outcome: TaskOutcome) => void = () => undefined
    this.outcome = new Promise((resolve) => { settle = resolve })
    this.#resolve = settle
    io.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  get isDone (): boolean { return this.#report !== undefined || this.#failure !== undefined }

  /** The runner has the task's files and turns to it now: its time runs. */
  start (): void {
    if (this.#ended || this.#isStarted) return
    this.#isStarted = true
    this.#clock.set(this.task.limits.wallMs)
    this.#watch = setInterval(() => { this.#checkMemory() }, WATCH_MS)
    this.#leaveGate = this.#io.gate?.onChange(() => { this.#followGate() }) ?? this.#leaveGate
    if (this.#io.gate?.isOpen === false) this.#followGate()
  }

  /** Takes one frame of this task; true when it was the last one. */
  onFrame (kind: number, payload: Buffer): boolean {
    try {
      switch (kind) {
        case FRAME.stdout: this.#logs.add('stdout', payload); return false
        case FRAME.stderr: this.#logs.add('stderr', payload); return false
        case FRAME.file: this.#openFile(payload); return false
        case FRAME.data: this.#addData(payload); return false
        case FRAME.done: this.#done(parseDone(payload)); return true
        default: throw new FrameError(`a frame of kind ${kind} in the middle of a task`)
      }
    } catch (error) {
      this.fail({ failureClass: 'node', code: 'SANDBOX_CRASHED', message: `the sandbox sent ${errorMessage(error)}` })
      return true
    }
  }

  /** Stops the task and its runner; `outcome` resolves when the runner is gone. */
  fail (failure: Failure): void {
    if (this.#failure !== undefined || this.#ended) return
    this.#failure = failure
    this.#killedCpuMs = this.#runner.cpuMs() ?? 0
    this.#stopClocks()
    this.#results.fail(new Error(failure.message))
    this.#runner.kill()
  }

  /** Gives the task back untouched: it never began, and `outcome` never resolves. */
  abandon (): void {
    this.#ended = true
    this.#stopClocks()
    this.#io.signal.removeEventListener('abort', this.#onAbort)
  }

  inputFailed (error: unknown): void {
    this.fail(inputUnavailable(errorMessage(error)))
  }

  /** The runner is gone. Ends the session unless it ended before. */
  onExit (exit: RunnerExit): void {
    if (this.#report === undefined) this.#failure ??= crashFailure(exit, this.task.limits)
    void this.#end()
  }

  /** Ends a session whose runner lives on; resolves with the outcome. */
  finish (): Promise<TaskOutcome> {
    void this.#end()
    return this.outcome
  }

  async #end (): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    const wallMs = this.#wallMs ?? this.#clock.ranMs
    this.#stopClocks()
    if (this.#failure !== undefined) this.#results.fail(new Error(this.#failure.message))
    if (!this.#results.isIdle) {
      const error = await this.#results.finished()
      if (error !== undefined) this.#failure ??= this.#io.signal.aborted ? cancelled() : collectorFailure(errorMessage(error))
    }
    this.#io.signal.removeEventListener('abort', this.#onAbort)
    const usage = {
      wallMs,
      cpuMs: this.#report?.cpuMs ?? Math.min(wallMs, this.#killedCpuMs),
      peakMemoryBytes: Math.max(this.#report?.peakBytes ?? 0, this.#peakBytes)
    }
    const logs = this.#logs.kept
    this.#resolve(this.#failure === undefined ? { ok: true, usage, logs } : { ok: false, ...this.#failure, usage, logs })
  }

  #done (report: DoneReport): void {
    this.#wallMs = this.#clock.ranMs
    this.#stopClocks()
    this.#report = report
    if (this.#results.missing > 0) throw new FrameError('a final report in the middle of a file')
    this.#failure ??= reportFailure(report, this.task.limits, this.task.entrypoint, this.#logs.kept)
  }

  #openFile (payload: Buffer): void {
    const { path, size, inline } = parseFile(payload)
    const { limits } = this.task
    this.#rearm()
    if (this.#results.missing > 0 || inline.byteLength !== (size <= INLINE_FILE ? size : 0)) throw new FrameError('result files out of step')
    const problem = pathProblem(path)
    if (problem !== undefined) return this.fail(outputInvalid(`the name of the result ${JSON.stringify(path.slice(0, 200))} ${problem}`))
    if (this.#lastPath !== undefined && comparePaths(this.#lastPath, path) >= 0) throw new FrameError('result files out of order')
    this.#lastPath = path
    this.#files++
    this.#bytes += size
    if (this.#files > limits.outputFiles) return this.fail(outputFilesFailure(limits))
    if (this.#bytes > limits.outputBytes) return this.fail(outputBytesFailure(limits))
    this.#results.open(path, size)
    this.#results.push(inline)
  }

  #addData (payload: Buffer): void {
    this.#rearm()
    if (payload.byteLength === 0 || payload.byteLength > this.#results.missing) throw new FrameError('more bytes than a result file has')
    this.#results.push(payload)
  }

  #timedOut (): void {
    if (this.#results.isPaused) return
    if (this.#lastPath === undefined) this.fail(timeoutFailure(this.task.limits))
    else this.fail({ failureClass: 'node', code: 'SANDBOX_CRASHED', message: `the sandbox sent nothing of its results for ${STALL_MS / 1000} s` })
  }

  /** After the app ended, time is counted between pieces of its results. */
  #rearm (): void {
    if (this.#failure !== undefined || this.#ended) return
    this.#wallMs ??= this.#clock.ranMs
    this.#clock.set(STALL_MS)
  }

  /** Holds the runner where it stands, or lets it go on. One that cannot be held is ended: its machine's owner comes first. */
  #followGate (): void {
    if (this.isDone || this.#ended) return
    if (this.#io.gate?.isOpen !== false) {
      this.#runner.thaw()
      this.#clock.go()
    } else if (this.#runner.freeze()) this.#clock.hold()
    else this.fail(cancelled())
  }

  #checkMemory (): void {
    const resident = this.#runner.residentBytes()
    if (resident === undefined) return
    this.#peakBytes = Math.max(this.#peakBytes, resident)
    if (resident > this.task.limits.memoryMiB * 1024 * 1024 + this.#overheadBytes) this.fail(memoryFailure(this.task.limits))
  }

  #stopClocks (): void {
    this.#clock.stop()
    this.#leaveGate()
    this.#runner.thaw()
    clearInterval(this.#watch)
  }
}
