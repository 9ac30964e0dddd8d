import { blobInputs, contractEnv } from '../blocks/index.ts'
import type { FileRef } from '../model/block.ts'
import type { Clock, Random } from '../model/clock.ts'
import { NightshiftError, asNightshiftError } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'
import type { ContainerTask, Executor, InputFile, LogStream, RunGate } from '../model/executor.ts'
import { chunkTaskId, taskId } from '../model/ids.ts'
import { LIMITS } from '../model/limits.ts'
import type { Reason } from '../model/reasons.ts'
import { resultHash } from '../model/result.ts'
import type { ImagePart } from '../model/image.ts'
import type { BlobRef, DurableBlobStore } from '../model/store.ts'
import type { TaskSpec } from '../model/task-spec.ts'
import type { Transport } from '../model/transport.ts'
import type { Logger } from '../observe/logger.ts'
import type { Holds } from '../storage/index.ts'
import { fileListProblem } from '../verification/file-list.ts'
import { opened } from './admission.ts'
import type { Admission, Pass } from './admission.ts'
import type { Behaviour } from './behaviour.ts'
import type { TaskBounds } from './bounds.ts'
import type { TaskResult } from './events.ts'
import { Preparer } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import type { WorkerAttempt } from './state.ts'

export interface TaskServices {
  readonly blobs: DurableBlobStore
  readonly holds: Holds
  readonly transport: Pick<Transport, 'fetch' | 'send'>
  readonly executors: ReadonlyMap<string, Executor>
  readonly random: Random
  readonly clock: Clock
  readonly log: Logger
  readonly behaviour: Behaviour
  readonly bounds: () => TaskBounds
  readonly admission: Admission
  /** why the owner does not want an image of this name; undefined when it may run */
  readonly unwanted: (image: string) => Reason | undefined
}

const NOTHING_USED = { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0 }

/** File lists longer than this, in bytes of a message, travel as a blob. */
const MESSAGE_FILE_BYTES = 64 * 1024
const FILE_ENTRY_BYTES = 64

const OUTSIDE: Partial<Record<ErrorCode, 'INPUT_UNAVAILABLE' | 'SPEC_INVALID'>> = {
  NS_E_BLOB_MISSING: 'INPUT_UNAVAILABLE',
  NS_E_BLOB_CORRUPT: 'INPUT_UNAVAILABLE',
  NS_E_UNREACHABLE: 'INPUT_UNAVAILABLE',
  NS_E_PROTOCOL: 'SPEC_INVALID'
}

/** Runs leased chunks: fetches what is missing by hash, runs the app in its sandbox, hashes the result. */
export class TaskRunner {
  readonly #services: TaskServices
  #imageParts = 0
  readonly #preparer: Preparer

