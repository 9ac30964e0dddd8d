import { peerAccount } from '../ledger/accounts.ts'
import { attemptIsLive } from '../lifecycle/attempt.ts'
import { reason } from '../model/reasons.ts'
import { isBanned, newStanding, withPass, withStrike } from '../verification/reputation.ts'
import { endAttempt, idOf, requeue } from './attempts.ts'
import { backtrack } from './backtrack.ts'
import { appOf } from './tiers.ts'
import { KEYS } from './keys.ts'
import { awaitLate, judgeShown } from './late.ts'
import { owe } from './settlement.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import { isSuspect } from './suspicion.ts'
import type { Turn } from './turn.ts'

const SUPERSEDED = reason('SUPERSEDED', 'the chunk was decided by other results')

/**
 * The files of the agreed value are here: the chunk is done. Everyone who gave
 * the value is told so, who is bound to a result may still show it, everyone
 * else is recalled. Results shown while the files were on their way are judged first.
 */
export function store (turn: Turn, job: Job, chunk: Chunk): void {
  const { record } = job
  if (!judgeShown(turn, job, chunk)) return
  for (const late of chunk.attempts.filter(attempt => attempt.state === 'LEASED' || attempt.state === 'RUNNING')) {
    endAttempt(turn, job, chunk, late, 'RECALLED', SUPERSEDED)
  }
  const winners = chunk.attempts.filter(attempt => attempt.state === 'VERIFIED')
  turn.put(KEYS.result(record.id, chunk.index), JSON.stringify(winners.find(({ files }) => files !== undefined)?.files ?? []))
  for (const attempt of winners) creditWinner(turn, job, chunk, attempt)
  record.verified++
  job.active.delete(chunk.index)
  job.recentDone.push(turn.now)
  if (job.recentDone.length > 50) job.recentDone.shift()
  turn.saveChunk(job, chunk)
  awaitLate(turn, job, chunk)
  owe(turn, job, chunk)
}

/** A worker gave the accepted value: it has a pass, and is told what it is owed. */
export function creditWinner (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  delete attempt.files
  if (attempt.holdId === '') return
  turn.saveStanding(withPass(turn.state.standings.get(attempt.worker) ?? newStanding(attempt.worker), appOf(job), turn.now))
  tellAccepted(turn, job, chunk, attempt)
}

/** A result that differs from the decided one, which was checked by who is trusted or cannot be checked any more. */
export function rejectLate (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  const text = `its result ${short(attempt.value)} differs from the accepted ${short(chunk.value)}`
  if (attempt.worker === turn.state.self) endAttempt(turn, job, chunk, attempt, 'RECALLED', SUPERSEDED)
  else if (isSuspect(job.record)) endAttempt(turn, job, chunk, attempt, 'REJECTED', reason('WRONG_RESULT', `${text}; nobody is struck, because the app itself seems to give different results each time`))
  else reject(turn, job, chunk, attempt, 'WRONG_RESULT', text)
}

export function tellAccepted (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  turn.send(attempt.worker, {
    verdict: { attempt: idOf(job, chunk, attempt), accepted: true, reason: reason('ACCEPTED', 'the result was verified'), amount: attempt.price }
  })
}

export function reject (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt, code: 'WRONG_RESULT' | 'BAD_REVEAL' | 'NO_REVEAL', text: string): void {
  const why = reason(code, text)
  chunk.excluded.push(attempt.worker)
  turn.saveStanding(withStrike(turn.state.standings.get(attempt.worker) ?? newStanding(attempt.worker), turn.now))
  turn.saveIncident({ at: turn.now, worker: attempt.worker, jobId: job.record.id, chunk: chunk.index, epoch: attempt.epoch, reason: why })
  turn.effect({ kind: 'note', level: 'warn', text: `worker struck: ${text}`, about: { worker: attempt.worker, job: job.record.id, chunk: chunk.index, account: peerAccount(attempt.worker) } })
  endAttempt(turn, job, chunk, attempt, 'REJECTED', why)
  backtrack(turn, attempt.worker)
  const standing = turn.state.standings.get(attempt.worker)
  if (standing !== undefined && isBanned(standing, turn.now)) recallAll(turn, attempt.worker)
}

/** A banned worker's undecided results no longer count, and it keeps no lease. */
function recallAll (turn: Turn, worker: string): void {
  for (const job of turn.state.jobs.values()) {
    job.awards.delete(worker)
    for (const index of [...job.active, ...job.late]) {
      const chunk = job.chunks[index]
      for (const attempt of chunk?.attempts ?? []) {
        if (chunk === undefined || attempt.worker !== worker || !(attemptIsLive(attempt.state) || attempt.state === 'REVEALED')) continue
        endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('BANNED', 'this worker is banned here for wrong results'))
        requeue(turn, job, chunk)
      }
    }
  }
}

export function short (hash: string | undefined): string {
  return hash?.slice(0, 12) ?? 'none'
}
