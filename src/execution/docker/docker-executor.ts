import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type Docker from 'dockerode'
import type { LocalImage } from '../../images/index.ts'
import type { ContainerTask, Executor, Task, TaskIo, TaskOutcome } from '../../model/executor.ts'
import { NightshiftError, errorMessage } from '../../model/errors.ts'
import { cancelled, collectorFailure, memoryFailure, sandboxUnavailable, withoutRun } from '../outcome.ts'
import type { Failure } from '../outcome.ts'
import { Slots } from '../slots.ts'
import { inputBytes } from '../task-header.ts'
import { LogBook } from '../task-logs.ts'
import { closeBench, openBench } from './bench.ts'
import type { Bench } from './bench.ts'
import { collectResults } from './collect.ts'
import { INIT_FAILURE, NotStarted, runContainer } from './container.ts'
import type { RunEnd } from './container.ts'
import { LABEL, containerSpec } from './container-spec.ts'
import { abortable, engineIsGone, findSocket, statusOf } from './engine.ts'
import type { EngineImage } from './engine-images.ts'
import { entryCommands } from './entry.ts'
import { diskFull, endFailure, engineGone, entrypointMissing } from './failures.ts'
import { GpuPool } from './gpus.ts'
import type { GpuDevice } from './gpus.ts'
import type { ImageRules } from '../../model/image-rules.ts'
import { processMark, remove } from './leftovers.ts'
import { importEmptyImage, selfTestHint, selfTestTask } from './self-test.ts'
import { StoppedError } from './stopped.ts'
import { taskFolders } from './task-folders.ts'
import type { TaskFolders } from './task-folders.ts'

const MIB = 1024 * 1024

export interface DockerExecutorOptions {
  /** the engine's socket; default the first found, looked for again at every self-test */
  readonly socket?: string
  /** this node's id: its containers are known by it */
  readonly node: string
  /** folder on the engine's own machine, for this executor alone */
  readonly scratchDir: string
  /** containers that run at the same time; the next ones are made while they run */
  readonly slots: number
  /** cores one container may use */
  readonly coresPerSlot: number
  readonly rules: ImageRules
  /** let tasks that ask for it reach the internet, behind a fence; default false */
  readonly egress?: boolean
  /** an OCI runtime every container must use, by its name in the engine */
  readonly runtime?: string
  readonly gpus?: readonly GpuDevice[]
  /** give tasks result folders that are file systems of their own, where possible; default true */
  readonly mounts?: boolean
  readonly log?: (message: string) => void
}

/** What this machine's containers can do beyond running. */
export interface ContainerFeatures {
  readonly runtimes: readonly string[]
  readonly egress: boolean
  readonly architecture: string
}

/** Runs `docker` blocks in containers of Docker Engine or Podman, as strangers' apps. */
export class DockerExecutor implements Executor {
  readonly platform = 'docker'
  readonly isolation = 'container'
  readonly #options: DockerExecutorOptions
  readonly #log: (message: string) => void
  readonly #mark: string
  readonly #slots: Slots
  /** tasks whose container exists or is being made */
  readonly #prepared: Slots
  readonly #gpus: GpuPool
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<TaskOutcome>>()
  readonly #interpreters = new Map<string, number>()
  #bench: Bench | undefined
  #init = true

  constructor (options: DockerExecutorOptions) {
    this.#options = options
    this.#log = options.log ?? (() => undefined)
    this.#mark = processMark() ?? `${process.pid}-0`
    this.#slots = new Slots(options.slots)
    this.#prepared = new Slots(options.slots * 2)
    this.#gpus = new GpuPool(options.gpus ?? [])
  }