  constructor (services: TaskServices) {
    this.#services = services
    this.#preparer = new Preparer(services.blobs, services.bounds, {
      fetch: async (owner, coordinator, ref, signal) => { await this.#fetch(owner, coordinator, ref, signal) },
      release: owner => { services.holds.release(owner) }
    })
  }

  /**
   * Never rejects: whatever goes wrong is a result with its failure class and a
   * reason in words. What it fetched or made is held under `key` until released.
   */
  async run (key: string, attempt: WorkerAttempt, signal: AbortSignal): Promise<TaskResult> {
    const { behaviour } = this.#services
    try {
      const prepared = await this.#preparer.prepare(attempt, signal)
      const input = await this.#input(key, attempt, signal)
      const result = checked(await this.#admitted(key, attempt, prepared, input, signal), prepared.spec)
      this.#services.log.debug({ task: taskId(attempt.id), chunk: attempt.id.chunk, ok: result.ok }, 'the app has run')
      return await this.#seal(key, await behaviour.after(result, this.#services.blobs, signal), signal)
    } catch (error) {
      return failure(error, signal.aborted)
    }
  }

  async #input (key: string, attempt: WorkerAttempt, signal: AbortSignal): Promise<readonly InputFile[]> {
    if (attempt.input.size === 0) return [{ path: 'data.bin', size: 0, content: new Uint8Array() }]
    await this.#fetch(key, attempt.coordinator, attempt.input, signal)
    return await blobInputs([{ path: 'data.bin', ...attempt.input }], this.#services.blobs)
  }

  async #fetch (owner: string, coordinator: string, ref: BlobRef, signal: AbortSignal): Promise<void> {
    const { blobs, transport, holds } = this.#services
    await holds.hold(owner, ref.sha256)
    const size = await blobs.size(ref.sha256)
    if (size === undefined) await transport.fetch(coordinator, { sha256: ref.sha256, size: ref.size }, blobs, signal)
    else if (size !== ref.size) throw new NightshiftError('NS_E_PROTOCOL', `content ${ref.sha256.slice(0, 12)} has ${size} bytes, the coordinator says ${ref.size}`)
  }

  /** Stores what a task made. Its hash is known only then: were the same content just being deleted for another, it may be gone. */
  async #store (key: string, data: AsyncIterable<Uint8Array> | Uint8Array, signal: AbortSignal): Promise<BlobRef> {
    const { blobs, holds } = this.#services
    const ref = await blobs.put(data, { signal })
    if (await holds.hold(key, ref.sha256) && !await blobs.has(ref.sha256)) {
      throw new NightshiftError('NS_E_BLOB_MISSING', 'a result was removed while it was being stored', { remedy: 'the chunk runs again elsewhere' })
    }
    return ref
  }

  /** Runs only while the machine's owner lets it, and gives the chunk back when that takes too long. */
  async #admitted (key: string, attempt: WorkerAttempt, prepared: Prepared, input: readonly InputFile[], signal: AbortSignal): Promise<TaskResult> {
    const unwanted = prepared.spec.container === undefined ? undefined : this.#services.unwanted(prepared.spec.container.image.reference)
    if (unwanted !== undefined) return { ...failure(new Error(unwanted.text), true), code: 'IMAGE_REFUSED' } as TaskResult
    const pass = this.#services.admission.enter(prepared.spec.limits.memoryMiB)
    const either = AbortSignal.any([signal, pass.givesUp])
    try {
      await opened(pass.gate, either)
      const result = await this.#execute(key, attempt, prepared, input, either, pass.gate)
      return result.ok ? result : givenBack(pass) ?? result
    } catch (error) {
      return givenBack(pass) ?? failure(error, either.aborted)
    } finally {
      pass.leave()
    }
  }

  async #execute (key: string, attempt: WorkerAttempt, { spec, params, bundle, ran }: Prepared, input: readonly InputFile[], signal: AbortSignal, gate: RunGate): Promise<TaskResult> {
    const { executors, random, behaviour } = this.#services
    const executor = executors.get(spec.platform)
    if (executor === undefined) throw new NightshiftError('NS_E_PLATFORM', `this worker has no platform ${spec.platform}`)
    const files: FileRef[] = []
    const outcome = await executor.run({
      id: taskId(attempt.id),
      kind: 'app',
      platform: spec.platform,
      entrypoint: spec.entrypoint,
      bundle,
      bundleKey: spec.bundleKey,
      input: { directory: 'TASK_DIR', files: input },
      output: 'TASK_RESULTS_DIR',
      env: contractEnv({
        kind: 'app',
        params,
        jobId: attempt.id.jobId,
        taskId: chunkTaskId(attempt.id),
        chunk: attempt.id.chunk,
        chunkCount: spec.chunkCount,
        seed: attempt.chunkSeed
      }),
      limits: spec.limits,
      ...containerOf(spec)
    }, {
      signal,
      gate,
      imagePart: async (part, until) => await this.#imagePart(attempt.coordinator, part, until),
      onLog: (stream, text) => { this.#sendLog(attempt, stream, text) },
      collect: async file => {
        const ref = await this.#store(key, file.data, signal)
        files.push({ path: file.path, size: ref.size, sha256: ref.sha256 })
      }
    })
    await behaviour.during(outcome.usage, signal)
    if (!outcome.ok) {
      return {
        ok: false, failureClass: outcome.failureClass, code: outcome.code, message: outcome.message,
        exitCode: outcome.exitCode ?? 0, stderrTail: outcome.logs.stderr.slice(-LIMITS.reasonChars), usage: outcome.usage,
        ...spec.container === undefined ? {} : { image: spec.container.image.reference }
      }
    }
    return { ok: true, value: resultHash({ exitCode: 0, files }), files, ran, usage: { ...outcome.usage, wallMs: outcome.usage.wallMs + (behaviour.extraMs ?? 0), outputBytes: files.reduce((sum, file) => sum + file.size, 0) }, nonce: Buffer.from(random.bytes(32)).toString('hex') }
  }

  /** A piece of an image from the coordinator, verified on the way in; kept only until the engine has it. */
  async #imagePart (coordinator: string, part: ImagePart, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { blobs, holds } = this.#services
    const owner = `image-part/${++this.#imageParts}`
    const done = async (): Promise<void> => {
      holds.release(owner)
      await holds.delete(part.sha256, async it => { await blobs.delete(it) })
    }
    try {
      await this.#fetch(owner, coordinator, part, signal)
    } catch (error) {
      await done()
      throw error
    }
    return (async function * () {
      try {
        yield * blobs.open(part.sha256)
      } finally {
        await done()
      }
    })()
  }

  /** What is committed to must survive power loss; a long file list becomes a blob of its own. */
  async #seal (key: string, result: TaskResult, signal: AbortSignal): Promise<TaskResult> {
    if (!result.ok || result.files.length === 0) return result
    const { blobs } = this.#services
    const listed = result.files.reduce((sum, file) => sum + Buffer.byteLength(file.path) + FILE_ENTRY_BYTES, 0)
    const manifest = listed > MESSAGE_FILE_BYTES ? await this.#store(key, Buffer.from(JSON.stringify(result.files)), signal) : undefined
    await blobs.sync()
    return manifest === undefined ? result : { ...result, manifest }
  }

  #sendLog (attempt: WorkerAttempt, stream: LogStream, text: string): void {
    for (let from = 0; from < text.length; from += 16_384) {
      this.#services.transport.send(attempt.coordinator, { log: { attempt: attempt.id, stream, text: text.slice(from, from + 16_384) } })
    }
  }
}

