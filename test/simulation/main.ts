import { parseArgs } from 'node:util'
import { runSeed } from './world/run-seed.ts'
import type { SeedResult } from './world/run-seed.ts'
import { runSeeds } from './world/run-seeds.ts'
import { Stats } from './world/stats.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    processes: { type: 'string' },
    trace: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false }
  }
})

const total = new Stats()
const invariants = new Stats()
const startedAt = performance.now()
let [seeds, events, virtualMs] = [0, 0, 0]

/** Counts a result in and tells of what it violated. False when that ends the run. */
function take (result: SeedResult): boolean {
  const { seed, violation } = result
  seeds++
  events += result.events
  virtualMs += result.virtualMs
  total.addAll(result.stats)
  if (seeds % 500 === 0) console.error(`${seeds} seeds, the last one ${seed}`)
  if (violation === undefined) return true
  invariants.count(violation.invariant)
  console.log(`seed ${seed}, event ${violation.event}: ${violation.what}`)
  for (const line of violation.recent) console.log(`    ${line}`)
  console.log(`replay: npm run sim -- --seed ${seed} --trace`)
  process.exitCode = 1
  return values['keep-going']
}

if (values.seed === undefined) {
  await runSeeds({ first: Number(values.from), count: Number(values.seeds), ...values.processes === undefined ? {} : { processes: Number(values.processes) } }, take)
} else {
  const result = await runSeed(Number(values.seed), values.trace ? line => { console.log(line) } : undefined)
  take(result)
  console.log(`seed ${values.seed}: trace ${result.digest}`)
}
const seconds = (performance.now() - startedAt) / 1000
console.log(`${seeds} seeds, ${events} events, ${(virtualMs / 3_600_000).toFixed(1)} h of virtual time in ${seconds.toFixed(1)} s`)
for (const [what, times] of [...total.counts].sort(([a], [b]) => a < b ? -1 : 1)) console.log(`  ${what}: ${times}`)
console.log([...invariants.counts].map(([what, times]) => `VIOLATED ${times} times: ${what}`).join('\n') || 'no violation')
