import type { FileRef } from '../model/block.ts'
import type { InputFile } from '../model/executor.ts'
import type { BlobStore } from '../model/store.ts'

/**
 * Stored files as a task's inputs: small ones in memory, large ones by their place on disk.
 *
 * @throws NS_E_BLOB_MISSING
 */
export async function blobInputs (files: readonly FileRef[], blobs: BlobStore): Promise<readonly InputFile[]> {
  return await Promise.all(files.map(async ({ path, size, sha256 }) => ({ path, size, content: await blobs.content(sha256) })))
}
