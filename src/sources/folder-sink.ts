import { createHash } from 'node:crypto'
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { OutputSink } from '../model/engine.ts'
import { NightshiftError } from '../model/errors.ts'
import { checkRelativePath } from '../model/paths.ts'

/**
 * Writes output files below `dir`, creating it when missing. A file appears
 * complete or not at all; files of an earlier job are replaced, a second file
 * of the same path in this one is refused.
 *
 * `write` throws NS_E_PATH_UNSAFE for a path that would leave the folder, also
 * through a link, and NS_E_ENGINE_FAILED for one that was written already.
 */
export function folderSink (dir: string): OutputSink {
  const written = new Set<string>()
  return {
    async write (path, data) {
      const relative = checkRelativePath(path)
      if (written.has(relative)) {
        throw new NightshiftError('NS_E_ENGINE_FAILED', `the assembler wrote "${relative}" twice`, {
          remedy: 'give every output its own name'
        })
      }
      written.add(relative)
      await mkdir(dir, { recursive: true })
      await makeFolders(dir, relative)
      await writeWhole(join(dir, relative), data)
    }
  }
}

/** Makes the folders of a path one by one, so that a link planted among them is noticed. */
async function makeFolders (dir: string, path: string): Promise<void> {
  const parts = path.split('/').slice(0, -1)
  for (const [index] of parts.entries()) {
    const folder = parts.slice(0, index + 1).join('/')
    const full = join(dir, folder)
    await mkdir(full).catch((error: NodeJS.ErrnoException) => { if (error.code !== 'EEXIST') throw error })
    if ((await lstat(full)).isDirectory()) continue
    throw new NightshiftError('NS_E_PATH_UNSAFE', `cannot write "${path}": ${full} is not a folder`, {
      remedy: 'choose another --out, or remove what stands in the way'
    })
  }
}

async function writeWhole (full: string, data: AsyncIterable<Uint8Array>): Promise<void> {
  // the name follows from the path, so that a later run takes over what a killed one left
  const partial = join(dirname(full), `.nightshift-${createHash('sha256').update(full).digest('hex').slice(0, 16)}.partial`)
  try {
    await rm(partial, { force: true })
    // opened here, not by the stream: one that fails early would make the file after it was removed
    const file = await open(partial, 'wx')
    await pipeline(data, file.createWriteStream())
    await rename(partial, full)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
