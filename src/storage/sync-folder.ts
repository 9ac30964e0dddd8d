import { open } from 'node:fs/promises'

/** Makes files created or renamed in a folder survive power loss. */
export async function syncFolder (dir: string): Promise<void> {
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
