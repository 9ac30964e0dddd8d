import { parseArgs } from 'node:util'
import { runSeed } from './world/run-seed.ts'
import type { SeedResult } from './world/run-seed.ts'
import { Stats } from './world/stats.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false }
  }
})

function tell (result: SeedResult): void {
  const { violation } = result
  if (violation === undefined) return
  console.log(`seed ${result.seed}, event ${violation.event}: ${violation.what}`)
  for (const line of violation.recent) console.log(`    ${line}`)
  console.log(`replay: npm run sim -- --seed ${result.seed} --trace`)
}

const first = Number(values.seed ?? values.from)
const count = values.seed === undefined ? Number(values.seeds) : 1
const total = new Stats()
const invariants = new Stats()
const startedAt = performance.now()
let events = 0
let virtualMs = 0
for (let seed = first; seed < first + count; seed++) {
  const result = await runSeed(seed, values.trace ? line => { console.log(line) } : undefined)
  events += result.events
  virtualMs += result.virtualMs
  total.addAll(result.stats)
  if (result.violation !== undefined) {
    invariants.count(result.violation.invariant)
    tell(result)
    process.exitCode = 1
    if (!values['keep-going']) break
  }
  if (values.seed !== undefined) console.log(`seed ${seed}: trace ${result.digest}`)
}
const seconds = (performance.now() - startedAt) / 1000
console.log(`${count} seeds, ${events} events, ${(virtualMs / 3_600_000).toFixed(1)} h of virtual time in ${seconds.toFixed(1)} s`)
for (const [what, times] of [...total.counts].sort(([a], [b]) => a < b ? -1 : 1)) console.log(`  ${what}: ${times}`)
console.log([...invariants.counts].map(([what, times]) => `VIOLATED ${times} times: ${what}`).join('\n') || 'no violation')
