import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { examinerOf } from '../model/examiner.ts'
import { formatByc } from '../model/money.ts'
import { reason } from '../model/reasons.ts'
import type { Reason, ReasonCode } from '../model/reasons.ts'
import { obstacles, pendingChunks } from './auction.ts'
import { MAX_WAITING, affordable, decisiveClasses } from './leases.ts'
import { canBeTaken } from './chunks.ts'
import { behindReason } from './fencing.ts'
import { setState } from './job-state.ts'
import { endAttempt, requeue } from './attempts.ts'
import { byClass, chunkClass, comparesByClass, ownClass } from './classes.ts'
import { fixedReplicas, groupOf, hasReferee, isAdaptive, isTrusted, reachable, runsHere } from './tiers.ts'
import { runTrusted } from './trusted-runs.ts'
import type { Chunk, CoordinatorState, Job, WorkerView } from './state.ts'
import type { Turn } from './turn.ts'

/** Standing still this long turns a running job into a held one, milliseconds. */
const GRACE_MS = 1500

/** Turns a job that cannot go on into HELD with the reason, and back as soon as something moves. */
export function reviewWaiting (turn: Turn, job: Job): void {
  const { record } = job
  if (record.state !== 'RUNNING' && record.state !== 'HELD') return
  if (job.active.size > 0 && someAttemptMoves(turn.state, job)) {
    resume(turn, job)
    return
  }
  const why = whyWaiting(turn, job)
  if (why === undefined) {
    resume(turn, job)
    return
  }
  job.idleSince ??= turn.now
  if (turn.now - job.idleSince < GRACE_MS) return
  if (why.code === 'TOO_FEW_WORKERS' && secondOpinion(turn, job)) return
  if (why.code === 'NUMERIC_CLASS_DIFFERS' && beginAnew(turn, job)) {
    resume(turn, job)
    return
  }
  if (record.state === 'RUNNING') {
    setState(turn, job, 'HELD', why)
    turn.effect({ kind: 'note', level: 'warn', text: `job held: ${why.text}`, about: { job: record.id, code: why.code } })
  } else if (record.reason?.text !== why.text) {
    record.reason = why
    turn.saveJob(job)
  }
}

function resume (turn: Turn, job: Job): void {
  delete job.idleSince
  if (job.record.state === 'HELD') setState(turn, job, 'RUNNING')
}

function someAttemptMoves (state: CoordinatorState, job: Job): boolean {
  if (job.unexamined.size > 0 && hasReferee(state, job) && job.examinerTrouble === undefined) return true
  for (const index of job.active) {
    const chunk = job.chunks[index]
    if (chunk?.state === 'VERIFIED' || chunk?.attempts.some(attempt => attempt.state === 'LEASED' || attempt.state === 'RUNNING' || attempt.revealAskedAt !== undefined && attempt.state === 'COMMITTED')) return true
  }
  return false
}

/** The one reason that keeps the job from moving; undefined when it only waits for its next step. */
export function whyWaiting (turn: Turn, job: Job): Reason | undefined {
  const { state } = turn
  if (job.unexamined.size > 0 && !hasReferee(state, job)) {
    return reason('PLATFORM_NOT_OFFERED', `the app's own ${examinerOf(job.record.spec.app.manifest) ?? 'examiner'} judges its results on this coordinator, which cannot run ${job.needs.platform}`)
  }
  if (job.examinerTrouble !== undefined) return job.examinerTrouble
  if (pendingChunks(job) === 0) return undefined
  const behind = behindReason(state)
  if (behind !== undefined) return behind
  if (runsHere(state, job)) {
    return hasReferee(state, job) ? undefined : reason('PLATFORM_NOT_OFFERED', `the job runs on this coordinator alone (--trust local), which cannot run ${job.needs.platform}`)
  }
  const connected = [...state.workers.values()].filter(worker => worker.connected)
  if (connected.length === 0) return reason('NO_WORKERS', 'no worker is connected: start one with "nightshift worker --peer <address>" or "nightshift cluster up"')
  const blocked = connected.map(worker => ({ worker, why: obstacles(state, job, worker, turn.now) }))
  const fitting = blocked.filter(entry => entry.why.length === 0).map(entry => entry.worker)
  if (fitting.length === 0) return noneFits(job, blocked.flatMap(entry => entry.why))
  if (isAdaptive(job)) {
    const credible = reachable(state, job, fitting, turn.now)
    if (credible < 1 - job.policy.epsilon) return notCredible(job, fitting, credible)
  }
  const needed = fixedReplicas(job) ?? 1
  const groups = Math.max(...[...byClass(job, fitting).values()].map(members => new Set(members.map(groupOf)).size))
  const trusted = fitting.some(worker => isTrusted(state, worker.peer, turn.now))
  if (groups < needed && !trusted) {
    if (byClass(job, fitting).size > 1) return classesDiffer(job, fitting)
    return reason('TOO_FEW_WORKERS', `${needed} independent workers must agree on each chunk, ${groups} can run this job: start more, or submit with --replicas ${Math.max(1, groups)}`)
  }
  if (decisiveClasses(turn, job).size === 0) return refusedBy(job)
  const cheapest = [...job.awards.values()].reduce((least, award) => award.price < least ? award.price : least, [...job.awards.values()][0]?.price ?? 0n)
  if (!affordable(turn, job, cheapest)) {
    return reason('BUDGET_EXHAUSTED', `the next chunk costs ${formatByc(cheapest)} BYC and the job's budget has less left: submit again with a higher --budget`)
  }
  const stuck = job.freshFrom >= job.chunks.length || job.wanting.size >= MAX_WAITING ? firstStuck(state, job) : undefined
  const begun = stuck === undefined ? undefined : chunkClass(stuck)
  if (stuck !== undefined && comparesByClass(job) && begun !== undefined && begun !== ownClass(state, job)) {
    return reason('NUMERIC_CLASS_DIFFERS', `chunk ${stuck.index} was begun on numeric class "${begun}", and no other worker of that class is left to check it`)
  }
  if (stuck !== undefined) {
    return reason('TOO_FEW_WORKERS', `chunk ${stuck.index} needs another independent worker: those connected have had it`)
  }
  return undefined
}

