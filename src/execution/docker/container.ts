import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type Docker from 'dockerode'
import type { Limits, RunGate, Usage } from '../../model/executor.ts'
import type { Failure } from '../outcome.ts'
import { cancelled, timeoutFailure } from '../outcome.ts'
import { RunClock } from '../run-clock.ts'
import type { LogBook } from '../task-logs.ts'
import { Demux } from './demux.ts'
import { engineIsGone, statusOf } from './engine.ts'
import { areaFull, engineGone } from './failures.ts'
import type { ResultArea } from './result-area.ts'
import { StoppedError } from './stopped.ts'
import type { UsageReader } from './usage.ts'

/** How often a running container is looked at, milliseconds. */
const LOOK_MS = 100
/** Output still on its way when a container has ended is waited for this long, milliseconds. */
const LAST_OUTPUT_MS = 5000
/** An engine that does not end a container within this time is not answering, milliseconds. */
const KILL_MS = 30_000

export interface RunBounds {
  readonly limits: Limits
  readonly area: ResultArea
  readonly usage: UsageReader
  readonly used: { cpuMs: number, trafficBytes: number }
  /** it reaches a network, whose traffic counts */
  readonly hasNetwork: boolean
  readonly logs: LogBook
  readonly signal: AbortSignal
  readonly gate?: RunGate
}

/** How a container's run ended, before its results are looked at. */
export interface RunEnd {
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly usage: Usage
  /** why we ended it, when we did */
  readonly stopped?: Failure
}

/** The entry program is not in the image, or cannot be run; another one may be tried. */
export class NotStarted extends Error {}

/**
 * Starts a created container and watches it to its end: output is taken as it
 * comes, and the container is killed when its time or its room is used up or
 * nobody wants its result any more.
 * @throws NotStarted when the program could not be started
 */
export async function runContainer (container: Docker.Container, bounds: RunBounds): Promise<RunEnd> {
  const { limits, signal, logs } = bounds
  const output = await started(attach(container, logs))
  const watch = new Watch(container, bounds)
  try {
    await started(container.start())
    watch.begin()
    const { StatusCode } = await Promise.race([container.wait() as Promise<{ StatusCode: number }>, watch.lost])
    const wallMs = watch.ranMs
    watch.end()
    await output.ended()
    const { State } = await container.inspect()
    const missing = missingProgram(StatusCode, logs)
    if (missing !== undefined) throw new NotStarted(missing)
    const peak = watch.peak
    return {
      exitCode: StatusCode,
      oomKilled: State.OOMKilled || (StatusCode === 137 && watch.stopped === undefined && peak.peakBytes >= limits.memoryMiB * 1024 * 1024 * 0.98),
      usage: { wallMs, cpuMs: peak.cpuMs, peakMemoryBytes: peak.peakBytes },
      ...watch.stopped === undefined ? {} : { stopped: watch.stopped }
    }
  } catch (error) {
    if (error instanceof NotStarted || error instanceof StoppedError) throw error
    if (watch.stopped !== undefined && !engineIsGone(error)) throw new StoppedError(watch.stopped)
    if (engineIsGone(error)) throw new StoppedError(signal.aborted ? cancelled() : engineGone())
    throw error
  } finally {
    watch.end()
    output.close()
  }
}

const NO_PROGRAM = /executable file|no such file or directory|not found in \$PATH|exec format error|permission denied|is a directory/i

/** Tells a program that is not in the image, or cannot run, from an engine that fails. Podman says it when attached to, Docker at the start. */
async function started<T> (step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (error) {
    const text = (error as { json?: { message?: string }, message: string }).json?.message ?? (error as Error).message
    if (statusOf(error) === undefined || !/exec/.test(text) || !NO_PROGRAM.test(text)) throw error
    throw new NotStarted(text.replace(/^.*?(exec:|executable file)/s, '$1').trim())
  }
}

/** How an init process says that there is nothing to run, and nothing else was said. */
export const INIT_FAILURE = /^\[FATAL tini \(\d+\)\] (exec [^\n]*)\n$/

function missingProgram (exitCode: number, logs: LogBook): string | undefined {
  if (exitCode !== 127 && exitCode !== 126) return undefined
  const { stdout, stderr } = logs.kept
  return stdout === '' ? INIT_FAILURE.exec(stderr)?.[1] : undefined
}

/** Takes a container's output from before its first byte; whatever is beyond the log's limit is read and dropped. */
async function attach (container: Docker.Container, logs: LogBook): Promise<{ ended: () => Promise<void>, close: () => void }> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true }) as unknown as Readable
  const demux = new Demux((name, bytes) => { logs.add(name, bytes) })
  stream.on('data', (bytes: Buffer) => { demux.push(bytes) })
  // an engine that dies breaks the stream; what that means is found out by waiting for the container
  stream.on('error', () => undefined)
  return {
    ended: async () => { await finished(stream, { writable: false, signal: AbortSignal.timeout(LAST_OUTPUT_MS) }).catch(() => undefined) },
    close: () => { stream.destroy() }
  }
}

