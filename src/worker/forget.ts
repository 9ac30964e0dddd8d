import type { BlobRef } from '../model/store.ts'
import { KEYS } from './keys.ts'
import type { WorkerAttempt, WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** Ended attempts remembered, so that a lease said twice is not run, and paid for, twice. */
const ENDED_KEPT = 10_000

/** Forgets an attempt and the content only it needed. The app's bundle stays cached. */
export function remove (turn: WorkerTurn, key: string, attempt: WorkerAttempt): void {
  const { attempts, ended } = turn.state
  attempts.delete(key)
  ended.add(key)
  for (const oldest of ended) {
    if (ended.size <= ENDED_KEPT) break
    ended.delete(oldest)
  }
  if (attempt.outcome !== undefined) turn.put(KEYS.attempt + key, undefined)
  turn.forget([attempt.input, ...resultContent(attempt)].filter(ref => ref.size > 0).map(ref => ref.sha256))
}

/** The end of a turn: of what its events let go, only that goes which no attempt needs once all of them are counted. */
export function forgetUnneeded (turn: WorkerTurn): void {
  if (turn.forgotten.size === 0) return
  const needed = neededContent(turn.state)
  const hashes = [...turn.forgotten].filter(sha256 => !needed.has(sha256))
  turn.forgotten.clear()
  if (hashes.length > 0) turn.effect({ kind: 'forget', hashes })
}

function neededContent (state: WorkerState): ReadonlySet<string> {
  const needed = new Set<string>()
  for (const attempt of state.attempts.values()) {
    for (const ref of [attempt.spec, attempt.input, ...resultContent(attempt)]) needed.add(ref.sha256)
  }
  return needed
}

function resultContent ({ outcome }: WorkerAttempt): readonly BlobRef[] {
  if (outcome === undefined) return []
  return outcome.manifest === undefined ? outcome.files : [...outcome.files, outcome.manifest]
}
