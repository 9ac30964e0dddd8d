import { statfs } from 'node:fs/promises'
import type Docker from 'dockerode'
import { errorMessage } from '../../model/errors.ts'
import type { ContainerTask, Task, TaskIo, TaskOutcome } from '../../model/executor.ts'
import { cancelled, collectorFailure, sandboxUnavailable, withoutRun } from '../outcome.ts'
import type { Failure } from '../outcome.ts'
import type { Slots } from '../slots.ts'
import { LogBook } from '../task-logs.ts'
import type { Bench } from './bench.ts'
import { collectResults } from './collect.ts'
import { INIT_FAILURE, NotStarted, runContainer } from './container.ts'
import type { RunEnd } from './container.ts'
import { LABEL, containerSpec } from './container-spec.ts'
import { engineIsGone, statusOf } from './engine.ts'
import type { EngineImage } from './engine-images.ts'
import { entryCommands } from './entry.ts'
import { diskFull, endFailure, engineGone, entrypointMissing } from './failures.ts'
import type { GpuDevice, GpuPool } from './gpus.ts'
import { remove } from './leftovers.ts'
import { StoppedError } from './stopped.ts'
import { taskFolders } from './task-folders.ts'
import type { TaskFolders } from './task-folders.ts'

const MIB = 1024 * 1024

/** What tasks share on one machine while its engine is there. */
export interface Workplace {
  readonly bench: Bench
  readonly scratchDir: string
  /** containers that run; others wait, already made */
  readonly slots: Slots
  readonly gpus: GpuPool
  /** which of several interpreters an image has, by image and entry script */
  readonly interpreters: Map<string, number>
  readonly coresPerSlot: number
  readonly cores: number
  readonly labels: Readonly<Record<string, string>>
  /** the owner's runtime, which wins over the task's wish: it may only be stricter */
  readonly runtime?: string
  readonly init: boolean
  /** what all containers used so far */
  readonly used: { cpuMs: number, trafficBytes: number }
  /** scheduling priority, 0 to 19 */
  readonly niceness?: () => number
  readonly log: (message: string) => void
}

/** Runs one task in a container of its own; everything it used is gone when this resolves. */
export async function runInContainer (place: Workplace, task: Task, io: TaskIo, image: EngineImage, container: ContainerTask): Promise<TaskOutcome> {
  const folders = await taskFolders(task, place.bench)
  try {
    const devices = await place.gpus.take(container.gpus, io.signal)
    if (devices === undefined) return withoutRun(cancelled())
    try {
      return await new ContainerRun(place, task, io, image, container, folders, devices).run()
    } finally {
      place.gpus.give(devices)
    }
  } finally {
    await folders.remove()
  }
}

/** The engine no longer has the image it had: somebody removed it. Nothing has run. */
export class ImageGone extends Error {}

/** What an error on the way means for the task. */
export function failureOf (error: unknown, signal: AbortSignal): Failure {
  if (error instanceof StoppedError) return error.failure
  if (signal.aborted) return cancelled()
  if (engineIsGone(error)) return engineGone()
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return diskFull(0)
  return sandboxUnavailable(errorMessage(error))
}

class ContainerRun {
  readonly #place: Workplace
  readonly #task: Task
  readonly #io: TaskIo
  readonly #image: EngineImage
  readonly #container: ContainerTask
  readonly #folders: TaskFolders
  readonly #devices: readonly GpuDevice[]
  #hasSlot = false
  #logs: LogBook

  constructor (place: Workplace, task: Task, io: TaskIo, image: EngineImage, container: ContainerTask, folders: TaskFolders, devices: readonly GpuDevice[]) {
    this.#place = place
    this.#task = task
    this.#io = io
    this.#image = image
    this.#container = container
    this.#folders = folders
    this.#devices = devices
    this.#logs = new LogBook(task.limits.logBytes, undefined)
  }

  async run (): Promise<TaskOutcome> {
    const ended = await this.#runToEnd().catch((error: unknown) => {
      if (error instanceof ImageGone) throw error
      return failureOf(error, this.#io.signal)
    })
    if ('exitCode' in ended && 'usage' in ended) return await this.#outcome(ended)
    return { ...withoutRun(ended), logs: this.#logs.kept }
  }

