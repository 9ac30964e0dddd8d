import type { Message } from '../model/messages/control.ts'
import type { Write } from '../model/store.ts'
import { peerAccount } from '../ledger/accounts.ts'
import type { PostedHold } from '../ledger/payer.ts'
import type { Command, EntryTransfer } from '../ledger/transfers.ts'
import type { CoordinatorEffect } from './events.ts'
import { encodeChunk, encodeJob } from './records.ts'
import { KEYS } from './keys.ts'
import { sortable } from '../model/ids.ts'
import type { Chunk, CoordinatorState, Incident, Job } from './state.ts'
import type { Standing } from '../verification/reputation.ts'

const PEER = peerAccount('')
interface RevealItem { readonly jobId: string, readonly chunk: number, readonly epoch: number, readonly commitment: string }
/** `drawFollows`: they are a whole batch, whose worker is shown later what of it was audited. */
interface RevealGroup { readonly worker: string, readonly drawFollows: boolean, readonly items: RevealItem[] }

/**
 * One turn of the coordinator: the events of a moment and everything they
 * decided. Writes are merged (the last value of a key wins) into one synced
 * batch; messages and effects leave only after it.
 */
export class Turn {
  readonly now: number
  readonly state: CoordinatorState
  readonly sends: { readonly peer: string, readonly message: Message }[] = []
  readonly effects: CoordinatorEffect[] = []
  /** reveal requests of this turn, by worker and batch: one message each */
  readonly reveals = new Map<string, RevealGroup>()
  /** holds this turn posted, by worker */
  readonly posted = new Map<string, PostedHold[]>()
  /** workers that may get a receipt at the end of the turn */
  readonly receiptsDue = new Set<string>()
  readonly #writes = new Map<string, Write>()
  readonly #dirtyChunks = new Map<Chunk, Job>()
  readonly #dirtyJobs = new Set<Job>()

  constructor (state: CoordinatorState, now: number) {
    this.state = state
    this.now = now
  }

  put (key: string, value: string | undefined): void {
    this.#writes.set(key, { key, value })
  }

  send (peer: string, message: Message): void {
    if (peer !== this.state.self) this.sends.push({ peer, message })
  }

  /** Says something that can wait for the next frame to this peer, or for a tick. */
  sendWithNext (peer: string, message: Message): void {
    if (peer !== this.state.self) this.state.unhurried.add(peer, message, this.now)
  }

  /** What waits for these peers leaves, before anything else that is said to them in this turn. */
  hurry (peers: Iterable<string>): void {
    for (const peer of peers) this.sends.unshift(...this.state.unhurried.take(peer).map(message => ({ peer, message })))
  }

  /** Asks for a result at the end of the turn, together with the others of the same worker and batch. */
  askReveal (worker: string, batch: string, item: RevealItem, { drawFollows = false } = {}): void {
    const key = `${worker} ${batch}`
    const asked = this.reveals.get(key) ?? { worker, drawFollows, items: [] }
    this.reveals.set(key, asked)
    asked.items.push(item)
  }

  effect (effect: CoordinatorEffect): void {
    this.effects.push(effect)
  }

  /** Applies a command to the books; its writes join this turn's batch. */
  book (command: Omit<Command, 'at' | 'incarnation'>): void {
    const { entry, writes } = this.state.ledger.apply({ ...command, at: this.now, incarnation: this.state.incarnation })
    for (const write of writes) this.#writes.set(write.key, write)
    for (const transfer of entry?.transfers ?? []) this.#collectPost(transfer)
  }

  /** Vouches for the books as they are, in the batch that makes them so. */
  checkpoint (): void {
    const { ledger, signer } = this.state
    for (const write of ledger.takeCheckpoint(this.now, signer)) this.#writes.set(write.key, write)
    this.effects.push({ kind: 'checkpointed', seq: ledger.head.seq })
  }

  #collectPost ({ kind, holdId, credit, amount }: EntryTransfer): void {
    if (kind !== 'post' || holdId === undefined || !credit.startsWith(PEER)) return
    const worker = credit.slice(PEER.length)
    const holds = this.posted.get(worker) ?? []
    holds.push({ holdId, amount: BigInt(amount) })
    this.posted.set(worker, holds)
  }

  saveChunk (job: Job, chunk: Chunk): void {
    this.#dirtyChunks.set(chunk, job)
    this.#dirtyJobs.add(job)
  }

  saveJob (job: Job): void {
    this.#dirtyJobs.add(job)
  }

  saveStanding (standing: Standing): void {
    this.state.standings.set(standing.peer, standing)
    this.put(KEYS.standing + standing.peer, JSON.stringify(standing))
  }

  saveIncident (incident: Incident): void {
    this.state.incidents.push(incident)
    this.put(`${KEYS.incident}${sortable(incident.at)}/${incident.jobId}/${incident.chunk}/${incident.epoch}`, JSON.stringify(incident))
  }

  /** All writes of the turn, one per key. */
  writes (): Write[] {
    for (const [chunk, job] of this.#dirtyChunks) {
      this.put(KEYS.chunk(job.record.id, chunk.index), encodeChunk(chunk))
      if (chunk.state === 'DECIDED') retire(chunk)
    }
    for (const job of this.#dirtyJobs) {
      this.put(KEYS.job + job.record.id, encodeJob(job.record))
      this.effects.push({ kind: 'changed', jobId: job.record.id })
    }
    this.#dirtyChunks.clear()
    this.#dirtyJobs.clear()
    // each value is made once, here
    return [...this.#writes.values()].map(({ key, value }) => ({ key, value }))
  }
}

/** A decided chunk keeps only its value in memory; its attempts stay in the store. */
function retire (chunk: Chunk): void {
  chunk.attempts = []
  chunk.excluded = []
  chunk.appFailures = []
  chunk.nodeFailures = []
}
