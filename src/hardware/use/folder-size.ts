import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes of all files below a folder; what is removed meanwhile does not count. */
export async function folderSize (folder: string, signal: AbortSignal): Promise<number> {
  let bytes = 0
  const left = [folder]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    signal.throwIfAborted()
    try {
      for await (const entry of await opendir(next)) {
        const path = join(next, entry.name)
        if (entry.isDirectory()) left.push(path)
        else if (entry.isFile()) bytes += (await lstat(path)).size
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return bytes
}
