import '../../src/network/polyfill.ts'
import { parseArgs } from 'node:util'
import { diceOf, fuzz } from './run.ts'
import { targets } from './targets.ts'

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    /** the first input; those of a target that keeps nothing can be tried one by one */
    input: { type: 'string' },
    target: { type: 'string', default: '' }
  }
})

const seed = Number(values.seed)
for (const { name, open } of targets) {
  if (!name.includes(values.target)) continue
  const target = await open()
  if (values.input !== undefined) {
    try {
      console.log(`${name}, seed ${seed}, input ${values.input}: ${await target.feed(diceOf(seed, Number(values.input))) ? 'taken' : 'refused'}`)
    } finally {
      await target.close?.()
    }
    continue
  }
  const result = await fuzz(target, Number(values.frames), seed).catch((error: unknown) => error as Error)
  if (result instanceof Error) {
    console.log(`FOUND ${result.message}`)
    process.exitCode = 1
    continue
  }
  const { inputs, taken, seconds, grownBy } = result
  console.log(`${name}: ${inputs} inputs, ${taken} taken, ${inputs - taken} refused, ${seconds.toFixed(1)} s, memory ${grownBy < 0 ? '' : '+'}${(grownBy / 2 ** 20).toFixed(1)} MiB`)
}
