import type { BlobRef } from '../model/store.ts'
import type { Evidence } from '../verification/evidence.ts'
import type { Attempt, Chunk, JobRecord } from './state.ts'

/** What another coordinator said, and when it was heard, milliseconds. */
export interface Hearsay { readonly at: number, readonly evidence: Evidence }

type StoredAttempt = Omit<Attempt, 'price'> & { readonly price: string }
type StoredJob = Omit<JobRecord, 'spec' | 'budget' | 'maxPrice' | 'spent'> & { readonly budget: string, readonly maxPrice: string, readonly spent: string }

/** The changing part of a job; its specification has a key of its own because it never changes. */
export function encodeJob (record: JobRecord): string {
  const { spec: _, ...rest } = record
  return JSON.stringify({ ...rest, budget: record.budget.toString(), maxPrice: record.maxPrice.toString(), spent: record.spent.toString() })
}

export function decodeJob (text: string, spec: JobRecord['spec']): JobRecord {
  const stored = JSON.parse(text) as StoredJob
  // records of older versions paid with the verdict
  return { ...stored, verified: (stored as Partial<StoredJob>).verified ?? stored.decided, strangers: (stored as Partial<StoredJob>).strangers ?? 0, checks: (stored as Partial<StoredJob>).checks ?? { batches: 0, audits: 0, backtracked: 0, comparisons: 0, disagreements: 0 }, spec, budget: BigInt(stored.budget), maxPrice: BigInt(stored.maxPrice), spent: BigInt(stored.spent) }
}

export function encodeChunk (chunk: Chunk): string {
  return JSON.stringify({ ...chunk, attempts: chunk.attempts.map(attempt => ({ ...attempt, price: attempt.price.toString() })) })
}

export function decodeChunk (text: string): Chunk {
  const stored = JSON.parse(text) as Omit<Chunk, 'attempts'> & { attempts: StoredAttempt[] }
  return { ...stored, attempts: stored.attempts.map(attempt => ({ ...attempt, price: BigInt(attempt.price) })) }
}

/** The longest wait after a failure or for content, milliseconds. */
const LONGEST_WAIT_MS = 300_000

/**
 * A chunk as it was read at a start: what a clock that was ahead noted for later than now counts as of now. Otherwise
 * nothing of it would come due, for as long as the clock was set back.
 */
export function fromThePast (chunk: Chunk, now: number): Chunk {
  const past = (at: number): number => Math.min(at, now)
  const wait = (until: number): number => Math.min(until, now + LONGEST_WAIT_MS)
  return {
    ...chunk,
    ...chunk.storedAt === undefined ? {} : { storedAt: past(chunk.storedAt) },
    ...chunk.notBefore === undefined ? {} : { notBefore: wait(chunk.notBefore) },
    attempts: chunk.attempts.map(attempt => ({
      ...attempt,
      leasedAt: past(attempt.leasedAt),
      ...attempt.committedAt === undefined ? {} : { committedAt: past(attempt.committedAt) },
      ...attempt.slotFreeAt === undefined ? {} : { slotFreeAt: past(attempt.slotFreeAt) },
      ...attempt.revealAskedAt === undefined ? {} : { revealAskedAt: past(attempt.revealAskedAt) },
      ...attempt.retryAt === undefined ? {} : { retryAt: wait(attempt.retryAt) }
    }))
  }
}

export function encodeHearsay (hearsay: Hearsay): string {
  return JSON.stringify(hearsay)
}

export function decodeHearsay (text: string): Hearsay {
  const stored = JSON.parse(text) as Hearsay | Evidence
  // older versions kept no time
  return 'evidence' in stored ? stored : { at: 0, evidence: stored }
}

export function newChunk (index: number, input: BlobRef, quorum: number): Chunk {
  return { index, input, state: 'PENDING', epoch: 0, attempts: [], quorum, excluded: [], appFailures: [], nodeFailures: [], disputed: false }
}
