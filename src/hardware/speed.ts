import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Hardware } from '../model/hardware.ts'

const run = promisify(execFile)
/** What a machine of score 1000 does: about a server core of 2021. */
const REFERENCE = { hashMiBPerS: 600, floatStepsPerUs: 200 } as const
/** The benchmark takes a third of a second; on a machine that is busy it has this long, milliseconds. */
const PATIENCE_MS = 20_000
/** One at a time: of several nodes in one process each would slow the others down. */
let before: Promise<unknown> = Promise.resolve()
/** Scores of other versions of the benchmark do not compare. */
const BENCHMARK = 1

/**
 * How fast one core of this machine is: the geometric mean of what it does of SHA-256 and of floating-point steps, each
 * relative to the reference, times 1000. It only tells coordinators what to expect until they have seen chunks done.
 * Rejects when the benchmark cannot be run, or `signal` aborts.
 */
export async function measureSpeed (signal: AbortSignal): Promise<number> {
  const here = dirname(fileURLToPath(import.meta.url))
  const folder = import.meta.url.endsWith('.ts') ? join(here, '..', '..', 'dist', 'hardware') : here
  const answer = before.then(async () => await run(process.execPath, [join(folder, 'speed-process.js')], { signal, timeout: PATIENCE_MS, env: {}, killSignal: 'SIGKILL' }))
  before = answer.catch(() => undefined)
  const { stdout } = await answer
  return scoreOf(JSON.parse(stdout) as typeof REFERENCE)
}

export function scoreOf ({ hashMiBPerS, floatStepsPerUs }: { readonly hashMiBPerS: number, readonly floatStepsPerUs: number }): number {
  const score = Math.round(1000 * Math.sqrt(hashMiBPerS / REFERENCE.hashMiBPerS * floatStepsPerUs / REFERENCE.floatStepsPerUs))
  if (!Number.isSafeInteger(score) || score < 1) throw new Error(`the benchmark gave ${hashMiBPerS} MiB/s and ${floatStepsPerUs} steps per µs`)
  return score
}

/** A score holds while this is the same: the machine, what runs it, and the benchmark itself. */
export function speedKey ({ cpuModel, arch }: Pick<Hardware, 'cpuModel' | 'arch'>): string {
  return `${BENCHMARK} ${arch} ${cpuModel} node ${process.versions.node}`
}
