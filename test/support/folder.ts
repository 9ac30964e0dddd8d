import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'

const made: string[] = []
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true })
})

/** A temporary folder with the given files, removed after the test. Objects are written as JSON. */
export async function folder (files: Readonly<Record<string, string | Uint8Array | object>> = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-test-'))
  made.push(dir)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    const raw = typeof content === 'string' || content instanceof Uint8Array
    await writeFile(join(dir, path), raw ? content : JSON.stringify(content))
  }
  return dir
}
