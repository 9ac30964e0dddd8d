import { available, escrowAccount, userAccount } from '../ledger/accounts.ts'
import { NightshiftError } from '../model/errors.ts'
import { formatByc } from '../model/money.ts'
import type { BlobRef } from '../model/store.ts'
import { failJob } from './job-end.ts'
import { setState } from './job-state.ts'
import { KEYS } from './keys.ts'
import { awaitsLate } from './late.ts'
import { indexChunks, newJob } from './new-job.ts'
import { newChunk } from './records.ts'
import { settleJob } from './settlement.ts'
import type { CoordinatorState, Job, JobRecord } from './state.ts'
import { fixedReplicas } from './tiers.ts'
import type { Turn } from './turn.ts'

/** Takes the price ceiling from the user's account and starts the job. Throws NS_E_FUNDS when it is not there. */
export function submitJob (turn: Turn, record: JobRecord): void {
  const { state } = turn
  const user = state.ledger.account(userAccount(state.config.user))
  if (available(user) < record.budget) {
    throw new NightshiftError('NS_E_FUNDS', `the job may cost ${formatByc(record.budget)} BYC, ${formatByc(available(user))} BYC are available`, {
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

export function findJob (state: CoordinatorState, id: string): Job {
  const job = state.jobs.get(id)
  if (job === undefined) {
    throw new NightshiftError('NS_E_JOB_UNKNOWN', `there is no job ${id}`, { remedy: 'nightshift job list shows all jobs' })
  }
  return job
}
