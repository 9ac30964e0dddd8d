import '../../src/network/polyfill.ts'
import { parseArgs } from 'node:util'
import { fuzz } from './run.ts'
import { targets } from './targets.ts'

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', default: '' }
  }
})

for (const target of await targets()) {
  if (!target.name.includes(values.target)) continue
  const { name, inputs, taken, seconds, grownBy } = await fuzz(target, Number(values.frames), Number(values.seed))
  console.log(`${name}: ${inputs} inputs, ${taken} taken, ${inputs - taken} refused, ${seconds.toFixed(1)} s, memory ${grownBy < 0 ? '' : '+'}${(grownBy / 2 ** 20).toFixed(1)} MiB`)
}
