import { balance, escrowAccount, userAccount } from '../ledger/accounts.ts'
import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { jobEnded } from '../lifecycle/job.ts'
import type { FileRef } from '../model/block.ts'
import { NightshiftError } from '../model/errors.ts'
import type { JobError } from '../model/job.ts'
import { reason } from '../model/reasons.ts'
import type { BlobRef } from '../model/store.ts'
import { endAttempt } from './attempts.ts'
import { tellDraw } from './draws.ts'
import { setState } from './job-state.ts'
import { KEYS } from './keys.ts'
import { dismissLate } from './late.ts'
import { settleJob } from './settlement.ts'
import type { Job } from './state.ts'
import type { Turn } from './turn.ts'

export function completeJob (turn: Turn, job: Job, outputs: readonly FileRef[]): void {
  if (job.record.state !== 'ASSEMBLING') return
  turn.put(KEYS.outputs + job.record.id, JSON.stringify(outputs))
  job.record.outputs = outputs.length
  setState(turn, job, 'DELIVERING')
  endJob(turn, job, 'COMPLETED')
}

export function failJob (turn: Turn, job: Job, error: JobError): void {
  if (jobEnded(job.record.state)) return
  job.record.error = error
  endJob(turn, job, 'FAILED')
}

export function abortJob (turn: Turn, job: Job): void {
  if (jobEnded(job.record.state)) {
    throw new NightshiftError('NS_E_JOB_STATE', `job ${job.record.id} has ended already: ${job.record.state}`)
  }
  job.record.error = { code: 'NS_E_ABORTED', message: 'aborted by its owner' }
  endJob(turn, job, 'CANCELLED')
}

/** Ends a job: verified results are paid, open attempts are recalled and their holds voided, and what the escrow still has goes back. */
function endJob (turn: Turn, job: Job, state: 'COMPLETED' | 'FAILED' | 'CANCELLED'): void {
  dismissLate(turn, job, reason('JOB_ENDED', `job ${job.record.id} ended: ${state}`))
  settleJob(turn, job)
  for (const index of [...job.active]) {
    const chunk = job.chunks[index]
    if (chunk === undefined) continue
    for (const attempt of chunk.attempts.filter(open => attemptIsOpen(open.state))) {
      endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('JOB_ENDED', `job ${job.record.id} ended: ${state}`))
    }
    if (chunk.state === 'ACTIVE' || chunk.state === 'VERIFIED') chunk.state = 'PENDING'
    turn.saveChunk(job, chunk)
  }
  returnEscrow(turn, job)
  job.record.endedAt = turn.now
  setState(turn, job, state)
  job.active.clear()
  job.unexamined.clear()
  for (const key of turn.state.examining) if (key.startsWith(`${job.record.id}/`)) turn.state.examining.delete(key)
  job.awards.clear()
  job.checkers.clear()
  job.filling.clear()
  for (const batch of job.batches.values()) tellDraw(turn, job, batch)
  job.batches.clear()
  delete job.round
  turn.effect({ kind: 'stop', jobId: job.record.id })
  job.record.receiptDue = true
  dueReceipt(turn, job)
}

/** Asks for the receipt of a job that has none yet. */
export function dueReceipt (turn: Turn, { record }: Job): void {
  if (record.receiptDue === true && jobEnded(record.state)) turn.effect({ kind: 'make-receipt', jobId: record.id })
}

export function onReceiptMade (turn: Turn, job: Job, endedAt: number, receipt: BlobRef): void {
  const { record } = job
  if (record.endedAt === endedAt && record.receiptDue === true) {
    record.receipt = receipt
    delete record.receiptDue
    turn.saveJob(job)
  } else if (record.receipt?.sha256 !== receipt.sha256) turn.effect({ kind: 'drop-receipt', sha256: receipt.sha256 })
}

function returnEscrow (turn: Turn, job: Job): void {
  const escrow = escrowAccount(job.record.id)
  voidLeftHolds(turn, job, escrow)
  const rest = balance(turn.state.ledger.account(escrow))
  if (rest === 0n) return
  turn.book({
    key: `return:${job.record.id}:${turn.state.ledger.head.seq}`,
    transfers: [{ kind: 'direct', debit: escrow, credit: userAccount(turn.state.config.user), amount: rest, ref: { job: job.record.id, note: 'unspent' } }]
  })
}

/** No attempt is open any more, so none of these should exist: what a defect left reserved must not stay so for ever. */
function voidLeftHolds (turn: Turn, job: Job, escrow: string): void {
  if (turn.state.ledger.account(escrow).debitsPending === 0n) return
  const left = [...turn.state.ledger.holds()].filter(hold => hold.debit === escrow)
  turn.effect({ kind: 'note', level: 'warn', text: 'holds without an open attempt were voided at the end of a job: a defect', about: { job: job.record.id, holds: left.map(hold => hold.id) } })
  turn.book({
    key: `void-left:${job.record.id}:${turn.state.ledger.head.seq}`,
    transfers: left.map(hold => ({ kind: 'void', holdId: hold.id, ref: { job: job.record.id, note: 'JOB_ENDED' } }))
  })
}
