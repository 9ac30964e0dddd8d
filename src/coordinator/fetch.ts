import type { FileRef } from '../model/block.ts'
import { errorMessage } from '../model/errors.ts'
import type { Keeper } from './pins.ts'
import type { Services } from './services.ts'

/**
 * Brings the files of a verified result here, from any of the workers that
 * showed it; each is verified by hash on the way in. Posts what came of it.
 */
export async function fetchResults (
  services: Services, work: { readonly jobId: string, readonly chunk: number, readonly from: readonly string[], readonly files: readonly FileRef[] }, signal: AbortSignal
): Promise<void> {
  const unavailableAt = new Set<string>()
  const kept = services.pins.keep(work.jobId, services.blobs)
  try {
    const stored = await fetchFiles(services, kept, work, unavailableAt, signal)
    if (stored) await services.blobs.sync()
    if (!signal.aborted) services.post({ kind: 'results-stored', jobId: work.jobId, chunk: work.chunk, stored, unavailableAt: [...unavailableAt] })
  } finally {
    kept.end()
  }
}

/** Has every file here and kept; false when one could not be had, with those that did not give it in `unavailableAt`. */
export async function fetchFiles (
  services: Services, kept: Keeper, work: { readonly from: readonly string[], readonly files: readonly FileRef[] }, unavailableAt: Set<string>, signal: AbortSignal
): Promise<boolean> {
  for (const file of work.files) {
    if (signal.aborted) return false
    if (!await kept.has(file.sha256) && !await fetchFile(services, file, work.from, unavailableAt, signal)) return false
  }
  return true
}

async function fetchFile (services: Services, file: FileRef, from: readonly string[], unavailableAt: Set<string>, signal: AbortSignal): Promise<boolean> {
  for (const peer of from) {
    if (unavailableAt.has(peer)) continue
    try {
      await services.transport.fetch(peer, { sha256: file.sha256, size: file.size }, services.blobs, signal)
      return true
    } catch (error) {
      if (signal.aborted) return false
      unavailableAt.add(peer)
      services.log.warn({ peer, sha256: file.sha256, why: errorMessage(error) }, 'a result file could not be fetched')
    }
  }
  return false
}
