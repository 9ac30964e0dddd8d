import { parseArgs } from 'node:util'
import { ATTACKS } from './attackers.ts'
import type { Cell } from './cell.ts'
import { cellsOf, runCells } from './matrix.ts'
import { judge, nameOf } from './targets.ts'

const { values } = parseArgs({
  options: {
    /** a sample of the matrix, under a minute on two cores */
    quick: { type: 'boolean', default: false },
    runs: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string' },
    share: { type: 'string' },
    attack: { type: 'string' },
    chunks: { type: 'string', default: '100' }
  }
})
const pools = (values.workers ?? (values.quick ? '4,10' : '4,10,40')).split(',').map(Number)
const shares = (values.share ?? (values.quick ? '0.3' : '0.1,0.2,0.3,0.4')).split(',').map(Number)
const attacks = ATTACKS.filter(name => values.attack === undefined || name === values.attack)
const seeds = Array.from({ length: Number(values.runs) }, (_, i) => Number(values.seed) + i)
const chunksEach = Number(values.chunks)

/** Chunks of a cell in all, at least: of fewer a single batch that passes by chance is several percent. */
const LEAST_CHUNKS = 2000

const cells = cellsOf({ pools, shares, attacks, chunksEach, leastChunks: LEAST_CHUNKS, honest: values.attack === undefined })
const startedAt = performance.now()
console.log(`production policy, confidence 99 %; an honest machine gets one chunk in 10,000 wrong; attackers come back under new names; seeds ${seeds.join(' ')}`)
const runs = await runCells(cells, seeds)

function figures (cell: Cell): string {
  const outcomes = runs.filter(run => run.cell === cell).map(({ outcome }) => outcome)
  const wrong = Math.max(...outcomes.map(outcome => outcome.wrong / outcome.chunks))
  const cost = outcomes.reduce((sum, { executions }) => sum + executions, 0) / outcomes.reduce((sum, { chunks }) => sum + chunks, 0)
  return `${(wrong * 100).toFixed(2)} % ${cost.toFixed(2)}`.padStart(14)
}

for (const workers of pools) {
  const ofPool = cells.filter(cell => cell.workers === workers)
  console.log(`\n${workers} workers: worst share of wrong results accepted, and executions per chunk`)
  for (const cell of ofPool.filter(({ share }) => share === 0)) console.log(`  ${nameOf(cell).padEnd(46)}${figures(cell)}`)
  console.log(`  ${`attackers, ${Math.max(chunksEach, Math.ceil(LEAST_CHUNKS / workers))} chunks each`.padEnd(32)}${shares.map(share => `f = ${share}`.padStart(14)).join('')}`)
  for (const attack of attacks) {
    const row = shares.map(share => ofPool.find(cell => cell.attack === attack && cell.share === share))
    console.log(`  ${attack.padEnd(32)}${row.map(cell => cell === undefined ? '-'.padStart(14) : figures(cell)).join('')}`)
  }
}
console.log(`\n${runs.length} runs in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
for (const { target, worst, passed } of judge(runs)) {
  console.log(`${passed ? 'PASS' : 'FAIL'}  ${target}\n      worst: ${worst}`)
  if (!passed) process.exitCode = 1
}
