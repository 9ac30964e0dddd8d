import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { FileRef } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { checkRelativePath, comparePaths } from '../model/paths.ts'

/** Most a block's app folder may hold. */
export const BUNDLE_LIMITS = { files: 10_000, bytes: 512 * 1024 * 1024 } as const

const IGNORED: ReadonlySet<string> = new Set(['.git', '__pycache__', '.DS_Store'])

/**
 * Lists the regular files below `root`, sorted by path. Links are followed as
 * long as they stay inside.
 *
 * @throws NS_E_BLOCK_INVALID for a link that leaves the folder, a device, a loop, or too much
 */
export async function listBundle (root: string): Promise<Array<{ path: string, size: number }>> {
  const files: Array<{ path: string, size: number }> = []
  await walk(await realpath(root), '', files, 0)
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  if (bytes > BUNDLE_LIMITS.bytes) throw tooLarge(root, `${bytes} bytes`, `${BUNDLE_LIMITS.bytes} bytes`)
  return files.sort((a, b) => comparePaths(a.path, b.path))
}

async function walk (root: string, folder: string, files: Array<{ path: string, size: number }>, depth: number): Promise<void> {
  if (depth > 64) throw invalid(join(root, folder), 'is nested deeper than 64 folders; is there a link that leads back?')
  for (const name of await readdir(join(root, folder))) {
    if (IGNORED.has(name)) continue
    const path = checkRelativePath(folder === '' ? name : `${folder}/${name}`)
    const full = join(root, folder, name)
    if ((await lstat(full)).isSymbolicLink()) await checkLink(root, full)
    const info = await stat(full)
    if (info.isDirectory()) {
      await walk(root, path, files, depth + 1)
    } else if (info.isFile()) {
      files.push({ path, size: info.size })
      if (files.length > BUNDLE_LIMITS.files) throw tooLarge(root, `more than ${BUNDLE_LIMITS.files} files`, `${BUNDLE_LIMITS.files} files`)
    } else {
      throw invalid(full, 'is neither a file nor a folder')
    }
  }
}

async function checkLink (root: string, link: string): Promise<void> {
  const target = await realpath(link).catch(() => undefined)
  if (target === undefined) throw invalid(link, 'is a link to nothing')
  if (!target.startsWith(root + sep)) throw invalid(link, 'is a link that leaves the block\'s app folder')
}

/**
 * Hashes one file of a bundle.
 *
 * @throws NS_E_BLOCK_INVALID when it changes meanwhile
 */
export async function hashFile (root: string, { path, size }: { path: string, size: number }): Promise<FileRef> {
  const hash = createHash('sha256')
  let read = 0
  for await (const bytes of createReadStream(join(root, path)) as AsyncIterable<Uint8Array>) {
    hash.update(bytes)
    read += bytes.length
    if (read > size) break
  }
  if (read !== size) throw invalid(join(root, path), `changed while it was read (${size} bytes before, ${read} now)`)
  return { path, size, sha256: hash.digest('hex') }
}

function invalid (path: string, problem: string): NightshiftError {
  return new NightshiftError('NS_E_BLOCK_INVALID', `${path} ${problem}`, {
    remedy: 'a block holds regular files and folders only; replace or remove this one'
  })
}

function tooLarge (root: string, found: string, allowed: string): NightshiftError {
  return new NightshiftError('NS_E_TOO_LARGE', `${root} holds ${found}; a block may have ${allowed}`, {
    remedy: 'move data out of the block and into the job\'s input'
  })
}