/** Received and sent bytes of all interfaces but loopback, from the table of proc(5) `net/dev`. */
function interfaceBytes (table: string): number {
  return table.split('\n').slice(2).reduce((sum, line) => {
    const [name = '', figures = ''] = line.split(':')
    if (figures === '' || name.trim() === 'lo') return sum
    const fields = figures.trim().split(/\s+/)
    return sum + Number(fields[0] ?? 0) + Number(fields[8] ?? 0)
  }, 0)
}

/** Looks at a running container again and again, and ends it when it must not go on. */
class Watch {
  readonly #container: Docker.Container
  readonly #bounds: RunBounds
  readonly #onAbort = (): void => { this.#stop(cancelled()) }
  readonly lost: Promise<never>
  #lose: (error: Error) => void = () => undefined
  readonly #clock: RunClock
  #leaveGate: () => void = () => undefined
  #holding: Promise<void> = Promise.resolve()
  #look: NodeJS.Timeout | undefined
  #giveUp: NodeJS.Timeout | undefined
  #over = false
  #firstProcess: number | undefined
  #traffic = 0
  stopped: Failure | undefined
  peak = { cpuMs: 0, peakBytes: 0 }

  constructor (container: Docker.Container, bounds: RunBounds) {
    this.#container = container
    this.#bounds = bounds
    this.lost = new Promise((_, reject) => { this.#lose = reject })
    this.lost.catch(() => undefined)
    this.#clock = new RunClock(() => { this.#stop(timeoutFailure(bounds.limits)) })
    bounds.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  begin (): void {
    const { limits, signal, gate } = this.#bounds
    if (signal.aborted) this.#stop(cancelled())
    this.#clock.set(limits.wallMs)
    this.#leaveGate = gate?.onChange(() => { this.#followGate() }) ?? this.#leaveGate
    if (gate?.isOpen === false) this.#followGate()
    void this.#lookOnce()
  }

  /** without the times it was held, milliseconds */
  get ranMs (): number { return this.#clock.ranMs }

  end (): void {
    this.#over = true
    this.#clock.stop()
    this.#leaveGate()
    clearTimeout(this.#look)
    clearTimeout(this.#giveUp)
    this.#bounds.signal.removeEventListener('abort', this.#onAbort)
  }

  async #lookOnce (): Promise<void> {
    const { usage, used, hasNetwork, area, limits } = this.#bounds
    const [sample, full, traffic] = await Promise.all([usage.read(this.#container.id), area.fullness().catch(() => undefined), hasNetwork ? this.#trafficSoFar() : 0])
    used.trafficBytes += Math.max(0, traffic - this.#traffic)
    this.#traffic = Math.max(traffic, this.#traffic)
    used.cpuMs += Math.max(0, (sample?.cpuMs ?? 0) - this.peak.cpuMs)
    if (sample !== undefined) this.peak = { cpuMs: Math.max(this.peak.cpuMs, sample.cpuMs), peakBytes: Math.max(this.peak.peakBytes, sample.peakBytes) }
    if (this.#over) return
    if (full !== undefined) this.#stop(areaFull(full, limits))
    this.#look = setTimeout(() => { void this.#lookOnce() }, LOOK_MS)
  }

  /** Freezes the container, or lets it go on. One that cannot be frozen is ended: its machine's owner comes first. */
  #followGate (): void {
    this.#holding = this.#holding.then(async () => {
      const shut = this.#bounds.gate?.isOpen === false
      // an engine refuses to freeze what is frozen: the gate may have turned twice while it was at it
      if (this.#over || this.stopped !== undefined || shut === this.#clock.isHeld) return
      if (shut) {
        await this.#container.pause()
        this.#clock.hold()
      } else {
        await this.#container.unpause()
        this.#clock.go()
      }
    }).catch((error: unknown) => { if (!this.#over && !engineIsGone(error)) this.#stop(cancelled()) })
  }

  #stop (failure: Failure): void {
    if (this.stopped !== undefined || this.#over) return
    this.stopped = failure
    this.#giveUp = setTimeout(() => { this.#lose(new StoppedError(engineGone())) }, KILL_MS)
    void this.#kill()
  }

  /** Bytes through the container's own interfaces; the kernel shows them with any of its processes. */
  async #trafficSoFar (): Promise<number> {
    try {
      this.#firstProcess ??= (await this.#container.inspect()).State.Pid
      return interfaceBytes(await readFile(`/proc/${this.#firstProcess}/net/dev`, 'utf8'))
    } catch {
      // it has ended, or the engine is away; the last figure counts
      return 0
    }
  }

  /** One that is held must go on to be ended. One that has ended already cannot be killed; any other failure shows in the wait. */
  async #kill (): Promise<void> {
    await this.#holding
    if (this.#clock.isHeld) await this.#container.unpause().catch(() => undefined)
    await this.#container.kill({ signal: 'SIGKILL' }).catch(() => undefined)
  }
}
