import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NightshiftError } from '../model/errors.ts'
import { readJsonObject } from './keys.ts'

/** Largest example chunk, bytes: an example is to be quick. */
const MOST_BYTES = 64 * 1024 * 1024

/** One chunk that shows an app at work: what its publisher tries it on. It is no part of the block. */
export interface Example {
  /** the chunk, a file on this machine */
  readonly path: string
  readonly size: number
  /** parameters of the app for it */
  readonly params: Readonly<Record<string, unknown>>
}

/**
 * The example of a block folder: `example/data.bin`, with `example/params.json` if it needs parameters. Undefined without one.
 * @throws NS_E_BLOCK_INVALID when it is no file, or too large
 */
export async function readExample (dir: string): Promise<Example | undefined> {
  const path = join(dir, 'example', 'data.bin')
  const found = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  if (found === undefined) return undefined
  if (!found.isFile()) throw new NightshiftError('NS_E_BLOCK_INVALID', `${path} is not a file`, { remedy: 'put the bytes of one chunk there' })
  if (found.size > MOST_BYTES) throw new NightshiftError('NS_E_BLOCK_INVALID', `${path} has ${found.size} bytes; an example may have ${MOST_BYTES}`, { remedy: 'take a smaller chunk' })
  const params = await readJsonObject(join(dir, 'example', 'params.json'), 'NS_E_BLOCK_INVALID')
  return { path, size: found.size, params: params?.value ?? {} }
}
