import { peerAccount } from '../ledger/accounts.ts'
import { attemptIsLive, moveAttempt } from '../lifecycle/attempt.ts'
import { attemptKey } from '../model/ids.ts'
import { reason } from '../model/reasons.ts'
import { isBanned, newStanding, withPass, withStrike } from '../verification/reputation.ts'
import { endAttempt, idOf, requeue } from './attempts.ts'
import { backtrack } from './backtrack.ts'
import { comparesBytes, counted } from './examination.ts'
import { appOf } from './tiers.ts'
import { KEYS } from './keys.ts'
import { owe } from './settlement.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import type { Turn } from './turn.ts'

/** Results shown while the files of the agreed value were on their way: they are paid, or struck, like the others. */
function judgeLate (turn: Turn, job: Job, chunk: Chunk): void {
  for (const attempt of chunk.attempts.filter(late => late.state === 'REVEALED')) {
    if (counted(attempt) === chunk.value) attempt.state = moveAttempt(attemptKey(idOf(job, chunk, attempt)), attempt.state, 'VERIFIED')
    else if (attempt.worker === turn.state.self || !comparesBytes(job)) endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('SUPERSEDED', 'the chunk was decided by other results'))
    else reject(turn, job, chunk, attempt, 'WRONG_RESULT', `its result ${short(attempt.value)} differs from the accepted ${short(chunk.value)}`)
  }
}

/** The files of the agreed value are here: the chunk is done. Everyone who gave the value is told so, everyone else recalled. */
export function store (turn: Turn, job: Job, chunk: Chunk): void {
  const { record } = job
  judgeLate(turn, job, chunk)
  for (const late of chunk.attempts.filter(attempt => attemptIsLive(attempt.state))) {
    endAttempt(turn, job, chunk, late, 'RECALLED', reason('SUPERSEDED', 'the chunk was decided by other results'))
  }
  const winners = chunk.attempts.filter(attempt => attempt.state === 'VERIFIED')
  turn.put(KEYS.result(record.id, chunk.index), JSON.stringify(winners.find(({ value }) => value === chunk.value)?.files ?? []))
  for (const attempt of winners) {
    // others are kept: only they name what was fetched of a result that counts as another
    if (attempt.value === chunk.value) delete attempt.files
    if (attempt.holdId === '') continue
    turn.saveStanding(withPass(turn.state.standings.get(attempt.worker) ?? newStanding(attempt.worker), appOf(job), turn.now))
    tellAccepted(turn, job, chunk, attempt)
  }
  record.verified++
  if (record.risk !== undefined) record.risk += chunk.risk ?? 0
  job.active.delete(chunk.index)
  job.recentDone.push(turn.now)
  if (job.recentDone.length > 50) job.recentDone.shift()
  turn.saveChunk(job, chunk)
  owe(turn, job, chunk)
}

export function tellAccepted (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  turn.send(attempt.worker, {
    verdict: { attempt: idOf(job, chunk, attempt), accepted: true, reason: reason('ACCEPTED', 'the result was verified'), amount: attempt.price }
  })
}

export function reject (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt, code: 'WRONG_RESULT' | 'BAD_REVEAL' | 'NO_REVEAL', text: string): void {
  const why = reason(code, text)
  chunk.excluded.push(attempt.worker)
  job.record.strikes = (job.record.strikes ?? 0) + 1
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
    for (const index of [...job.active]) {
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
