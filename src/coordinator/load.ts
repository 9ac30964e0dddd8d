import type { DoubleUse, Redemption } from '../ledger/bank.ts'
import type { EquivocationProof } from '../ledger/equivocation.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { loadLedger } from '../ledger/load.ts'
import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { jobEnded } from '../lifecycle/job.ts'
import { attemptKey } from '../model/ids.ts'
import type { JobSpec } from '../model/job.ts'
import { Unhurried } from '../model/messages/unhurried.ts'
import type { Signer } from '../model/signer.ts'
import type { BlobRef, Store } from '../model/store.ts'
import { withClasses } from '../verification/reputation.ts'
import type { Standing } from '../verification/reputation.ts'
import { idOf } from './attempts.ts'
import { chanceOf } from './chance.ts'
import { loadChannels } from './channels.ts'
import { indexChunks, newJob } from './new-job.ts'
import { untoldBatch } from './draws.ts'
import { KEYS, after } from './keys.ts'
import { loadNettings } from './netting-books.ts'
import { decodeChunk, decodeHearsay, decodeJob, fromThePast } from './records.ts'
import type { Hearsay } from './records.ts'
import { addUnpaid } from './settlement.ts'
import type { CoordinatorConfig, CoordinatorState, Incident, Job } from './state.ts'

/** How a coordinator signs, and the random id of this start. */
export interface BootIdentity {
  readonly signer: Signer
  /** hex, 16 bytes */
  readonly bootId: string
  /** uniform in [0, 1); default: a row that follows from the id of this start */
  readonly chance?: () => number
}

/**
 * Reads a coordinator's state back and counts this start as a new incarnation,
 * synced before anything is said with it. Open attempts get a fresh lease: their
 * workers may still be running them.
 * @throws NS_E_DATA_CORRUPT when books and receipts do not add up; nothing was written then
 */
export async function loadCoordinator (store: Store, boot: BootIdentity, config: CoordinatorConfig, now: number): Promise<CoordinatorState> {
  const state = freshState(boot, await lastIncarnation(store) + 1, config, await loadLedger(store, boot.signer))
  await loadChannels(store, state)
  await loadNettings(store, state)
  await loadRecords(store, state, now)
  await store.batch([{ key: KEYS.incarnation, value: String(state.incarnation) }], { sync: true })
  return state
}

/** How often this coordinator has started. */
export async function lastIncarnation (store: Store): Promise<number> {
  return Number(await store.get(KEYS.incarnation) ?? '0')
}

/** Reads everything back but books and channels. */
export async function loadRecords (store: Store, state: CoordinatorState, now: number): Promise<void> {
  for await (const [, text] of prefixed(store, KEYS.standing)) {
    const standing = JSON.parse(text) as Standing
    const { nodeFailedAt } = standing
    state.standings.set(standing.peer, nodeFailedAt === undefined ? standing : { ...standing, nodeFailedAt: Math.min(nodeFailedAt, now) })
  }
  for await (const [payer, text] of prefixed(store, KEYS.proof)) state.accused.set(payer, JSON.parse(text) as EquivocationProof)
  for await (const [channel, text] of prefixed(store, KEYS.redeemed)) state.redeemed.set(channel, JSON.parse(text) as Redemption)
  for await (const [worker, text] of prefixed(store, KEYS.doubleUse)) state.doubleUses.set(worker, JSON.parse(text) as DoubleUse)
  for await (const [, text] of prefixed(store, KEYS.incident)) state.incidents.push(JSON.parse(text) as Incident)
  const heard: (Hearsay & { readonly id: string })[] = []
  for await (const [id, text] of prefixed(store, KEYS.evidence)) heard.push({ id, ...decodeHearsay(text) })
  for (const { id, evidence } of heard.sort((a, b) => a.at - b.at)) state.evidence.set(id, evidence)
  for await (const [id, text] of prefixed(store, KEYS.job)) {
    const spec = await store.get(KEYS.spec + id)
    if (spec === undefined) continue
    const job = newJob(decodeJob(text, JSON.parse(spec) as JobSpec))
    state.jobs.set(id, job)
    if (!jobEnded(job.record.state) || job.record.state === 'FAILED') await loadChunks(store, state, job, now)
    if (!jobEnded(job.record.state)) adoptAttempts(state, job, now)
  }
  moveToClasses(state)
}

/** What older versions kept by an app's name. */
function moveToClasses (state: CoordinatorState): void {
  const classes = new Map<string, Set<string>>()
  for (const { record, appClass } of state.jobs.values()) {
    const { name } = record.spec.app.manifest
    classes.set(name, (classes.get(name) ?? new Set()).add(appClass))
  }
  for (const [peer, standing] of state.standings) state.standings.set(peer, withClasses(standing, name => classes.get(name) ?? new Set()))
}

/** A coordinator that knows its books and nothing else. */
export function freshState ({ signer, bootId, chance = chanceOf(bootId) }: BootIdentity, incarnation: number, config: CoordinatorConfig, ledger: Ledger): CoordinatorState {
  return {
    self: signer.self, signer, incarnation, bootId, chance, config, ledger, channels: new Map(), ahead: new Map(), accused: new Map(), redeemed: new Map(),
    doubleUses: new Map(), nettedElsewhere: new Map(), nettings: new Map(), netted: new Map(), nettingUntold: new Set(), unbooked: new Map(), belongings: new Map(),
    jobs: new Map(), workers: new Map(), standings: new Map(), incidents: [], evidence: new Map(), unpaid: new Map(), unhurried: new Unhurried(), batchId: 0, refereeing: new Set(), examining: new Set(), turnOfJob: 0, startedAt: 0
  }
}

async function loadChunks (store: Store, state: CoordinatorState, job: Job, now: number): Promise<void> {
  const task = await store.get(KEYS.task + job.record.id)
  if (task !== undefined) job.task = { ref: JSON.parse(task) as BlobRef }
  for await (const [, text] of prefixed(store, KEYS.chunks(job.record.id))) {
    const chunk = fromThePast(decodeChunk(text), now)
    if (chunk.state === 'DECIDED') Object.assign(chunk, { attempts: [], excluded: [], appFailures: [], nodeFailures: [] })
    job.chunks[chunk.index] = chunk
  }
  for await (const [id, text] of prefixed(store, KEYS.batches(job.record.id))) {
    const batch = untoldBatch(id, text)
    if (batch !== undefined) job.batches.set(id, batch)
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
        peer: attempt.worker, connected: false, inFlight: new Set<string>(), draining: false, overheadMs: 0, roundTripMs: 0, commits: [], warm: new Set<string>()
      }
      if (attempt.state === 'LEASED' || attempt.state === 'RUNNING') worker.inFlight.add(attemptKey(idOf(job, chunk, attempt)))
      state.workers.set(attempt.worker, worker)
    }
  }
}

async function * prefixed (store: Store, prefix: string): AsyncGenerator<readonly [string, string]> {
  for await (const [key, value] of store.range({ gte: prefix, lt: after(prefix) })) yield [key.slice(prefix.length), value]
}
