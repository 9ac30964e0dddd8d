import { describe, expect, it } from 'vitest'
import { ATTACKS } from './verification/attackers.ts'
import { cellsOf, runCells } from './verification/matrix.ts'
import { judge } from './verification/targets.ts'
import type { Run } from './verification/targets.ts'

const full = process.env.NIGHTSHIFT_TEST_FULL === '1'
const CELL = { attack: 'naive', share: 0.3, workers: 10, chunksEach: 500, proven: false } as const
const OUTCOME = { seed: 1, state: 'COMPLETED', chunks: 5000, wrong: 50, executions: 6000, honestBanned: 0, paidForNothing: 0n }

describe('the targets of the design', () => {
  it.each<[string, Partial<Run['cell']>, Partial<Run['outcome']>, boolean]>([
    ['one wrong result in a hundred', {}, {}, true],
    ['one more', {}, { wrong: 51 }, false],
    ['any number of them with two fifths of attackers', { share: 0.4 }, { wrong: 500 }, true],
    ['1.2 executions among the honest', { share: 0 }, {}, true],
    ['one execution more', { share: 0 }, { executions: 6001 }, false],
    ['1.1 executions among the proven', { share: 0, proven: true }, { executions: 5500 }, true],
    ['one execution more of them', { share: 0, proven: true }, { executions: 5501 }, false],
    ['an honest worker banned', {}, { honestBanned: 1 }, false],
    ['a unit for a copier', { attack: 'copier' }, { paidForNothing: 1n }, false],
    ['a job without end', {}, { state: 'RUNNING' }, false]
  ])('judge %s rightly', (_, cell, outcome, passes) => {
    expect(judge([{ cell: { ...CELL, ...cell }, outcome: { ...OUTCOME, ...outcome } }]).every(({ passed }) => passed)).toBe(passes)
  })

  it.each([1, ...full ? [2, 3] : []])(`are met by the production policy in ${full ? 'every cell' : 'a sample of cells'} (seed %i)`, async seed => {
    const matrix = full
      ? { pools: [4, 10, 40], shares: [0.1, 0.2, 0.3, 0.4], attacks: ATTACKS, chunksEach: 100, leastChunks: 2000, honest: true }
      : { pools: [4], shares: [0.3], attacks: ATTACKS, chunksEach: 50, honest: false }
    const runs = await runCells(cellsOf(matrix), [seed])
    // the one attack that gets anything through, a little at a time
    const coalition = full ? [] : await runCells(cellsOf({ ...matrix, attacks: ['informed coalition'] }), [2, 3, 4, 5, 6, 7, 8])
    const failed = judge([...runs, ...coalition]).filter(({ passed }) => !passed)
    expect(failed).toEqual([])
  }, full ? 1_800_000 : 60_000)
})

describe('the share of wrong results', () => {
  it('is that of a cell over all its seeds, and of each cell by itself', () => {
    const run = (seed: number, wrong: number, workers = 4): Run => ({ cell: { ...CELL, workers }, outcome: { ...OUTCOME, seed, chunks: 200, wrong } })
    const wrongOf = (runs: readonly Run[]): boolean | undefined => judge(runs).find(({ target }) => target.startsWith('wrong'))?.passed
    expect(wrongOf([run(1, 4)])).toBe(false)
    expect(wrongOf([run(1, 4), run(2, 0)])).toBe(true)
    expect(wrongOf([run(1, 4), run(2, 1)])).toBe(false)
    expect(wrongOf([run(1, 4), run(2, 0, 10)])).toBe(false)
  })
})
