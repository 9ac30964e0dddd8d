import { escrowAccount, available, balance, userAccount } from '../ledger/accounts.ts'
import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { jobEnded, moveJob } from '../lifecycle/job.ts'
import type { JobState } from '../lifecycle/job.ts'
import { NightshiftError } from '../model/errors.ts'
import { nodeArch } from '../model/image.ts'
import type { JobError } from '../model/job.ts'
import type { FileRef } from '../model/block.ts'
import type { RequirementsView } from '../model/offer.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'
import type { BlobRef } from '../model/store.ts'
import { appMemoryMiB } from './app-limits.ts'
import { endAttempt } from './attempts.ts'
import { tellDraw } from './draws.ts'
import { wants } from './chunks.ts'
import { fixedReplicas } from './tiers.ts'
import { KEYS } from './keys.ts'
import { awaitsLate, dismissLate } from './late.ts'
import { Median } from './median.ts'
import { appClass } from '../verification/app-class.ts'
import { policyOf } from '../verification/policy.ts'
import { newChunk } from './records.ts'
import { settleJob } from './settlement.ts'
import type { CoordinatorState, Job, JobRecord } from './state.ts'
import type { Turn } from './turn.ts'

/** A job in memory, before any of its chunks. */
export function newJob (record: JobRecord): Job {
  return {
    record,
    needs: requirements(record),
    policy: policyOf(record.spec.config.confidence),
    appClass: appClass(record.spec.app, record.spec.images?.[record.spec.app.hash]?.config.sha256),
    filling: new Map(),
    batches: new Map(),
    chunks: [],
    partitions: 0,
    freshFrom: 0,
    wanting: new Set(),
    active: new Set(),
    unexamined: new Map(),
    unpaid: new Set(),
    late: new Set(),
    owed: 0n,
    roundNumber: 0,
    nextRoundAt: 0,
    awards: new Map(),
    expiries: new Map(),
    explanations: new Map(),
    outcomes: new Map(),
    durations: new Median(),
    recentDone: []
  }
}

function requirements (record: JobRecord): RequirementsView {
  const { app, config } = record.spec
  const device = app.manifest.device_requirements
  const image = record.spec.images?.[app.hash]
  return {
    platform: app.manifest.platform,
    minCores: device.min_cpu ?? 0,
    minMemoryMiB: appMemoryMiB(app),
    minDiskMiB: Math.ceil((device.min_disk ?? 0) * 1024),
    gpus: typeof device.gpu === 'number' ? [] : device.gpu ?? [],
    gpuCount: typeof device.gpu === 'number' ? device.gpu : 0,
    isolation: config.isolation,
    network: app.manifest.platform_config.network ?? 'none',
    arch: image === undefined ? '' : nodeArch(image.architecture),
    runtime: app.manifest.platform === 'docker' ? app.manifest.platform_config.runtime ?? '' : '',
    image: image?.reference ?? ''
  }
}

/** Takes the price ceiling from the user's account and starts the job. Throws NS_E_FUNDS when it is not there. */
export function submitJob (turn: Turn, record: JobRecord): void {
  const { state } = turn
  const user = state.ledger.account(userAccount(state.config.user))
  if (available(user) < record.budget) {
    throw new NightshiftError('NS_E_FUNDS', `the job may cost ${record.budget} units, ${available(user)} are available`, {
      remedy: 'lower --budget, or wait until other jobs return what they did not spend'
    })
  }
  fundEscrow(turn, record, `submit:${record.id}`)
  record.startedAt = turn.now
  record.risk = 0
  const job = newJob(record)
  state.jobs.set(record.id, job)
  turn.put(KEYS.spec + record.id, JSON.stringify(record.spec))
  setState(turn, job, 'PARTITIONING')
  turn.effect({ kind: 'partition', jobId: record.id, run: ++job.partitions })
}

function fundEscrow (turn: Turn, record: JobRecord, key: string): void {
  turn.book({
    key,
    transfers: [{ kind: 'direct', debit: userAccount(turn.state.config.user), credit: escrowAccount(record.id), amount: record.budget, ref: { job: record.id, note: 'budget' } }]
  })
}

export function setState (turn: Turn, job: Job, state: JobState, why?: Reason): void {
  const { record } = job
  const before = record.state
  record.state = moveJob(record.id, before, state)
  record.times = { ...record.times, [before]: (record.times?.[before] ?? 0) + Math.max(0, turn.now - (record.stateSince ?? record.createdAt)) }
  record.stateSince = turn.now
  if (why === undefined) delete record.reason
  else record.reason = why
  turn.saveJob(job)
}

export function addChunks (turn: Turn, job: Job, { run, first, inputs }: { readonly run: number, readonly first: number, readonly inputs: readonly BlobRef[] }): void {
  if (job.record.state !== 'PARTITIONING' || run !== job.partitions) return
  for (const [i, input] of inputs.entries()) {
    const chunk = newChunk(first + i, input, firstQuorum(job))
    job.chunks[chunk.index] = chunk
    turn.saveChunk(job, chunk)
  }
  job.record.chunkCount = job.chunks.length
}

