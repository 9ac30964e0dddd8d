import { attemptIsLive, moveAttempt } from '../lifecycle/attempt.ts'
import { moveChunk } from '../lifecycle/chunk.ts'
import { EXAMINER_EXIT, examinerOf } from '../model/examiner.ts'
import { attemptKey } from '../model/ids.ts'
import { reason } from '../model/reasons.ts'
import { mostCredible } from '../verification/credibility.ts'
import { MOST_REPLICAS } from '../verification/policy.ts'
import { agreed, decide, decideByMajority } from '../verification/quorum.ts'
import type { Decision, Vote } from '../verification/quorum.ts'
import { askReveals } from './asking.ts'
import { endAttempt, failChunk, idOf, requeue, rest } from './attempts.ts'
import { advanceBatches, batchMoved, closeBatches } from './batches.ts'
import { riskOf } from './chunk-risk.ts'
import { wants } from './chunks.ts'
import { chunkClass } from './classes.ts'
import { counted, examinerIsBroken, isExamined, liken, nextExamination, shown, verdictAbout } from './examination.ts'
import { judgeShownLate } from './late.ts'
import { areEnough } from './newcomers.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import { store } from './stored.ts'
import { isSuspect } from './suspicion.ts'
import { hasReferee, isAdaptive, REFEREES, weigh } from './tiers.ts'
import { awaitsOwnRun, ownFirst } from './trusted-audits.ts'
import type { Turn } from './turn.ts'
import { refuse, reject, short } from './verdict.ts'

/** Compares what is revealed and does what follows. */
export function judge (turn: Turn, job: Job, chunk: Chunk): void {
  if (chunk.state === 'VERIFIED' && chunk.storedAt !== undefined) judgeShownLate(turn, job, chunk)
  if (chunk.state !== 'ACTIVE' || owesReveal(turn, job, chunk) || awaitsExaminer(turn, job, chunk)) return
  const decision = decisionOn(turn, job, chunk)
  if (decision.kind === 'agreed') accept(turn, job, chunk, decision.value)
  else if (decision.kind === 'dispute') dispute(turn, job, chunk)
  else if (isAdaptive(job)) seekCredibility(turn, job, chunk, decision.missing)
  else if (chunk.disputed && mustWiden(chunk, decision.missing)) {
    chunk.quorum++
    requeue(turn, job, chunk)
    turn.saveChunk(job, chunk)
  } else askReveals(turn, job, chunk)
}

/** True while a worker that is bound to a result is about to show it, where that counts only before the decision. */
function owesReveal (turn: Turn, job: Job, chunk: Chunk): boolean {
  return awaitsReveals(turn, job, chunk) && chunk.attempts.some(({ state, revealAskedAt, worker }) => state === 'COMMITTED' && revealAskedAt !== undefined && turn.state.workers.get(worker)?.connected === true)
}

/** True where whoever is asked for its result is judged, and paid, with the others: after a trusted run, and where a script judges, which is not called again for one that comes late. */
export function awaitsReveals (turn: Turn, job: Job, chunk: Chunk): boolean {
  return trustedRunShown(turn, chunk) || isExamined(job)
}

/** True for a chunk that the coordinator has run itself. */
function trustedRunShown (turn: Turn, chunk: Chunk): boolean {
  return chunk.attempts.some(({ worker, state }) => worker === turn.state.self && state === 'REVEALED')
}

/** True while the app's examiner has to say something first, or when it cannot say anything. */
function awaitsExaminer (turn: Turn, job: Job, chunk: Chunk): boolean {
  if (!isExamined(job)) return false
  if (nextExamination(job, chunk) !== undefined) {
    if (!job.unexamined.has(chunk.index)) job.unexamined.set(chunk.index, turn.now)
    return true
  }
  job.unexamined.delete(chunk.index)
  if (examinerIsBroken(job, chunk)) {
    failChunk(turn, job, chunk, 'EXAMINER_FAILED', `the app's ${examinerOf(job.record.spec.app.manifest) ?? 'examiner'} gives no answer, or a wrong one, even about the result of a trusted run: it exits with 0 for yes and ${EXAMINER_EXIT.no} for no`)
    return true
  }
  liken(job, chunk)
  return false
}

function decisionOn (turn: Turn, job: Job, chunk: Chunk): Decision {
  if (job.record.spec.app.manifest.determinism === 'self-checked') return goByChecker(turn, job, chunk)
  return isAdaptive(job) ? weighVotes(turn, job, chunk) : verdictOn(chunk, hasReferee(turn.state, job, chunkClass(chunk)))
}

