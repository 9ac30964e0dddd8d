import { extname } from 'node:path/posix'
import { APP_DIR } from '../runner/wire.ts'

/** Programs to try, in order, by the extension of the entry script. */
const INTERPRETERS: Readonly<Record<string, readonly string[]>> = {
  '.py': ['python3', 'python'],
  '.sh': ['sh'],
  '.js': ['node'],
  '.mjs': ['node'],
  '.rb': ['ruby'],
  '.pl': ['perl']
}

/** Command lines that run an entry script, best first; the image's own entrypoint plays no part. */
export function entryCommands (entrypoint: string): readonly (readonly string[])[] {
  const path = `${APP_DIR}/${entrypoint}`
  const interpreters = INTERPRETERS[extname(entrypoint).toLowerCase()]
  return interpreters === undefined ? [[path]] : interpreters.map(program => [program, path])
}