export function startRunning (turn: Turn, job: Job, { run, task }: { readonly run: number, readonly task: BlobRef }): void {
  if (job.record.state !== 'PARTITIONING' || run !== job.partitions) return
  job.task = { ref: task }
  turn.put(KEYS.task + job.record.id, JSON.stringify(task))
  setState(turn, job, 'RUNNING')
}

/** Results a chunk needs at first: one until its first worker is known, unless the submitter said how many. */
function firstQuorum (job: Job): number {
  return fixedReplicas(job) ?? 1
}

/** Moves on when no chunk is left to verify: everyone is paid, then the results are assembled. */
export function advanceJob (turn: Turn, job: Job): void {
  const { record } = job
  if (record.state !== 'RUNNING' && record.state !== 'HELD') return
  if (record.verified + record.failed < record.chunkCount || awaitsLate(job)) return
  if (record.failed > 0 && (!record.spec.config.allowPartial || record.verified === 0)) {
    const failed = job.chunks.find(chunk => chunk.state === 'FAILED')
    failJob(turn, job, {
      code: 'NS_E_CHUNK_FAILED',
      message: `${record.failed} of ${record.chunkCount} chunks failed; chunk ${failed?.index ?? 0}: ${failed?.error?.message ?? 'no reason'}`,
      remedy: failed?.error?.remedy ?? `nightshift job logs ${record.id}`
    })
    return
  }
  if (record.state === 'HELD') setState(turn, job, 'RUNNING')
  setState(turn, job, 'SETTLING')
  settleJob(turn, job)
  setState(turn, job, 'ASSEMBLING')
  turn.effect({ kind: 'assemble', jobId: record.id })
}

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

/** Runs again what failed of a failed job: failed chunks, or the step that failed. Throws NS_E_JOB_STATE for any other job. */
export function retryJob (turn: Turn, job: Job): void {
  const { record } = job
  if (record.state !== 'FAILED') {
    throw new NightshiftError('NS_E_JOB_STATE', `only a failed job can be retried; ${record.id} is ${record.state}`)
  }
  fundEscrow(turn, record, `retry:${record.id}:${turn.now}`)
  record.startedAt = turn.now
  delete record.error
  delete record.endedAt
  if (record.receipt !== undefined) turn.effect({ kind: 'drop-receipt', sha256: record.receipt.sha256 })
  delete record.receipt
  delete record.receiptDue
  if (job.task === undefined) {
    setState(turn, job, 'PARTITIONING')
    restartPartition(turn, job)
    return
  }
  for (const chunk of job.chunks) {
    if (chunk.state === 'DECIDED') continue
    Object.assign(chunk, newChunk(chunk.index, chunk.input, firstQuorum(job)), { epoch: chunk.epoch })
    delete chunk.error
    delete chunk.audit
    delete chunk.risk
    delete chunk.verdicts
    delete chunk.notBefore
    turn.saveChunk(job, chunk)
  }
  record.failed = 0
  setState(turn, job, 'RUNNING')
  indexChunks(job)
  advanceJob(turn, job)
}

/** Forgets a partial partition and starts it anew: only a whole partition counts. */
export function restartPartition (turn: Turn, job: Job): void {
  for (const chunk of job.chunks) turn.put(KEYS.chunk(job.record.id, chunk.index), undefined)
  job.chunks = []
  job.record.chunkCount = 0
  turn.saveJob(job)
  turn.effect({ kind: 'partition', jobId: job.record.id, run: ++job.partitions })
}

/** Rebuilds the indexes over a job's chunks from their states. */
export function indexChunks (job: Job): void {
  job.freshFrom = 0
  job.wanting.clear()
  job.active.clear()
  job.late.clear()
  let lastTouched = -1
  for (const chunk of job.chunks) if (chunk.epoch > 0 || chunk.state !== 'PENDING') lastTouched = chunk.index
  for (const chunk of job.chunks) {
    if (chunk.state === 'ACTIVE' || (chunk.state === 'VERIFIED' && chunk.storedAt === undefined)) job.active.add(chunk.index)
    if (chunk.index <= lastTouched && wants(chunk) > 0) job.wanting.add(chunk.index)
    if (chunk.state === 'VERIFIED' && chunk.storedAt !== undefined && chunk.attempts.some(attempt => attempt.state === 'COMMITTED')) job.late.add(chunk.index)
  }
  job.freshFrom = lastTouched + 1
}

export function findJob (state: CoordinatorState, id: string): Job {
  const job = state.jobs.get(id)
  if (job === undefined) {
    throw new NightshiftError('NS_E_JOB_UNKNOWN', `there is no job ${id}`, { remedy: 'nightshift job list shows all jobs' })
  }
  return job
}
