import type { Store } from '../model/store.ts'
import { attemptKey } from '../model/ids.ts'
import { KEYS } from './keys.ts'
import { decodeAttempt, decodeEarnings } from './records.ts'
import type { Offered, WorkerAttempt, WorkerConfig, WorkerState, Earnings } from './state.ts'

/** Reads a worker's state back: results it is bound to, what it earned, and which incarnations it has seen. */
export async function loadWorker (store: Store, self: string, config: WorkerConfig, offered: Offered): Promise<WorkerState> {
  const attempts = new Map<string, WorkerAttempt>()
  for await (const [, text] of prefixed(store, KEYS.attempt)) {
    const attempt = decodeAttempt(text)
    attempts.set(`${attempt.coordinator}/${attemptKey(attempt.id)}`, attempt)
  }
  const incarnations = new Map<string, number>()
  for await (const [peer, text] of prefixed(store, KEYS.incarnation)) incarnations.set(peer, Number(text))
  const earnings = new Map<string, Earnings>()
  for await (const [peer, text] of prefixed(store, KEYS.earnings)) earnings.set(peer, decodeEarnings(text))
  return {
    self,
    config,
    coordinators: new Map(),
    incarnations,
    attempts,
    ended: new Set(),
    earnings,
    offered,
    failedImages: new Map(),
    offerSeq: Number(await store.get(KEYS.offerSeq) ?? '0'),
    draining: false
  }
}

async function * prefixed (store: Store, prefix: string): AsyncGenerator<readonly [string, string]> {
  for await (const [key, value] of store.range({ gte: prefix, lt: prefix.slice(0, -1) + '0' })) yield [key.slice(prefix.length), value]
}
