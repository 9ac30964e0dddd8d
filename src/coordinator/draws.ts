import { lotOf } from '../verification/audit.ts'
import type { Draw } from '../verification/audit.ts'
import { merkleRoot } from '../verification/commitment.ts'
import { KEYS } from './keys.ts'
import type { Batch, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** A batch as stored: its results that are still open are found among the attempts. */
export interface StoredBatch {
  readonly worker: string
  readonly draw: Draw
  /** its worker was told what of it was audited */
  readonly told?: true
}

/** What was drawn is kept: until the worker is told, and for the receipt of the job. */
export function keepDraw (turn: Turn, job: Job, id: string, batch: StoredBatch): void {
  turn.put(KEYS.batch(job.record.id, id), JSON.stringify(batch))
}

export function decodeBatch (text: string): StoredBatch {
  return JSON.parse(text) as StoredBatch
}

/** A batch read back; undefined when its worker was told already. */
export function untoldBatch (id: string, text: string): Batch | undefined {
  const { worker, draw, told } = decodeBatch(text)
  return told === true ? undefined : { id, worker, draw, members: new Map(), passed: 0, dirty: true }
}

/** The batch is judged: its worker is shown every lot, and can check that what was audited is what was drawn. */
export function tellDraw (turn: Turn, job: Job, { id, worker, draw }: Batch): void {
  if (draw === undefined) return
  const { record } = job
  turn.send(worker, {
    draw: {
      jobId: record.id,
      merkleRoot: Uint8Array.from(merkleRoot(draw.results.map(([, , commitment]) => Buffer.from(commitment, 'hex')))),
      lots: draw.results.map(([chunk, epoch]) => lotOf(record.seed, { jobId: record.id, chunk, epoch })),
      drawn: [...draw.drawn]
    }
  })
  keepDraw(turn, job, id, { worker, draw, told: true })
}
