import type { Assembler, Partitioner } from '../model/engine.ts'
import { concat } from './assemblers/concat.ts'
import { csv } from './assemblers/csv.ts'
import { passthrough as assemblePassthrough } from './assemblers/passthrough.ts'
import { zip } from './assemblers/zip.ts'
import { bytes, passthrough, replicate } from './partitioners/basic.ts'
import { files } from './partitioners/files.ts'
import { params } from './partitioners/params.ts'
import { lines, rows } from './partitioners/rows.ts'

const PARTITIONERS: readonly Partitioner[] = [passthrough, replicate, bytes, rows, lines, params, files]
const ASSEMBLERS: readonly Assembler[] = [assemblePassthrough, concat, csv, zip]

/** The engines every coordinator has. A name may stand for one partitioner and one assembler. */
export const builtinEngines = {
  partitioner: (name: string): Partitioner | undefined => PARTITIONERS.find((engine) => engine.name === name),
  assembler: (name: string): Assembler | undefined => ASSEMBLERS.find((engine) => engine.name === name),
  /** all engines of that name, partitioner first */
  get: (name: string): ReadonlyArray<Partitioner | Assembler> => [...PARTITIONERS, ...ASSEMBLERS].filter((engine) => engine.name === name),
  names: (kind: 'partitioner' | 'assembler'): readonly string[] => (kind === 'partitioner' ? PARTITIONERS : ASSEMBLERS).map(({ name }) => name),
  list: (): ReadonlyArray<Partitioner | Assembler> => [...PARTITIONERS, ...ASSEMBLERS]
} as const
