import { builtinEngines } from '../../src/engines/index.ts'
import type { Dice } from '../simulation/world/dice.ts'
import { assemble, partition, sourceOf } from '../engines/support.ts'
import { mutateBytes, mutateJson } from './mutate.ts'
import type { Target } from './run.ts'
import { takesLater } from './verdicts.ts'

const TABLE = Buffer.from('\ufeffname;"a ""quoted"" one";n\r\n"x\ny";1;2\r\nz;;3\n')
const PARAMS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  passthrough: {}, replicate: { n: 3 }, bytes: { size: 7 }, rows: { count: 2, delimiter: ';' }, lines: { count: 2 }, params: { grid: { a: [1, 2], b: ['x'] } }, files: { count: 1 },
  concat: { separator: '\n' }, csv: { delimiter: ';' }, zip: {}
}
/** More chunks than this are as good as any number. */
const ENOUGH = 2000

function input (dice: Dice): Record<string, Uint8Array> {
  return Object.fromEntries(Array.from({ length: dice.whole(0, 3) }, (_, i) => [`in/${i}.csv`, dice.chance(0.7) ? mutateBytes(dice, TABLE) : new Uint8Array(TABLE)]))
}

function paramsOf (dice: Dice, name: string): Record<string, unknown> {
  const sample = PARAMS[name] ?? {}
  const changed = dice.chance(0.5) ? mutateJson(dice, sample) : sample
  return typeof changed === 'object' && changed !== null && !Array.isArray(changed) ? changed as Record<string, unknown> : {}
}

/** Sources and parameters of the built-in partitioners. */
export function partitioners (): Target {
  const names = builtinEngines.list().filter(({ kind }) => kind === 'partitioner').map(({ name }) => name)
  return {
    name: 'partitioner inputs',
    every: 50,
    feed: async dice => {
      const name = dice.pick(names)
      const source = sourceOf(input(dice), dice.pick([1, 7, 1000]))
      return await takesLater(async () => await partition(name, source, paramsOf(dice, name), ENOUGH))
    }
  }
}

/** Result files and parameters of the built-in assemblers. */
export function assemblers (): Target {
  const names = builtinEngines.list().filter(({ kind }) => kind === 'assembler').map(({ name }) => name)
  return {
    name: 'assembler inputs',
    every: 50,
    feed: async dice => {
      const name = dice.pick(names)
      const chunks = Array.from({ length: dice.whole(0, 3) }, () => input(dice))
      return await takesLater(async () => await assemble(name, chunks, paramsOf(dice, name)))
    }
  }
}