/** One result that the app's checker finds right is enough; whoever gave one that it finds wrong is struck at once. */
function goByChecker (turn: Turn, job: Job, chunk: Chunk): Decision {
  for (const attempt of shown(chunk)) {
    if (attempt.state === 'REVEALED' && !attempt.trusted && verdictAbout(job, chunk, attempt, '') === 'no') {
      reject(turn, job, chunk, attempt, 'WRONG_RESULT', `the app's checker finds its result ${short(attempt.value)} wrong`)
    }
  }
  const left = shown(chunk)
  const right = left.find(attempt => attempt.trusted) ?? left.find(attempt => verdictAbout(job, chunk, attempt, '') === 'yes')
  if (right !== undefined) return agreed(votesOf(left), counted(right))
  return left.length > 0 ? { kind: 'dispute', values: left.length } : { kind: 'wait', missing: 1 }
}

function votesOf (attempts: readonly Attempt[]): Vote[] {
  return attempts.map(attempt => ({ epoch: attempt.epoch, value: counted(attempt), group: attempt.group, trusted: attempt.trusted }))
}

/** A value counts once those who gave it are credible together; results that differ are a dispute first. */
function weighVotes (turn: Turn, job: Job, chunk: Chunk): Decision {
  const voters = shown(chunk)
  const votes = votesOf(voters)
  const values = new Set(votes.map(({ value }) => value)).size
  if (votes.some(vote => vote.trusted)) {
    if (awaitsOwnRun(turn.state.self, chunk, voters)) return { kind: 'wait', missing: 0 }
    // a trusted peer that was taken over must not have others struck
    const isOpen = values > 1 && job.record.spec.app.manifest.determinism !== 'none' && hasReferee(turn.state, job, chunkClass(chunk)) && !voters.some(({ worker }) => worker === turn.state.self)
    return isOpen ? { kind: 'dispute', values } : decide(ownFirst(votes, turn.state.self), 1)
  }
  if (values > 1 && (!chunk.disputed || hasReferee(turn.state, job, chunkClass(chunk)))) return { kind: 'dispute', values }
  const best = mostCredible(voters.map(attempt => weigh(turn.state, job, attempt, turn.now)))
  if (best === undefined) return { kind: 'wait', missing: chunk.quorum }
  return areEnough(turn, job, chunk, voters) && best.credibility >= 1 - job.policy.epsilon ? agreed(votes, best.value) : { kind: 'wait', missing: 1 }
}

/** What was not credible enough may be by now: its workers have proven themselves elsewhere. */
export function judgeAgain (turn: Turn, job: Job): void {
  if (!isAdaptive(job)) return
  for (const index of [...job.active]) {
    const chunk = job.chunks[index]
    if (chunk?.state === 'ACTIVE' && !chunk.attempts.some(attempt => attemptIsLive(attempt.state)) && chunk.attempts.some(({ state }) => state === 'REVEALED')) judge(turn, job, chunk)
  }
}

/** What was shown is not enough: one more run, by whoever can give it. */
function seekCredibility (turn: Turn, job: Job, chunk: Chunk, missing: number): void {
  const revealed = chunk.attempts.filter(attempt => attempt.state === 'REVEALED')
  const [only] = revealed
  if (revealed.length === 1 && only?.batch !== undefined && chunk.audit === undefined && !chunk.disputed) {
    batchMoved(job, only, false)
    return
  }
  if (revealed.length === 0 || !mustWiden(chunk, missing)) {
    askReveals(turn, job, chunk)
    return
  }
  if (wants(chunk) > 0) return
  if (hasReferee(turn.state, job, chunkClass(chunk)) && (chunk.quorum >= MOST_REPLICAS || turn.state.refereeing.size < REFEREES)) chunk.audit = 'trusted'
  else if (chunk.quorum < MOST_REPLICAS) chunk.quorum++
  else {
    failChunk(turn, job, chunk, 'NO_AGREEMENT', `${chunk.quorum} workers ran it, and no result is credible enough: ask for less with --confidence, or trust a worker`)
    return
  }
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
}

/** Votes settle a dispute only where no trusted run can. */
function verdictOn (chunk: Chunk, referee: boolean): Decision {
  const votes = votesOf(shown(chunk))
  if (votes.length === 0) return { kind: 'wait', missing: chunk.quorum }
  // others said that the app fails on it: one result that came all the same does not count by itself
  if (chunk.audit === 'trusted' && !votes.some(vote => vote.trusted)) return { kind: 'wait', missing: 0 }
  return chunk.disputed && !referee && !votes.some(vote => vote.trusted) ? decideByMajority(votes, 2) : decide(votes, chunk.quorum)
}