  /** The container is made before there is a slot, and started when there is one. */
  async #runToEnd (): Promise<RunEnd | Failure> {
    const { slots, interpreters, bench } = this.#place
    const commands = entryCommands(this.#task.entrypoint)
    const known = `${this.#image.id} ${this.#task.entrypoint}`
    const made: Docker.Container[] = []
    let why = ''
    try {
      for (let i = interpreters.get(known) ?? 0; i < commands.length; i++) {
        const created = await this.#create(commands[i] ?? [])
        made.push(created)
        this.#hasSlot ||= await slots.acquire(this.#io.signal)
        if (!this.#hasSlot) return cancelled()
        this.#logs = new LogBook(this.#task.limits.logBytes, (stream, text) => { if (!INIT_FAILURE.test(text)) this.#io.onLog?.(stream, text) })
        try {
          const end = await runContainer(created, { limits: this.#task.limits, area: this.#folders.area, usage: bench.usage, used: this.#place.used, hasNetwork: this.#container.network !== 'none', logs: this.#logs, signal: this.#io.signal, ...this.#io.gate === undefined ? {} : { gate: this.#io.gate } })
          interpreters.set(known, i)
          return end
        } catch (error) {
          if (!(error instanceof NotStarted)) throw error
          why = error.message
        }
      }
      return entrypointMissing(this.#task.entrypoint, this.#container.image.reference, why)
    } finally {
      if (this.#hasSlot) slots.release()
      await Promise.all(made.map(async ({ id }) => { await this.#remove(id) }))
    }
  }

  async #create (command: readonly string[]): Promise<Docker.Container> {
    const { bench, coresPerSlot, cores, labels, init } = this.#place
    const runtime = this.#place.runtime ?? this.#container.runtime
    try {
      return await bench.engine.api.createContainer(containerSpec({
        task: this.#task,
        container: this.#container,
        imageId: this.#image.id,
        volumes: this.#image.volumes,
        command,
        env: this.#folders.env,
        mounts: this.#folders.mounts,
        user: bench.user,
        cores: Math.min(this.#container.cores ?? coresPerSlot, cores),
        labels: { ...labels, [LABEL.task]: this.#task.id },
        ...bench.egressNetwork === undefined ? {} : { egressNetwork: bench.egressNetwork },
        ...runtime === undefined ? {} : { runtime },
        devices: this.#devices.map(({ id }) => id),
        niceness: this.#place.niceness?.() ?? 0,
        init
      }, bench.engine.info))
    } catch (error) {
      if (statusOf(error) !== 404) throw error
      bench.images.forget(this.#container.image)
      throw new ImageGone(errorMessage(error))
    }
  }

  /** A container that cannot be removed now is removed when the engine is back, or at the node's next start. */
  async #remove (id: string): Promise<void> {
    try {
      await remove(this.#place.bench.engine, id)
    } catch (error) {
      this.#place.log(`The container ${id.slice(0, 12)} could not be removed yet: ${errorMessage(error)}`)
    }
  }

  async #outcome (end: RunEnd): Promise<TaskOutcome> {
    const { limits } = this.#task
    const { collect, signal } = this.#io
    const { area } = this.#folders
    const logs = this.#logs.kept
    const fail = (failure: Failure): TaskOutcome => ({ ok: false, ...failure, usage: end.usage, logs })
    const full = await area.fullness()
    const { bavail, bsize } = await statfs(this.#place.scratchDir)
    const failure = end.stopped ?? endFailure({ ...end, ...full === undefined ? {} : { full }, diskFreeMiB: Math.floor(bavail * bsize / MIB) }, limits, logs)
    if (failure !== undefined) return fail(failure)
    try {
      const collected = await collectResults(area.path, limits, collect, signal)
      if ('failure' in collected) return fail(collected.failure)
      return { ok: true, usage: { ...end.usage, outputBytes: collected.bytes }, logs }
    } catch (error) {
      if (signal.aborted) return fail(cancelled())
      return fail((error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(0) : collectorFailure(errorMessage(error)))
    }
  }
}
