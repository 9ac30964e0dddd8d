import { posix } from 'node:path'
import type { FileRef } from '../../model/block.ts'
import type { ResultSet } from '../../model/engine.ts'
import { NightshiftError } from '../../model/errors.ts'
import { comparePaths } from '../../model/paths.ts'

export const SELECT_PROPERTIES = {
  file: { type: 'string', minLength: 1, maxLength: 1024, description: 'Path of the one result file to take of every chunk; all files in path order when neither file nor extension is given' },
  extension: { type: 'string', minLength: 1, maxLength: 64, description: 'Take only files with this extension, such as ".csv"' },
  output: { type: 'string', minLength: 1, maxLength: 255, description: 'Name of the output; "result" with the extension of the first file taken by default' }
} as const

export interface SelectedFile {
  readonly chunk: number
  readonly file: FileRef
}

/**
 * The result files an assembler works on, in chunk order, then path order.
 *
 * @throws NS_E_ENGINE_FAILED when a chunk lacks the file asked for
 */
export async function * selectFiles (results: ResultSet, params: Readonly<Record<string, unknown>>): AsyncIterable<SelectedFile> {
  const { file: path, extension } = params as { file?: string, extension?: string }
  for await (const { chunk, files } of results.chunks()) {
    const taken = files
      .filter((file) => path === undefined || file.path === path)
      .filter((file) => extension === undefined || hasExtension(file.path, extension))
      .sort((a, b) => comparePaths(a.path, b.path))
    const wanted = path ?? (extension === undefined ? undefined : `*${dotted(extension)}`)
    if (taken.length === 0 && wanted !== undefined) throw lacking(chunk, files, wanted)
    for (const file of taken) yield { chunk, file }
  }
}

/** The name of the output, from the parameters or the first file taken. */
export async function outputName (selected: AsyncIterable<SelectedFile>, params: Readonly<Record<string, unknown>>): Promise<string> {
  if (typeof params['output'] === 'string') return params['output']
  for await (const { file } of selected) return `result${posix.extname(file.path)}`
  return 'result'
}

function hasExtension (path: string, extension: string): boolean {
  return path.toLowerCase().endsWith(dotted(extension).toLowerCase())
}

function dotted (extension: string): string {
  return extension.startsWith('.') ? extension : `.${extension}`
}

function lacking (chunk: number, files: readonly FileRef[], wanted: string): NightshiftError {
  const found = files.length === 0 ? 'it wrote no file' : `it wrote ${files.slice(0, 5).map(({ path }) => path).join(', ')}`
  return new NightshiftError('NS_E_ENGINE_FAILED', `chunk ${chunk} has no result file ${wanted}: ${found}`, {
    remedy: 'name a file that every task writes, or leave "file" and "extension" out'
  })
}