/** One more vote is needed, and none is on its way. */
function mustWiden (chunk: Chunk, missing: number): boolean {
  return missing > 0 && !chunk.attempts.some(attempt => attemptIsLive(attempt.state))
}

/** Results differ: a trusted run decides when this coordinator can run the app, else one more worker's vote. */
function dispute (turn: Turn, job: Job, chunk: Chunk): void {
  if (chunk.disputed) return
  chunk.disputed = true
  job.record.disputes++
  turn.effect({ kind: 'note', level: 'warn', text: 'results differ', about: { job: job.record.id, chunk: chunk.index } })
  turn.saveChunk(job, chunk)
  if (!hasReferee(turn.state, job, chunkClass(chunk))) judge(turn, job, chunk)
}

/** Moves the batches of a job on, and counts the results of those that passed their audits. */
export function auditBatches (turn: Turn, job: Job): void {
  closeBatches(turn, job)
  advanceBatches(turn, job, members => {
    for (const { chunk, attempt } of members) {
      // where another result is there as well, judging both decides, not the batch
      if (!chunk.disputed && nextExamination(job, chunk) === undefined) accept(turn, job, chunk, counted(attempt))
    }
  })
}

/** A value is agreed: those who showed another are struck, and the files are fetched before anyone is owed anything. */
function accept (turn: Turn, job: Job, chunk: Chunk, value: string): void {
  const erratic = compare(turn, job, chunk, value)
  for (const attempt of chunk.attempts.filter(open => open.state === 'REVEALED' && counted(open) !== value)) {
    refuse(turn, job, chunk, attempt, value, erratic || isSuspect(job.record))
  }
  chunk.value = value
  chunk.risk = riskOf(turn, job, chunk, value)
  chunk.state = moveChunk(`${job.record.id}/${chunk.index}`, chunk.state, 'VERIFIED')
  for (const attempt of chunk.attempts) {
    if (attempt.state !== 'REVEALED') continue
    attempt.state = moveAttempt(attemptKey(idOf(job, chunk, attempt)), attempt.state, 'VERIFIED')
    batchMoved(job, attempt, chunk.audit !== undefined)
  }
  job.wanting.delete(chunk.index)
  turn.saveChunk(job, chunk)
  fetchOrStore(turn, job, chunk)
}

/** Counts comparisons. True when a trusted run gave something that none of several differing workers gave: then it is the app that is erratic. */
function compare (turn: Turn, { record }: Job, chunk: Chunk, value: string): boolean {
  const revealed = chunk.attempts.filter(attempt => attempt.state === 'REVEALED')
  if (revealed.length < 2) return false
  record.checks.comparisons++
  const byWorkers = new Set(revealed.filter(({ worker }) => worker !== turn.state.self).map(counted))
  if (byWorkers.has(value) || byWorkers.size < 2) return false
  const before = isSuspect(record)
  record.checks.disagreements++
  if (isSuspect(record) && !before) {
    turn.effect({ kind: 'note', level: 'warn', text: 'the app gives different results each time: its results cannot be checked by comparing them', about: { job: record.id, app: record.spec.app.manifest.name } })
  }
  return true
}

/** Nobody is owed anything before the files are here. */
export function fetchOrStore (turn: Turn, job: Job, chunk: Chunk): void {
  const winners = chunk.attempts.filter(attempt => attempt.state === 'VERIFIED' && attempt.value === chunk.value)
  const files = winners[0]?.files ?? []
  if (files.length === 0 || winners.some(attempt => attempt.worker === turn.state.self)) store(turn, job, chunk)
  else turn.effect({ kind: 'fetch-results', jobId: job.record.id, chunk: chunk.index, from: winners.map(attempt => attempt.worker), files })
}

/** The files could not be had from these workers: their results do not count, and the chunk runs again if none is left. */
export function onResultsStored (turn: Turn, job: Job, chunk: Chunk, stored: boolean, unavailableAt: readonly string[]): void {
  if (chunk.state !== 'VERIFIED' || chunk.storedAt !== undefined) return
  if (stored) {
    store(turn, job, chunk)
    return
  }
  chunk.state = moveChunk(`${job.record.id}/${chunk.index}`, chunk.state, 'PENDING')
  delete chunk.value
  for (const attempt of chunk.attempts.filter(verified => verified.state === 'VERIFIED' && unavailableAt.includes(verified.worker))) {
    rest(turn, chunk, attempt)
    endAttempt(turn, job, chunk, attempt, 'EXPIRED', reason('RESULT_UNAVAILABLE', 'its result files could not be fetched'))
  }
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
  // a result shown meanwhile may be enough by itself: nothing else would look at it again
  judge(turn, job, chunk)
}
