import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Limits, TaskIo } from '../../model/executor.ts'
import { outputBytesFailure, outputFilesFailure, outputInvalid } from '../outcome.ts'
import type { Failure } from '../outcome.ts'
import { comparePaths, pathProblem } from '../runner/wire.ts'

const READ_BYTES = 256 * 1024

interface Found { readonly path: string }

/**
 * Hands the files of a results folder to the collector, in path order. The
 * container that filled it has ended, so nothing moves any more; still nothing
 * but plain files inside the folder is ever opened.
 * @returns what is wrong with the results, or their bytes
 */
export async function collectResults (root: string, limits: Limits, collect: TaskIo['collect'], signal: AbortSignal): Promise<{ failure: Failure } | { bytes: number }> {
  const listed = await list(root, limits)
  if ('failure' in listed) return listed
  let bytes = 0
  for (const { path } of listed.files) {
    signal.throwIfAborted()
    const handle = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = await handle.stat()
      if (!stat.isFile()) return { failure: outputInvalid(`the result ${JSON.stringify(path)} is not a file`) }
      bytes += stat.size
      if (bytes > limits.outputBytes) return { failure: outputBytesFailure(limits) }
      await collect({ path, size: stat.size, data: stat.size === 0 ? nothing() : handle.createReadStream({ highWaterMark: READ_BYTES, autoClose: false }) })
    } finally {
      await handle.close()
    }
  }
  return { bytes }
}

async function * nothing (): AsyncGenerator<Uint8Array> {}

async function list (root: string, limits: Limits): Promise<{ failure: Failure } | { files: readonly Found[] }> {
  const files: Found[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      const problem = pathProblem(path)
      if (problem !== undefined) return { failure: outputInvalid(`the name of the result ${JSON.stringify(path.slice(0, 200))} ${problem}`) }
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) files.push({ path })
      else return { failure: outputInvalid(`the result ${JSON.stringify(path.slice(0, 200))} is ${kindOf(entry)}; only files and folders can be results`) }
      if (files.length > limits.outputFiles || folders.length > limits.outputFiles) return { failure: outputFilesFailure(limits) }
    }
  }
  return { files: files.sort((a, b) => comparePaths(a.path, b.path)) }
}

function kindOf (entry: { isSymbolicLink: () => boolean, isFIFO: () => boolean, isSocket: () => boolean }): string {
  if (entry.isSymbolicLink()) return 'a symbolic link'
  if (entry.isFIFO()) return 'a pipe'
  return entry.isSocket() ? 'a socket' : 'a device'
}
