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
