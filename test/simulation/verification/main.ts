import { parseArgs } from 'node:util'
import { ATTACKS } from './attackers.ts'
import { runCell, steadyCost } from './cell.ts'
import type { Outcome } from './cell.ts'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1' }, attack: { type: 'string' }, workers: { type: 'string', default: '4,10,40' }, share: { type: 'string', default: '0.1,0.2,0.3,0.4' }, seed: { type: 'string', default: '1' }, chunks: { type: 'string', default: '100' } } })
const runs = Number(values.runs)
const first = Number(values.seed)
const chunksEach = Number(values.chunks)

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`
const worst = (outcomes: readonly Outcome[]): number => Math.max(...outcomes.map(({ wrong, chunks }) => wrong / chunks))
const cost = (outcomes: readonly Outcome[]): number => outcomes.reduce((sum, { executions }) => sum + executions, 0) / outcomes.reduce((sum, { chunks }) => sum + chunks, 0)

let missed = 0
function report (what: string, outcomes: readonly Outcome[], problems: readonly string[]): void {
  missed += problems.length
  const seeds = problems.length === 0 ? '' : `  seeds ${outcomes.map(({ seed }) => seed).join(' ')}`
  console.log(`${what.padEnd(34)} wrong at most ${percent(worst(outcomes)).padStart(7)}  ${cost(outcomes).toFixed(3)} executions per chunk  ${problems.join(', ')}${seeds}`)
}

console.log(`production policy, confidence 99 %, ${runs} runs per cell, seeds from ${first}; attackers come back under new names`)
for (const workers of values.workers.split(',').map(Number)) {
  if (values.attack === undefined) {
    const cost = steadyCost(workers, 250, first)
    const over = cost > 1.1
    if (over) missed++
    console.log(`${`${workers} proven, second job`.padEnd(34)} ${' '.repeat(22)}  ${cost.toFixed(3)} executions per chunk  ${over ? 'OVER 1.10' : ''}`)
  }
  for (const each of values.attack === undefined ? [chunksEach, 500] : []) {
    if (workers === 40 && each === 500) continue
    const outcomes = Array.from({ length: runs }, (_, i) => runCell({ attack: 'naive', share: 0, workers, chunksEach: each }, first + i))
    report(`${workers} honest, ${each} chunks each`, outcomes, [
      ...outcomes.some(({ honestBanned }) => honestBanned > 0) ? ['AN HONEST WORKER WAS BANNED'] : [],
      ...each === 500 && cost(outcomes) > 1.2 ? ['OVER 1.20'] : []
    ])
  }
  for (const attack of ATTACKS.filter(name => values.attack === undefined || values.attack === name)) {
    for (const share of values.share.split(',').map(Number)) {
      if (Math.round(share * workers) === 0) continue
      const outcomes = Array.from({ length: runs }, (_, i) => runCell({ attack, share, workers, chunksEach }, first + i))
      report(`${workers} workers, ${share} ${attack}`, outcomes, [
        ...share <= 0.3 && worst(outcomes) > 0.01 ? ['OVER 1 %'] : [],
        ...outcomes.some(({ paidForNothing }) => paidForNothing > 0n) ? ['PAID FOR NOTHING'] : [],
        ...outcomes.some(({ honestBanned }) => honestBanned > 0) ? ['AN HONEST WORKER WAS BANNED'] : [],
        ...outcomes.some(({ state }) => state !== 'COMPLETED') ? [`ENDED ${outcomes.map(({ state }) => state).join(' ')}`] : []
      ])
    }
  }
}
process.exitCode = missed === 0 ? 0 : 1
