import type { Redemption } from '../ledger/bank.ts'
import type { EquivocationProof } from '../ledger/equivocation.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { loadLedger } from '../ledger/load.ts'
import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { jobEnded } from '../lifecycle/job.ts'
import { attemptKey } from '../model/ids.ts'
import type { JobSpec } from '../model/job.ts'
import type { Signer } from '../model/signer.ts'
import type { BlobRef, Store } from '../model/store.ts'
import type { Standing } from '../verification/reputation.ts'
import { idOf } from './attempts.ts'
import { loadChannels } from './channels.ts'
import { indexChunks, newJob } from './jobs.ts'
import { KEYS, after } from './keys.ts'
import { decodeChunk, decodeJob } from './records.ts'
import { addUnpaid } from './settlement.ts'
import type { CoordinatorConfig, CoordinatorState, Incident, Job } from './state.ts'

/** How a coordinator signs, and the random id of this start. */
export interface BootIdentity {
  readonly signer: Signer
  /** hex, 16 bytes */
  readonly bootId: string
}

/**
 * Reads a coordinator's state back and counts this start as a new incarnation,
 * synced before anything is said with it. Open attempts get a fresh lease: their
 * workers may still be running them.
 */
export async function loadCoordinator (store: Store, boot: BootIdentity, config: CoordinatorConfig, now: number): Promise<CoordinatorState> {
  const incarnation = Number(await store.get(KEYS.incarnation) ?? '0') + 1
  await store.batch([{ key: KEYS.incarnation, value: String(incarnation) }], { sync: true })
  const state = freshState(boot, incarnation, config, await loadLedger(store, boot.signer))
  await loadChannels(store, state)
  for await (const [, text] of prefixed(store, KEYS.standing)) {
    const standing = JSON.parse(text) as Standing
    state.standings.set(standing.peer, standing)
  }
  for await (const [payer, text] of prefixed(store, KEYS.proof)) state.accused.set(payer, JSON.parse(text) as EquivocationProof)
  for await (const [channel, text] of prefixed(store, KEYS.redeemed)) state.redeemed.set(channel, JSON.parse(text) as Redemption)
  for await (const [, text] of prefixed(store, KEYS.incident)) state.incidents.push(JSON.parse(text) as Incident)
  for await (const [id, text] of prefixed(store, KEYS.job)) {
    const spec = await store.get(KEYS.spec + id)
    if (spec === undefined) continue
    const job = newJob(decodeJob(text, JSON.parse(spec) as JobSpec))
    state.jobs.set(id, job)
    if (!jobEnded(job.record.state) || job.record.state === 'FAILED') await loadChunks(store, state, job)
    if (!jobEnded(job.record.state)) adoptAttempts(state, job, now)
  }
  return state
}

/** A coordinator that knows its books and nothing else. */
export function freshState ({ signer, bootId }: BootIdentity, incarnation: number, config: CoordinatorConfig, ledger: Ledger): CoordinatorState {
  return {
    self: signer.self, signer, incarnation, bootId, config, ledger, channels: new Map(), ahead: new Map(), accused: new Map(), redeemed: new Map(),
    jobs: new Map(), workers: new Map(), standings: new Map(), incidents: [], unpaid: new Map(), batchId: 0, refereeing: new Set(), turnOfJob: 0
  }
}

async function loadChunks (store: Store, state: CoordinatorState, job: Job): Promise<void> {
  const task = await store.get(KEYS.task + job.record.id)
  if (task !== undefined) job.task = { ref: JSON.parse(task) as BlobRef }
  for await (const [, text] of prefixed(store, KEYS.chunks(job.record.id))) {
    const chunk = decodeChunk(text)
    if (chunk.state === 'DECIDED') Object.assign(chunk, { attempts: [], excluded: [], appFailures: [], nodeFailures: [] })
    job.chunks[chunk.index] = chunk
  }
  indexChunks(job)
  const stored = job.chunks.filter(chunk => chunk.state === 'VERIFIED' && chunk.storedAt !== undefined)
  for (const chunk of stored.sort((a, b) => (a.storedAt ?? 0) - (b.storedAt ?? 0))) addUnpaid(state, job, chunk)
}

function adoptAttempts (state: CoordinatorState, job: Job, now: number): void {
  for (const index of job.active) {
    const chunk = job.chunks[index]
    for (const attempt of chunk?.attempts ?? []) {
      if (chunk === undefined || !attemptIsOpen(attempt.state) || attempt.worker === state.self) continue
      attempt.expiresAt = now + state.config.leaseTtlMs
      const worker = state.workers.get(attempt.worker) ?? {
        peer: attempt.worker, connected: false, inFlight: new Set<string>(), draining: false, overheadMs: 0
      }
      if (attempt.state === 'LEASED' || attempt.state === 'RUNNING') worker.inFlight.add(attemptKey(idOf(job, chunk, attempt)))
      state.workers.set(attempt.worker, worker)
    }
  }
}

async function * prefixed (store: Store, prefix: string): AsyncGenerator<readonly [string, string]> {
  for await (const [key, value] of store.range({ gte: prefix, lt: after(prefix) })) yield [key.slice(prefix.length), value]
}
