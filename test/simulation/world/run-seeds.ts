import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { SeedResult } from './run-seed.ts'

const PROGRAM = fileURLToPath(new URL('seed-process.ts', import.meta.url))

export interface SeedRange {
  readonly first: number
  readonly count: number
  /** default: one for each core */
  readonly processes?: number
}

/**
 * Runs seeds in as many processes as there are cores, and tells of each as it
 * ends, in any order. No seed is begun any more once `onResult` has returned false.
 * @throws Error when a process dies, with the seed it ran
 */
export async function runSeeds ({ first, count, processes = availableParallelism() }: SeedRange, onResult: (result: SeedResult) => boolean): Promise<void> {
  let next = first
  let goesOn = true
  const take = (): number | undefined => goesOn && next < first + count ? next++ : undefined
  await Promise.all(Array.from({ length: Math.min(processes, count) }, async () => {
    const child = fork(PROGRAM, { execArgv: ['--import', 'tsx'], serialization: 'advanced' })
    const ended = once(child, 'exit')
    let seed = take()
    const died = ended.then(([code, signal]) => { throw new Error(`the process of seed ${String(seed)} ended with ${String(signal ?? code)}`) })
    try {
      for (; seed !== undefined; seed = take()) {
        const answer = once(child, 'message') as Promise<[SeedResult]>
        child.send(seed)
        const [result] = await Promise.race([answer, died])
        if (!onResult(result)) goesOn = false
      }
    } finally {
      if (child.connected) child.disconnect()
      await ended
    }
  }))
}
