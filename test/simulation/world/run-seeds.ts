import { farm } from '../farm.ts'
import type { SeedResult } from './run-seed.ts'

const PROGRAM = new URL('seed-process.ts', import.meta.url)

export interface SeedRange {
  readonly first: number
  readonly count: number
  /** default: one for each core */
  readonly processes?: number
}

/** Runs seeds on all cores and tells of each as it ends, in any order; none is begun any more once `onResult` has returned false. */
export async function runSeeds ({ first, count, processes }: SeedRange, onResult: (result: SeedResult) => boolean): Promise<void> {
  await farm(PROGRAM, Array.from({ length: count }, (_, i) => first + i), onResult, processes)
}
