import { FRAME } from './runner/wire.ts'
import { RunnerProcess } from './runner-process.ts'
import type { SandboxCommand } from './sandbox.ts'

const START_MS = 120_000

export interface StartedRunner {
  readonly runner: RunnerProcess
  /** what the runner says of itself; untrusted, but sent before any stranger's code ran */
  readonly greeting: Record<string, unknown>
}

/**
 * Starts a runner and waits until it is ready for a task.
 * Rejects with the process's own last words when it ends first, or after two minutes.
 */
export async function startRunner (command: SandboxCommand, onSpawn: (runner: RunnerProcess) => void): Promise<StartedRunner> {
  return await new Promise<StartedRunner>((resolve, reject) => {
    const runner = new RunnerProcess(command, {
      onFrame: (kind, payload) => {
        clearTimeout(timer)
        if (kind === FRAME.ready) resolve({ runner, greeting: JSON.parse(payload.toString('utf8')) as Record<string, unknown> })
        else runner.kill()
      },
      onExit: (exit) => {
        clearTimeout(timer)
        reject(new Error(`the runner ended while starting (${exit.signal ?? `code ${exit.code}`}): ${exit.stderr.trim().slice(-500)}`))
      }
    })
    const timer = setTimeout(() => { runner.kill() }, START_MS)
    onSpawn(runner)
  })
}
