import { lotOf } from '../verification/audit.ts'
import { KEYS } from './keys.ts'
import type { Batch, Draw, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** What was drawn is kept until the worker is told. */
export function keepDraw (turn: Turn, job: Job, { id, worker, draw }: Batch): void {
  turn.put(KEYS.batch(job.record.id, id), JSON.stringify({ worker, draw }))
}

/** A batch as stored: its results that are still open are found among the attempts. */
export function decodeBatch (id: string, text: string): Batch {
  const { worker, draw } = JSON.parse(text) as { readonly worker: string, readonly draw: Draw }
  return { id, worker, draw, members: new Map(), passed: 0, dirty: true }
}

/** The batch is judged: its worker is shown every lot, and can check that what was audited is what was drawn. */
export function tellDraw (turn: Turn, job: Job, { id, worker, draw }: Batch): void {
  if (draw === undefined) return
  const { record } = job
  turn.send(worker, {
    draw: {
      jobId: record.id,
      merkleRoot: Uint8Array.from(Buffer.from(draw.merkleRoot, 'hex')),
      lots: draw.results.map(([chunk, epoch]) => lotOf(record.seed, { jobId: record.id, chunk, epoch })),
      drawn: [...draw.drawn]
    }
  })
  turn.put(KEYS.batch(record.id, id), undefined)
}