/** Workers enough, but none that could check another. */
function classesDiffer (job: Job, fitting: readonly WorkerView[]): Reason {
  const classes = [...byClass(job, fitting)].map(([numericClass, members]) => `${members.length} of "${numericClass}"`)
  return reason('NUMERIC_CLASS_DIFFERS', `results of the app compare only within one numeric class, and no class here has workers enough to check each other: ${classes.slice(0, 5).join(', ')}; start more of one kind, or trust a worker with "coordinator --trust <peer>"`)
}

function notCredible (job: Job, fitting: readonly WorkerView[], credible: number): Reason {
  if (byClass(job, fitting).size > 1) return classesDiffer(job, fitting)
  const percent = (share: number): string => `${Math.floor(share * 1000) / 10} %`
  return reason('TOO_FEW_WORKERS', `${fitting.length} unproven workers that agree are right with ${percent(credible)}, ${percent(1 - job.policy.epsilon)} is asked for: start more, trust one with "coordinator --trust <peer>", or submit with a lower --confidence or with --replicas`)
}

/** What may keep out every worker for one and the same reason, and what to do then. */
const SAME_FOR_ALL: readonly (readonly [ReasonCode, string])[] = [
  ['BANNED', 'connect other workers; "nightshift node list" shows who is banned'],
  ['CIRCUIT_OPEN', 'wait, connect other workers, or repair these: "nightshift job logs" shows how they failed'],
  ['LEASES_EXPIRED', 'wait, connect other workers, or see to these: they take leases and are not heard of again']
]

function noneFits (job: Job, why: readonly Reason[]): Reason {
  const platforms = why.filter(entry => entry.code === 'PLATFORM_MISSING')
  if (platforms.length > 0) {
    const remedy = job.needs.platform === 'docker' ? ' (an app on a stock python image that needs only the standard library also runs with --allow-wasm)' : ''
    return reason('PLATFORM_NOT_OFFERED', `no connected worker offers platform ${job.needs.platform}${remedy}`)
  }
  for (const [code, remedy] of SAME_FOR_ALL) {
    const told = why.filter(entry => entry.code === code)
    if (told.length > 0 && told.length === why.length) {
      return reason(code, `of ${told.length} connected, none may run this job: ${told[0]?.text ?? ''}; ${remedy}`)
    }
  }
  return reason('NO_MATCHING_WORKER', [...new Set(why.map(entry => entry.text))].slice(0, 5).join('; '))
}

function refusedBy (job: Job): Reason | undefined {
  if (job.round !== undefined && job.record.state !== 'HELD') return undefined
  const why = [...job.explanations.values()].flat()
  return why.length === 0 ? undefined : reason(why[0]?.code ?? 'NO_MATCHING_WORKER', `no bid fits: ${[...new Set(why.map(entry => entry.text))].slice(0, 5).join('; ')}`)
}

/** The first waiting chunk that no connected worker may take, now or later. */
function firstStuck (state: CoordinatorState, job: Job): Chunk | undefined {
  for (const index of job.wanting) {
    const chunk = job.chunks[index]
    if (chunk !== undefined) return canBeTaken(state, job, chunk) ? undefined : chunk
  }
  return undefined
}

/** A chunk that failed on every worker there is gets the coordinator's own run as the second opinion. */
function secondOpinion (turn: Turn, job: Job): boolean {
  if (!turn.state.config.platforms.includes(job.needs.platform)) return false
  const chunk = firstStuck(turn.state, job)
  if (chunk === undefined || chunk.excluded.length === 0) return false
  runTrusted(turn, job, chunk)
  return true
}

/** A chunk whose class has died out is begun anew in another, where one is left that can decide it. */
function beginAnew (turn: Turn, job: Job): boolean {
  const chunk = firstStuck(turn.state, job)
  if (chunk === undefined || decisiveClasses(turn, job).size === 0) return false
  const begun = chunkClass(chunk) ?? ''
  for (const attempt of chunk.attempts.filter(({ state }) => attemptIsOpen(state))) {
    endAttempt(turn, job, chunk, attempt, 'RECALLED', reason('NUMERIC_CLASS_DIFFERS', `nobody of its numeric class "${begun}" is left to check its result: the chunk runs again on other machines`))
  }
  chunk.quorum = fixedReplicas(job) ?? 1
  delete chunk.audit
  requeue(turn, job, chunk)
  turn.saveChunk(job, chunk)
  return true
}
