import { cacheFolder } from '../config/paths.ts'
import { createPythonWasmExecutor, createWasmExecutor } from '../execution/index.ts'
import type { RunnerIsolation } from '../execution/index.ts'
import { errorMessage } from '../model/errors.ts'
import type { Executor } from '../model/executor.ts'
import type { Logger } from '../observe/logger.ts'
import { RestingExecutor } from './resting-executor.ts'

/** A platform has this long to prove that it works here, milliseconds. */
const SELF_TEST_MS = 60_000

export interface ExecutorOptions {
  readonly isolation: RunnerIsolation
  /** tasks at a time, per platform */
  readonly slots: number
  /** Python interpreters kept ready */
  readonly ready: number
  /** scheduling priority of apps, 0 to 19; default 0 */
  readonly niceness?: () => number
  /** ends the trying: what has not worked by then does not count */
  readonly signal?: AbortSignal
  readonly log: Logger
}

/** The executors that work on this machine: each has run a task before it counts. */
export async function openExecutors ({ isolation, slots, ready, niceness, signal, log }: ExecutorOptions): Promise<ReadonlyMap<string, Executor>> {
  const note = (message: string): void => { log.info({}, message) }
  const priority = niceness === undefined ? {} : { niceness }
  const candidates = [
    await createWasmExecutor({ slots, isolation, ...priority, log: note }),
    await createPythonWasmExecutor({ cacheDir: cacheFolder(), slots, ready, isolation, ...priority, log: note })
  ]
  const working = new Map<string, Executor>()
  await Promise.all(candidates.map(async executor => {
    try {
      await executor.selfTest(AbortSignal.any([AbortSignal.timeout(SELF_TEST_MS), ...signal === undefined ? [] : [signal]]))
      working.set(executor.platform, new RestingExecutor(executor, (error: unknown) => { log.warn({ platform: executor.platform, why: errorMessage(error) }, 'a sandbox could not be put to rest') }))
    } catch (error) {
      if (signal?.aborted !== true) log.warn({ platform: executor.platform, why: errorMessage(error) }, 'a platform is not offered: its self-test failed')
      await executor.close()
    }
  }))
  return working
}

export async function closeExecutors (executors: ReadonlyMap<string, Executor>): Promise<void> {
  await Promise.allSettled([...executors.values()].map(async executor => { await executor.close() }))
}
