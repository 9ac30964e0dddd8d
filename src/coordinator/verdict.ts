import { peerAccount } from '../ledger/accounts.ts'
import { attemptIsLive } from '../lifecycle/attempt.ts'
import { reason } from '../model/reasons.ts'
import { isBanned, newStanding, withPass, withStrike } from '../verification/reputation.ts'
import type { Evidence } from '../verification/evidence.ts'
import { endAttempt, idOf, requeue } from './attempts.ts'
import { backtrack } from './backtrack.ts'
import { KEYS } from './keys.ts'
import { awaitLate, judgeShown } from './late.ts'
import { owe } from './settlement.ts'
import { evidenceAgainst, spread } from './evidence.ts'
import type { Attempt, Chunk, Incident, Job } from './state.ts'
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
  turn.saveStanding(withPass(turn.state.standings.get(attempt.worker) ?? newStanding(attempt.worker), job.appClass, turn.now))
  tellAccepted(turn, job, chunk, attempt)
}

/** A result that differs from the decided one, which was checked by who is trusted or cannot be checked any more. */
export function rejectLate (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  if (attempt.worker === turn.state.self) endAttempt(turn, job, chunk, attempt, 'RECALLED', SUPERSEDED)
  else refuse(turn, job, chunk, attempt, chunk.value ?? '', isSuspect(job.record))
}

/** A result differs from the accepted one: its worker is shown why, and struck unless it is the app that is erratic. */
export function refuse (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt, value: string, erratic: boolean): void {
  const text = `its result ${short(attempt.value)} differs from the accepted ${short(value)}`
  const evidence = evidenceAgainst(turn, job, chunk, attempt, value)
  if (!erratic) reject(turn, job, chunk, attempt, 'WRONG_RESULT', text, evidence)
  else endAttempt(turn, job, chunk, attempt, 'REJECTED', reason('WRONG_RESULT', `${text}; nobody is struck, because the app itself seems to give different results each time`), evidence)
}

export function tellAccepted (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt): void {
  turn.send(attempt.worker, {
    verdict: { attempt: idOf(job, chunk, attempt), accepted: true, reason: reason('ACCEPTED', 'the result was verified'), amount: attempt.price }
  })
}

export function reject (turn: Turn, job: Job, chunk: Chunk, attempt: Attempt, code: 'WRONG_RESULT' | 'BAD_REVEAL' | 'NO_REVEAL', text: string, evidence?: Evidence): void {
  const why = reason(code, text)
  chunk.excluded.push(attempt.worker)
  endAttempt(turn, job, chunk, attempt, 'REJECTED', why, evidence)
  strike(turn, { at: turn.now, worker: attempt.worker, jobId: job.record.id, chunk: chunk.index, epoch: attempt.epoch, reason: why, ...evidence === undefined ? {} : { evidence } })
  if (evidence !== undefined) spread(turn, evidence)
}

/** A worker was wrong, here or, by the word of somebody trusted, elsewhere: what only it stands for counts no more, and the second time it is banned. */
export function strike (turn: Turn, incident: Incident): void {
  const { worker, jobId, chunk, reason: { text }, evidence } = incident
  const standing = withStrike(turn.state.standings.get(worker) ?? newStanding(worker), turn.now)
  turn.saveStanding(standing)
  turn.saveIncident(incident)
  turn.effect({ kind: 'note', level: 'warn', text: `worker struck: ${text}`, about: { worker, job: jobId, chunk, account: peerAccount(worker) } })
  backtrack(turn, worker, evidence)
  if (isBanned(standing, turn.now)) recallAll(turn, worker)
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
