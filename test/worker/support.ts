import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Executor, Task, TaskIo, TaskOutcome } from '../../src/model/executor.ts'
import type { BlobRef, BlobStore } from '../../src/model/store.ts'
import type { TaskSpec } from '../../src/model/task-spec.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { Holds, openBlobStore } from '../../src/storage/index.ts'
import type { OpenBlobStore } from '../../src/storage/index.ts'
import type { Behaviour } from '../../src/worker/behaviour.ts'
import { HONEST } from '../../src/worker/behaviour.ts'
import { localKey } from '../../src/worker/keys.ts'
import type { TaskResult } from '../../src/worker/events.ts'
import { Admission } from '../../src/worker/admission.ts'
import { TaskRunner } from '../../src/worker/run-task.ts'
import type { WorkerAttempt } from '../../src/worker/state.ts'

const USAGE = { wallMs: 1, cpuMs: 1, peakMemoryBytes: 1 }

/** A coordinator's and a worker's real blob stores, and between them a way that a test can hold up. */
export class TwoStores {
  readonly admission = new Admission(2, { tasks: 2, memoryMiB: 2048, suspended: false, release: false }, 30)
  readonly there: OpenBlobStore
  readonly here: OpenBlobStore
  readonly holds = new Holds()
  readonly fetched: string[] = []
  /** tasks the app was run with */
  readonly tasks: Task[] = []
  /** called before content travels */
  onFetch: (ref: BlobRef, signal: AbortSignal) => Promise<void> = () => Promise.resolve()
  /** the app: result files by path */
  app: (task: Task) => Promise<Readonly<Record<string, string>>> = () => Promise.resolve({ 'out.bin': 'done' })
  behaviour: Behaviour = HONEST
  readonly runner: TaskRunner
  readonly #dir: string

  private constructor (dir: string, there: OpenBlobStore, here: OpenBlobStore) {
    this.#dir = dir
    this.there = there
    this.here = here
    this.runner = new TaskRunner({
      blobs: here,
      holds: this.holds,
      transport: {
        send: () => true,
        fetch: async (_, ref, into, signal) => {
          await this.onFetch(ref, signal)
          this.fetched.push(ref.sha256)
          await into.put(this.there.open(ref.sha256), { expect: ref.sha256, maxBytes: ref.size, signal })
        }
      },
      executors: new Map([['wasm', this.#executor()]]),
      random: { bytes: length => new Uint8Array(length), fraction: () => 0 },
      clock: { now: () => 0 },
      log: createLogger('silent'),
      behaviour: { says: () => true, during: async (usage, signal) => { await this.behaviour.during(usage, signal) }, after: async (result, blobs, signal) => await this.behaviour.after(result, blobs, signal) },
      bounds: () => ({ memoryMiB: 1024, diskMiB: 100 }),
      admission: this.admission,
      unwanted: () => undefined
    })
  }

  static async open (): Promise<TwoStores> {
    const dir = await mkdtemp(join(tmpdir(), 'nightshift-test-'))
    return new TwoStores(dir, await openBlobStore(join(dir, 'there')), await openBlobStore(join(dir, 'here')))
  }

  async close (): Promise<void> {
    await this.there.close()
    await this.here.close()
    await rm(this.#dir, { recursive: true, force: true })
  }

  /** Runs an attempt's task under a key of its own. */
  async run (attempt: WorkerAttempt, signal: AbortSignal = new AbortController().signal): Promise<TaskResult> {
    return await this.runner.run(localKey(attempt.coordinator, attempt.id), attempt, signal)
  }

  /** Puts a task specification of one file at the coordinator. */
  async spec (change: Partial<TaskSpec> = {}, limits: Partial<TaskSpec['limits']> = {}): Promise<BlobRef> {
    const file = await this.there.put(Buffer.from('the app'))
    const spec: TaskSpec = {
      platform: 'wasm', entrypoint: 'app.wasm', bundleKey: 'c'.repeat(64), files: [{ path: 'app.wasm', ...file }], params: '{}', chunkCount: 2,
      limits: { wallMs: 1000, memoryMiB: 512, outputBytes: 1000, outputFiles: 10, logBytes: 1000, ...limits }, ...change
    }
    return await this.there.put(Buffer.from(JSON.stringify(spec)))
  }

  async attempt (chunk: number, spec: BlobRef, input = `input ${chunk}`): Promise<WorkerAttempt> {
    return {
      coordinator: 'coordinator', id: { jobId: 'j-aaaaaaaaaaaaaaaa', chunk, epoch: 1 }, spec, input: await this.there.put(Buffer.from(input)),
      chunkSeed: '00', price: 1n, state: 'RUNNING', acknowledged: false
    }
  }

  #executor (): Executor {
    return {
      platform: 'wasm',
      isolation: 'process',
      selfTest: () => Promise.resolve(),
      close: () => Promise.resolve(),
      run: async (task: Task, io: TaskIo): Promise<TaskOutcome> => {
        this.tasks.push(task)
        for (const [path, text] of Object.entries(await this.app(task))) {
          await io.collect({ path, size: text.length, data: streamOf(Buffer.from(text)) })
        }
        return { ok: true, usage: USAGE, logs: { stdout: '', stderr: '', truncated: false } }
      }
    }
  }
}

export async function textOf (blobs: BlobStore, sha256: string): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of blobs.open(sha256)) parts.push(part)
  return Buffer.concat(parts).toString()
}

async function * streamOf (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}
