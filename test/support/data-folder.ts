import { createHash } from 'node:crypto'
import { open, readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'

interface Sized { readonly path: string, readonly size: number }

/** Overwrites a piece in the middle of the largest file in a folder whose name matches, as a lost page does. */
export async function damageLargest (folder: string, names: RegExp, bytes = 4096): Promise<void> {
  const files: Sized[] = await Promise.all((await readdir(folder)).filter(name => names.test(name)).map(async name => ({ path: join(folder, name), size: (await stat(join(folder, name))).size })))
  const { path, size } = files.sort((a, b) => b.size - a.size)[0] ?? expect.fail(`there is no such file in ${folder}`)
  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(bytes), 0, bytes, Math.floor(size / 2))
  await file.close()
}

/** Of a database's files. */
export const DATABASE_FILES = /\.(log|ldb)$/

/** Hash of every file below a folder, by path. */
export async function filesIn (folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(await Promise.all(files.map(async path => [path, createHash('sha256').update(await readFile(path)).digest('hex')] as const)))
}
