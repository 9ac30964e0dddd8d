import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipe } from 'it-pipe'
import type { ApiClient } from '../api/client.ts'
import type { FileRef } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import { checkRelativePath } from '../model/paths.ts'
import { sha256Of } from './hash.ts'

/**
 * Writes a job's output files below `dir`, verified by hash. What an earlier,
 * interrupted download left is continued.
 */
export async function downloadOutputs (client: ApiClient, jobId: string, dir: string, signal: AbortSignal): Promise<readonly FileRef[]> {
  const { files } = await client.get<{ files: readonly FileRef[] }>(`/v1/jobs/${jobId}/outputs`)
  await mkdir(dir, { recursive: true })
  for (const file of files) await downloadFile(client, file, join(dir, checkRelativePath(file.path)), signal)
  return files
}

async function downloadFile (client: ApiClient, file: FileRef, target: string, signal: AbortSignal): Promise<void> {
  if (await hashOf(target) === file.sha256) return
  await mkdir(dirname(target), { recursive: true })
  const partial = `${target}.${file.sha256.slice(0, 12)}.part`
  const have = await stat(partial).then(found => found.size, () => 0)
  const start = have < file.size ? have : 0
  const handle = await open(partial, start > 0 ? 'a' : 'w')
  try {
    if (file.size > 0) for await (const part of await client.download(file, start, signal)) await handle.write(part)
  } finally {
    await handle.close()
  }
  if (await hashOf(partial) !== file.sha256) {
    await rm(partial, { force: true })
    throw new NightshiftError('NS_E_BLOB_CORRUPT', `${file.path} came with other content than its hash says`, { remedy: `fetch it again with "nightshift job get"` })
  }
  await rename(partial, target)
}

async function hashOf (path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return undefined
  if (!found.isFile()) throw new NightshiftError('NS_E_USAGE', `${path} exists and is not a file`, { remedy: 'choose another --out' })
  return await pipe(createReadStream(path), sha256Of)
}
