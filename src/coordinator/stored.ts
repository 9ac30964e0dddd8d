import { reason } from '../model/reasons.ts'
import { creditWinner } from './accepted.ts'
import { endAttempt } from './attempts.ts'
import { KEYS } from './keys.ts'
import { awaitLate, judgeShown } from './late.ts'
import { owe } from './settlement.ts'
import type { Chunk, Job } from './state.ts'
import type { Turn } from './turn.ts'

/**
 * The files of the agreed value are here: the chunk is done. Everyone who gave
 * the value is told so, who is bound to a result may still show it, everyone
 * else is recalled. Results shown while the files were on their way are judged first.
 */
export function store (turn: Turn, job: Job, chunk: Chunk): void {
  const { record } = job
  if (!judgeShown(turn, job, chunk)) return
  for (const late of chunk.attempts.filter(attempt => attempt.state === 'LEASED' || attempt.state === 'RUNNING')) {
    endAttempt(turn, job, chunk, late, 'RECALLED', reason('SUPERSEDED', 'the chunk was decided by other results'))
  }
  const winners = chunk.attempts.filter(attempt => attempt.state === 'VERIFIED')
  turn.put(KEYS.result(record.id, chunk.index), JSON.stringify(winners.find(({ value, files }) => value === chunk.value && files !== undefined)?.files ?? []))
  for (const attempt of winners) creditWinner(turn, job, chunk, attempt)
  record.verified++
  if (record.risk !== undefined) record.risk += chunk.risk ?? 0
  job.active.delete(chunk.index)
  job.recentDone.push(turn.now)
  if (job.recentDone.length > 50) job.recentDone.shift()
  turn.saveChunk(job, chunk)
  awaitLate(turn, job, chunk)
  owe(turn, job, chunk)
}