  /** Undefined until a self-test has passed. */
  get features (): ContainerFeatures | undefined {
    if (this.#bench === undefined) return undefined
    const { engine, egressNetwork } = this.#bench
    return { runtimes: engine.info.runtimes, egress: egressNetwork !== undefined, architecture: engine.info.architecture }
  }

  /** Connects to the engine anew, clears up after earlier lives and runs a task. */
  async selfTest (signal: AbortSignal): Promise<void> {
    const socket = this.#options.socket ?? findSocket()
    if (socket === undefined) {
      throw new NightshiftError('NS_E_PLATFORM', 'this machine has no container engine\'s socket', { remedy: 'install Docker or Podman, or name the socket with --engine' })
    }
    const before = this.#bench
    this.#bench = undefined
    await Promise.allSettled(this.#running)
    if (before !== undefined) await closeBench(before)
    const { node, scratchDir, rules } = this.#options
    const bench = await openBench({
      socket, node, scratchDir, rules, egress: this.#options.egress === true, mounts: this.#options.mounts !== false, log: this.#log
    }, signal)
    try {
      await this.#probe(bench, signal)
    } catch (error) {
      await closeBench(bench)
      throw error
    }
    this.#bench = bench
  }

  /** Resolves when the engine answers, rejects when it does not. */
  async ping (signal: AbortSignal): Promise<void> {
    if (this.#bench === undefined) throw new NightshiftError('NS_E_PLATFORM', 'no engine is connected')
    await abortable(this.#bench.engine.api.ping(), signal)
  }

  /** True when there is an engine's socket to try. */
  hasSocket (): boolean {
    const socket = this.#options.socket ?? findSocket()
    return socket !== undefined && existsSync(socket)
  }

  /** An image that this machine's engine has under a name; undefined when it has none, or there is no engine. */
  async localImage (reference: string): Promise<LocalImage | undefined> {
    if (this.#bench === undefined) return undefined
    const image = this.#bench.engine.api.getImage(reference)
    try {
      const { Id, RepoDigests } = await image.inspect()
      return {
        id: Id.slice('sha256:'.length),
        pulled: (RepoDigests ?? []).length > 0 && this.#bench.engine.info.name === 'docker',
        save: async signal => await abortable(image.get(), signal) as unknown as AsyncIterable<Uint8Array>
      }
    } catch (error) {
      if (statusOf(error) === 404 || engineIsGone(error)) return undefined
      throw error
    }
  }

  async run (task: Task, io: TaskIo): Promise<TaskOutcome> {
    const signal = AbortSignal.any([io.signal, this.#closing.signal])
    const running = this.#run(task, { ...io, signal })
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async close (): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#running)
    if (this.#bench !== undefined) await closeBench(this.#bench)
    this.#bench = undefined
  }

  async #probe (bench: Bench, signal: AbortSignal): Promise<void> {
    const input = Buffer.from('nightshift')
    const image = await importEmptyImage(bench.engine)
    try {
      for (const init of [true, false]) {
        this.#init = init
        const results: Buffer[] = []
        const outcome = await this.#inContainer(bench, selfTestTask(input), {
          signal,
          collect: async file => { for await (const bytes of file.data) results.push(Buffer.from(bytes)) }
        }, image, PLAIN)
        if (outcome.ok && Buffer.concat(results).equals(input)) return
        signal.throwIfAborted()
        const why = outcome.ok ? 'a task that copies its input gave something else' : outcome.message + selfTestHint(outcome.exitCode)
        if (init && /init/.test(why)) {
          this.#log(`Containers run without an init process: ${why}`)
          continue
        }
        throw new NightshiftError('NS_E_PLATFORM', `the engine at ${bench.engine.socket} cannot run tasks: ${why}`, { remedy: 'repair the engine; the worker tries again by itself' })
      }
    } finally {
      await image.remove()
    }
  }

  async #run (task: Task, io: TaskIo): Promise<TaskOutcome> {
    const { container } = task
    if (container === undefined) throw new NightshiftError('NS_E_INTERNAL', `the task ${task.id} names no image`)
    if (!await this.#prepared.acquire(io.signal)) return withoutRun(cancelled())
    try {
      const bench = this.#bench
      if (bench === undefined) return withoutRun(sandboxUnavailable('the container engine is away'))
      const refusal = this.#refusal(bench, task, container)
      if (refusal !== undefined) return withoutRun(refusal)
      const image = await bench.images.enter(container.image, io.imagePart, io.signal)
      try {
        return await this.#inContainer(bench, task, io, image, container)
      } finally {
        bench.images.leave(container.image)
      }
    } catch (error) {
      return withoutRun(this.#failure(error, io.signal))
    } finally {
      this.#prepared.release()
    }
  }

  #failure (error: unknown, signal: AbortSignal): Failure {
    if (error instanceof StoppedError) return error.failure
    if (signal.aborted) return cancelled()
    if (engineIsGone(error)) return engineGone()
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return diskFull(0)
    return sandboxUnavailable(errorMessage(error))
  }

  /** What this machine cannot or may not give to a task. */
  #refusal (bench: Bench, task: Task, container: ContainerTask): Failure | undefined {
    const refuse = (message: string): Failure => ({ failureClass: 'transport', code: 'SANDBOX_UNAVAILABLE', message })
    if (container.network === 'egress' && bench.egressNetwork === undefined) return refuse('the task asks for network egress, which this machine does not give')
    const runtime = container.runtime
    if (runtime !== undefined && !bench.engine.info.runtimes.includes(runtime)) return refuse(`the task asks for the runtime ${runtime}, which this machine does not have`)
    if (inputBytes(task) > 64 * 1024 ** 3) return memoryFailure(task.limits, 'its input alone is larger')
    return undefined
  }

  async #inContainer (bench: Bench, task: Task, io: TaskIo, image: EngineImage, container: ContainerTask): Promise<TaskOutcome> {
    const folders = await taskFolders(task, bench)
    try {
      const devices = await this.#gpus.take(container.gpus, io.signal)
      if (devices === undefined) return withoutRun(cancelled())
      try {
        return await this.#withFolders(bench, task, io, image, container, folders, devices)
      } finally {
        this.#gpus.give(devices)
      }
    } finally {
      await folders.remove()
    }
  }

  async #withFolders (
    bench: Bench, task: Task, io: TaskIo, image: EngineImage, container: ContainerTask, folders: TaskFolders, devices: readonly GpuDevice[]
  ): Promise<TaskOutcome> {
    let logs = new LogBook(task.limits.logBytes, undefined)
    const place = new Place(this.#slots)
    const commands = entryCommands(task.entrypoint)
    const known = `${image.id} ${task.entrypoint}`
    const made: Docker.Container[] = []
    let end: RunEnd | undefined
    let why = ''
    try {
      for (const [i, command] of commands.entries()) {
        if (i < (this.#interpreters.get(known) ?? 0)) continue
        const created = await bench.engine.api.createContainer(containerSpec({
          task, container, imageId: image.id, volumes: image.volumes, command, env: folders.env, mounts: folders.mounts, user: bench.user,
          cores: container.cores ?? this.#options.coresPerSlot,
          labels: { [LABEL.node]: this.#options.node, [LABEL.process]: this.#mark, [LABEL.task]: task.id },
          ...bench.egressNetwork === undefined ? {} : { egressNetwork: bench.egressNetwork },
          ...runtimeOf(container, this.#options),
          devices: devices.map(({ id }) => id),
          init: this.#init
        }, bench.engine.info)).catch((error: unknown) => {
          if (statusOf(error) === 404) bench.images.forget(container.image)
          throw error
        })
        made.push(created)
        if (!await place.enter(io.signal)) return withoutRun(cancelled())
        logs = new LogBook(task.limits.logBytes, (stream, text) => { if (!INIT_FAILURE.test(text)) io.onLog?.(stream, text) })
        try {
          end = await runContainer(created, { limits: task.limits, area: folders.area, usage: bench.usage, logs, signal: io.signal })
          this.#interpreters.set(known, i)
          break
        } catch (error) {
          if (!(error instanceof NotStarted)) throw error
          why = error.message
        }
      }
    } catch (error) {
      const failure = this.#failure(error, io.signal)
      return { ...withoutRun(failure), logs: logs.kept }
    } finally {
      place.leave()
      await Promise.all(made.map(async ({ id }) => { await this.#remove(bench, id) }))
    }
    if (end === undefined) return withoutRun(entrypointMissing(task.entrypoint, container.image.reference, why))
    return await this.#outcome(task, io, folders, end, logs)
  }

  /** A container that cannot be removed now is removed when the engine is back, or at the node's next start. */
  async #remove (bench: Bench, id: string): Promise<void> {
    try {
      await remove(bench.engine, id)
    } catch (error) {
      this.#log(`The container ${id.slice(0, 12)} could not be removed yet: ${errorMessage(error)}`)
    }
  }

  async #outcome (task: Task, io: TaskIo, { area }: TaskFolders, end: RunEnd, logs: LogBook): Promise<TaskOutcome> {
    const full = await area.fullness()
    const { bavail, bsize } = await statfs(this.#options.scratchDir)
    const failure = end.stopped ?? endFailure({ ...end, ...full === undefined ? {} : { full }, diskFreeMiB: Math.floor(bavail * bsize / MIB) }, task.limits, logs.kept)
    if (failure !== undefined) return { ok: false, ...failure, usage: end.usage, logs: logs.kept }
    try {
      const collected = await collectResults(area.path, task.limits, io.collect, io.signal)
      if ('failure' in collected) return { ok: false, ...collected.failure, usage: end.usage, logs: logs.kept }
      return { ok: true, usage: { ...end.usage, outputBytes: collected.bytes }, logs: logs.kept }
    } catch (error) {
      const why = io.signal.aborted ? cancelled() : (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(0) : collectorFailure(errorMessage(error))
      return { ok: false, ...why, usage: end.usage, logs: logs.kept }
    }
  }
}

/** What the self-test asks for: nothing. */
const PLAIN: ContainerTask = { image: { reference: 'nightshift/self-test', config: { sha256: '', size: 0 }, layers: [], architecture: '' }, network: 'none', gpus: [] }

/** The owner's runtime wins over the job's wish: it may only be stricter. */
function runtimeOf (container: ContainerTask, options: DockerExecutorOptions): { runtime?: string } {
  const runtime = options.runtime ?? container.runtime
  return runtime === undefined ? {} : { runtime }
}

/** A place among those that run, entered at most once and left at most once. */
class Place {
  readonly #slots: Slots
  #inside = false

  constructor (slots: Slots) {
    this.#slots = slots
  }

  async enter (signal: AbortSignal): Promise<boolean> {
    if (!this.#inside) this.#inside = await this.#slots.acquire(signal)
    return this.#inside
  }

  leave (): void {
    if (this.#inside) this.#slots.release()
    this.#inside = false
  }
}
