import { farm } from '../farm.ts'
import type { Attack } from './attackers.ts'
import type { Cell, Outcome } from './cell.ts'
import type { Item } from './cell-process.ts'
import { HONEST_CHUNKS } from './targets.ts'
import type { Run } from './targets.ts'

export interface Matrix {
  readonly pools: readonly number[]
  readonly shares: readonly number[]
  readonly attacks: readonly Attack[]
  readonly chunksEach: number
  /** with so many chunks in all at least, default any number: a share of a few says little */
  readonly leastChunks?: number
  /** with cells without attackers: a first job, one long enough to become cheap, and one of workers that are proven */
  readonly honest: boolean
}

/** Every cell in which there is anybody to attack, and those without attackers. */
export function cellsOf ({ pools, shares, attacks, chunksEach, leastChunks = 0, honest }: Matrix): readonly Cell[] {
  return pools.flatMap(workers => {
    const plain: Cell = { attack: 'naive', share: 0, workers, chunksEach: Math.max(chunksEach, Math.ceil(leastChunks / workers)), proven: false }
    return [
      ...honest ? [plain, { ...plain, chunksEach: HONEST_CHUNKS }, { ...plain, chunksEach: HONEST_CHUNKS / 2, proven: true }] : [],
      ...attacks.flatMap(attack => shares.filter(share => Math.round(share * workers) > 0).map(share => ({ ...plain, attack, share })))
    ]
  })
}

/** Runs every cell with every seed on all cores, the long ones first, so that no core waits for one at the end. */
export async function runCells (cells: readonly Cell[], seeds: readonly number[]): Promise<readonly Run[]> {
  const size = ({ workers, chunksEach }: Cell): number => workers * chunksEach
  const items = cells.flatMap(cell => seeds.map((seed): Item => ({ cell, seed }))).sort((a, b) => size(b.cell) - size(a.cell))
  const runs: Run[] = []
  await farm<Item, Outcome>(new URL('cell-process.ts', import.meta.url), items, (outcome, { cell }) => {
    runs.push({ cell, outcome })
    return true
  })
  return runs
}