/** What a container task asks for, as the executor takes it. Throws NS_E_PROTOCOL for a container task without an image. */
function containerOf ({ platform, container }: TaskSpec): { container?: ContainerTask } {
  if (platform !== 'docker') return {}
  if (container === undefined) throw new NightshiftError('NS_E_PROTOCOL', 'the task specification names no image')
  return { container: container }
}

/** What went wrong outside the sandbox: a broken specification or a broken way is not this node's fault. */
function failure (error: unknown, cancelled: boolean): TaskResult {
  const { code, message } = asNightshiftError(error)
  const outside = cancelled ? 'CANCELLED' : OUTSIDE[code]
  return { ok: false, failureClass: outside === undefined ? 'node' : 'transport', code: outside ?? 'SANDBOX_UNAVAILABLE', message, exitCode: 0, stderrTail: '', usage: NOTHING_USED }
}

/** A task that did not fail: its machine's owner wanted it to end. */
function givenBack ({ givesUp, why }: Pass): TaskResult | undefined {
  const reason = why()
  return reason === undefined ? undefined : { ...failure(givesUp.reason, true), givenBack: reason } as TaskResult
}

/** What no coordinator may accept is the app's failure here, before anything is committed to. */
function checked (result: TaskResult, spec: TaskSpec): TaskResult {
  const problem = result.ok ? fileListProblem(result.files, spec.limits) : undefined
  return problem === undefined ? result : { ok: false, failureClass: 'app', code: 'OUTPUT_INVALID', message: `its result ${problem}`, exitCode: 0, stderrTail: '', usage: result.ok ? result.usage : NOTHING_USED }
}
