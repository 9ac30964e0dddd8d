import { jobReceipt } from './job-receipt.ts'
import type { Services } from './services.ts'
import type { Job } from './state.ts'

/** Pieces of this size are written at a time, characters. */
const PIECE_CHARS = 64 * 1024

/** Makes the receipt of an ended job and stores it, synced; the core learns of it by an event. */
export async function storeReceipt (services: Services, job: Job, signal: AbortSignal): Promise<void> {
  const { state, store, blobs, post } = services
  // the job may be retried meanwhile: this receipt is of the end it has now
  const record = { ...job.record }
  const receipt = await blobs.put(inPieces(jobReceipt({ record, store, signer: state.signer }), signal), { signal })
  await blobs.sync()
  post({ kind: 'receipt-made', jobId: record.id, endedAt: record.endedAt ?? 0, receipt })
}

async function * inPieces (texts: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let piece = ''
  for await (const text of texts) {
    signal.throwIfAborted()
    piece += text
    if (piece.length < PIECE_CHARS) continue
    yield Buffer.from(piece)
    piece = ''
  }
  yield Buffer.from(piece)
}
