import { existsSync } from 'node:fs'
import type { LocalImage } from '../../images/index.ts'
import { NightshiftError } from '../../model/errors.ts'
import type { ContainerTask, Executor, Task, TaskIo, TaskOutcome } from '../../model/executor.ts'
import type { ImageRules } from '../../model/image-rules.ts'
import { cancelled, memoryFailure, sandboxUnavailable, withoutRun } from '../outcome.ts'
import type { Failure } from '../outcome.ts'
import { Slots } from '../slots.ts'
import { inputBytes } from '../task-header.ts'
import { closeBench, openBench } from './bench.ts'
import type { Bench } from './bench.ts'
import { LABEL } from './container-spec.ts'
import { abortable, engineIsGone, findSocket, statusOf } from './engine.ts'
import { GpuPool } from './gpus.ts'
import type { GpuDevice } from './gpus.ts'
import { processMark } from './leftovers.ts'
import { ImageGone, failureOf, runInContainer } from './run-in-container.ts'
import type { Workplace } from './run-in-container.ts'
import { importEmptyImage, selfTestHint, selfTestTask } from './self-test.ts'

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
  /** scheduling priority of containers started from now on, 0 to 19; default 0 */
  readonly niceness?: () => number
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
  readonly #used = { cpuMs: 0, trafficBytes: 0 }
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

  /** Containers get these devices from now on; tasks keep what they have. */
  useGpus (devices: readonly GpuDevice[]): void {
    this.#gpus.replace(devices)
  }

  /** Processor time of all containers so far, as far as it was seen, milliseconds. */
  get cpuMs (): number { return this.#used.cpuMs }

  /** Bytes in and out of all containers so far, as far as it was seen. */
  get trafficBytes (): number { return this.#used.trafficBytes }

  /** Room that images take which were brought for tasks, bytes. */
  get imageBytes (): number { return this.#bench?.images.bytes ?? 0 }

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
    const image = await importEmptyImage(bench.engine, this.#mark)
    try {
      for (const init of [true, false]) {
        this.#init = init
        const results: Buffer[] = []
        const outcome = await runInContainer(this.#place(bench), selfTestTask(input), {
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
      try {
        return await this.#withImage(bench, task, io, container)
      } catch (error) {
        if (!(error instanceof ImageGone)) throw error
        return await this.#withImage(bench, task, io, container)
      }
    } catch (error) {
      return withoutRun(failureOf(error, io.signal))
    } finally {
      this.#prepared.release()
    }
  }

  async #withImage (bench: Bench, task: Task, io: TaskIo, container: ContainerTask): Promise<TaskOutcome> {
    const image = await bench.images.enter(container.image, io.imagePart, io.signal)
    try {
      return await runInContainer(this.#place(bench), task, io, image, container)
    } finally {
      bench.images.leave(container.image)
    }
  }

  #place (bench: Bench): Workplace {
    const { node, slots, coresPerSlot, runtime, scratchDir } = this.#options
    return {
      bench, scratchDir, coresPerSlot, cores: coresPerSlot * slots, slots: this.#slots, gpus: this.#gpus, interpreters: this.#interpreters, init: this.#init, used: this.#used, log: this.#log,
      labels: { [LABEL.node]: node, [LABEL.process]: this.#mark },
      ...runtime === undefined ? {} : { runtime },
      ...this.#options.niceness === undefined ? {} : { niceness: this.#options.niceness }
    }
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
}

/** What the self-test asks for: nothing. */
const PLAIN: ContainerTask = { image: { reference: 'nightshift/self-test', config: { sha256: '', size: 0 }, layers: [], architecture: '' }, network: 'none', gpus: [] }
