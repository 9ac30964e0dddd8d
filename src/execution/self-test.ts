import { randomUUID } from 'node:crypto'
import type { Platform } from '../model/block.ts'
import type { Executor, InputFile, Task } from '../model/executor.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'

const INPUT = Buffer.from('nightshift')
const PYTHON = 'import os\nopen(os.environ["TASK_RESULTS_DIR"] + "/copy", "wb").write(open(os.environ["TASK_DIR"] + "/data.bin", "rb").read())\n'
/** A WASI command that does the same; its source is test/execution/fixtures/copy.wat. */
const MODULE = 'AGFzbQEAAAABHQRgCX9/f39/fn5/fwF/YAR/f39/AX9gAX8AYAAAAooBBBZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCXBhdGhfb3BlbgAAFndhc2lfc25hcHNob3RfcHJldmlldzEHZmRfcmVhZAABFndhc2lfc25hcHNob3RfcHJldmlldzEIZmRfd3JpdGUAARZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCXByb2NfZXhpdAACAwIBAwUDAQACBxMCBm1lbW9yeQIABl9zdGFydAAECowBAYkBAEEFQQBBAEEIQQBCAkIAQQBBEBAABEBBChADC0EGQQBBCEEEQQFCwABCAEEAQRQQAARAQQsQAwtBIEGACDYCAANAQSRBgIAENgIAQRAoAgBBIEEBQRgQAQRAQQwQAwtBGCgCAARAQSRBGCgCADYCAEEUKAIAQSBBAUEcEAIEQEENEAMLDAELCwsLEgEAQQALDGRhdGEuYmluY29weQ=='

const ENTRIES: Readonly<Record<Exclude<Platform, 'docker'>, InputFile>> = {
  'python-wasm': inMemory('main.py', Buffer.from(PYTHON)),
  'wasm': inMemory('main.wasm', Buffer.from(MODULE, 'base64'))
}

/**
 * Runs a real task that copies its input.
 * @throws NightshiftError NS_E_PLATFORM when its result is not that copy
 */
export async function selfTest (executor: Executor, platform: Exclude<Platform, 'docker'>, signal: AbortSignal): Promise<void> {
  const results = new Map<string, Buffer>()
  const outcome = await executor.run(probeTask(platform), {
    signal,
    collect: async (file) => {
      const pieces: Uint8Array[] = []
      for await (const piece of file.data) pieces.push(piece)
      results.set(file.path, Buffer.concat(pieces))
    }
  }).catch((error: unknown) => { throw broken(platform, errorMessage(error)) })
  if (!outcome.ok) {
    signal.throwIfAborted()
    throw broken(platform, `${outcome.message}${outcome.logs.stderr === '' ? '' : `\n${outcome.logs.stderr}`}`)
  }
  if (results.size !== 1 || results.get('copy')?.equals(INPUT) !== true) throw broken(platform, 'a task that copies its input gave something else')
}

function probeTask (platform: Exclude<Platform, 'docker'>): Task {
  const entry = ENTRIES[platform]
  return {
    id: `self-test-${randomUUID()}`,
    kind: 'app',
    platform,
    entrypoint: entry.path,
    bundle: [entry],
    bundleKey: 'self-test',
    input: { directory: 'TASK_DIR', files: [inMemory('data.bin', INPUT)] },
    output: 'TASK_RESULTS_DIR',
    env: {},
    limits: { wallMs: 30_000, memoryMiB: 256, outputBytes: 1024, outputFiles: 1, logBytes: 16 * 1024 }
  }
}

function inMemory (path: string, content: Uint8Array): InputFile {
  return { path, size: content.byteLength, content }
}

function broken (platform: Platform, why: string): NightshiftError {
  return new NightshiftError('NS_E_PLATFORM', `This machine cannot run ${platform} tasks: ${why}`, { remedy: `Leave ${platform} out of this worker's platforms, or repair the cause and start the worker again.` })
}
