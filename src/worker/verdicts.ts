import { NightshiftError } from '../model/errors.ts'
import type { Evidence as WireEvidence, Verdict } from '../model/messages/control.ts'
import { checkEvidence } from '../verification/evidence.ts'
import type { Evidence } from '../verification/evidence.ts'
import { evidenceFromWire } from '../verification/evidence-wire.ts'
import { EXCUSED, note, noteOnce, noteTakenBack } from './conduct.ts'
import { countLoss } from './credit.ts'
import { earn } from './earnings.ts'
import { remove } from './forget.ts'
import { KEYS } from './keys.ts'
import { encodeAttempt } from './records.ts'
import type { WorkerAttempt } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/**
 * Refusals that rest on what a program of the app said: bytes cannot show that
 * they are right. Nor can they show that it is wrong, so they count half: a
 * coordinator that always says so is as unfair as any, only a little later.
 */
const BY_EXAMINER: readonly string[] = ['EXAMINER_FAILED', 'CHECKER_REFUSES']
const HALF = 0.5

/** Counts only what can be true: a verdict on a result that was committed to, at no more than the price of its lease. */
export function judged (turn: WorkerTurn, key: string, attempt: WorkerAttempt, verdict: Verdict): void {
  const { coordinator } = attempt
  if (attempt.outcome === undefined) {
    turn.effect({ kind: 'note', level: 'warn', text: 'a verdict came on a task that has no result yet', about: { coordinator, ...attempt.id } })
    return
  }
  if (verdict.accepted) {
    if (attempt.state === 'ACCEPTED') return
    earn(turn, coordinator, { amount: verdict.amount < attempt.price ? verdict.amount : attempt.price, accepted: 1 })
    note(turn, coordinator, 'accepted')
    attempt.state = 'ACCEPTED'
    turn.put(KEYS.attempt + key, encodeAttempt(attempt))
    return
  }
  earn(turn, coordinator, { rejected: 1 })
  turn.effect({ kind: 'note', level: 'warn', text: `result refused: ${verdict.reason?.text ?? ''}`, about: { coordinator, ...attempt.id } })
  noteRefused(turn, attempt, verdict)
  remove(turn, key, attempt)
}

/**
 * A refusal is fair only with evidence: somebody else's signature under another
 * result of this very chunk. What was taken back with it is explained by the
 * evidence against the one result that was refused.
 */
function noteRefused (turn: WorkerTurn, attempt: WorkerAttempt, { evidence, reason }: Verdict): void {
  const shown = evidence === undefined ? undefined : evidenceAgainstMe(turn, attempt.coordinator, evidence)
  if (reason?.code === 'BACKTRACKED') {
    if (shown === undefined) noteOnce(turn, attempt, 'unexplained')
    return
  }
  // it has nothing of what it did not get: it was not heard, or its request was not
  if (reason?.code === 'NO_REVEAL' && attempt.state === 'COMMITTED') {
    note(turn, attempt.coordinator, 'unexplained', EXCUSED)
    return
  }
  const isOfThis = shown !== undefined && shown.jobId === attempt.id.jobId && shown.chunk === attempt.id.chunk && shown.accused.epoch === attempt.id.epoch && shown.accused.resultHash === attempt.outcome?.value
  if (isOfThis) note(turn, attempt.coordinator, 'contested')
  else note(turn, attempt.coordinator, 'unexplained', BY_EXAMINER.includes(reason?.code ?? '') ? HALF : 1)
}

function evidenceAgainstMe (turn: WorkerTurn, coordinator: string, wire: WireEvidence): Evidence | undefined {
  const evidence = evidenceFromWire(wire)
  if (evidence === undefined || evidence.accused.worker !== turn.state.self || evidence.coordinator !== coordinator) return undefined
  try {
    checkEvidence(evidence, turn.state.signer)
    return evidence
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    turn.effect({ kind: 'note', level: 'warn', text: error.message, about: { coordinator } })
    return undefined
  }
}

/** An accepted result that its coordinator has closed is paid by a receipt that may still be on its way for this long, milliseconds. */
const RECEIPT_DUE_MS = 60_000

/**
 * The coordinator does not want the attempt any more.
 * @param code its reason; undefined when it only says that it does not know the attempt
 */
export function takenBack (turn: WorkerTurn, key: string, attempt: WorkerAttempt, code: string | undefined): void {
  if (attempt.state === 'ACCEPTED' && code === undefined) {
    attempt.closedAt ??= turn.now
    if (turn.now - attempt.closedAt < RECEIPT_DUE_MS) return
  }
  if (attempt.state === 'RUNNING') turn.effect({ kind: 'cancel', key })
  noteTakenBack(turn, attempt, code)
  countLoss(turn, attempt)
  remove(turn, key, attempt)
}
