import { FairQueue } from '../market/fair-share.ts'
import { NightshiftError } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import { attemptKey } from '../model/ids.ts'
import { Unhurried } from '../model/messages/unhurried.ts'
import type { Signer } from '../model/signer.ts'
import type { OwnerCommand } from './owner/conditions.ts'
import { decodeDay } from './day-ledger.ts'
import type { Day } from './day-ledger.ts'
import { freshOwner } from './owner/state.ts'
import { loadBooks } from './books.ts'
import { KEYS } from './keys.ts'
import { machineOf } from './machine.ts'
import { PriceLines } from './price-lines.ts'
import { decodeAttempt, decodeEarnings } from './records.ts'
import type { Offered, Outcome, WorkerAttempt, WorkerConfig, WorkerState, Earnings } from './state.ts'

/** Reads a worker's state back: results it is bound to, what it earned, and what it keeps of coordinators. */
export async function loadWorker (store: Store, signer: Signer, config: WorkerConfig, offered: Offered): Promise<WorkerState> {
  const attempts = new Map<string, WorkerAttempt>()
  for await (const [, text] of prefixed(store, KEYS.attempt)) {
    const attempt = decodeAttempt(text)
    if (cannotAttest(attempt)) continue
    attempts.set(`${attempt.coordinator}/${attemptKey(attempt.id)}`, attempt)
  }
  const { books, earnings } = await loadLife(store, signer)
  const stranger = [...books.values()].flatMap(({ channel }) => channel.kept).find(({ receipt }) => receipt.payee !== signer.self)
  // it would take every coordinator that knows nothing of its new name for one that lost its books
  if (stranger !== undefined) throw new NightshiftError('NS_E_CONFIG', `the books in this data folder are those of ${stranger.receipt.payee}, and its identity.key makes this node ${signer.self}`, { remedy: 'put the identity.key back that belongs to them; without it choose another --data for the new node' })
  const days = new Map<string, Day>()
  for await (const [date, text] of prefixed(store, KEYS.day)) days.set(date, decodeDay(text))
  const fresh = freshWorker(signer, config, offered)
  const command = await store.get(KEYS.ownerCommand)
  if (command !== undefined) fresh.owner.command = JSON.parse(command) as OwnerCommand
  return { ...fresh, books, attempts, earnings, days, offerSeq: Number(await store.get(KEYS.offerSeq) ?? '0') }
}

/** What a worker keeps of the coordinators it ever worked for. */
export async function loadLife (store: Store, signer: Signer) {
  const books = await loadBooks(signer.self, signer, { books: prefixed(store, KEYS.book), receipts: prefixed(store, KEYS.receipt) })
  const earnings = new Map<string, Earnings>()
  for await (const [peer, text] of prefixed(store, KEYS.earnings)) earnings.set(peer, decodeEarnings(text))
  return { books, earnings, store, signer }
}

/** Results of older versions that were not accepted yet: what they ran was not kept, so they cannot be shown and run again elsewhere. */
function cannotAttest ({ state, outcome }: WorkerAttempt): boolean {
  return state !== 'ACCEPTED' && (outcome as Partial<Outcome> | undefined)?.ran === undefined
}

/** A worker that knows nobody yet. */
export function freshWorker (signer: Signer, config: WorkerConfig, offered: Offered): WorkerState {
  return {
    self: signer.self,
    signer,
    config,
    coordinators: new Map(),
    books: new Map(),
    attempts: new Map(),
    ended: new Set(),
    earnings: new Map(),
    days: new Map(),
    owner: freshOwner({ cores: config.cores, memoryMiB: config.memoryMiB, tasks: config.slots }),
    draws: new Map(),
    noted: new Set(),
    told: new Set(),
    auctions: new Map(),
    queue: new FairQueue(),
    unhurried: new Unhurried(),
    ends: [],
    awaitedPrices: new PriceLines(),
    offered,
    machine: machineOf(config),
    failedImages: new Map(),
    offerSeq: 0,
    draining: false
  }
}

async function * prefixed (store: Store, prefix: string): AsyncGenerator<readonly [string, string]> {
  for await (const [key, value] of store.range({ gte: prefix, lt: prefix.slice(0, -1) + '0' })) yield [key.slice(prefix.length), value]
}
