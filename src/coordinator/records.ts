import type { BlobRef } from '../model/store.ts'
import type { Attempt, Chunk, JobRecord } from './state.ts'

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
  return { ...stored, verified: (stored as Partial<StoredJob>).verified ?? stored.decided, spec, budget: BigInt(stored.budget), maxPrice: BigInt(stored.maxPrice), spent: BigInt(stored.spent) }
}

export function encodeChunk (chunk: Chunk): string {
  return JSON.stringify({ ...chunk, attempts: chunk.attempts.map(attempt => ({ ...attempt, price: attempt.price.toString() })) })
}

export function decodeChunk (text: string): Chunk {
  const stored = JSON.parse(text) as Omit<Chunk, 'attempts'> & { attempts: StoredAttempt[] }
  return { ...stored, attempts: stored.attempts.map(attempt => ({ ...attempt, price: BigInt(attempt.price) })) }
}

export function newChunk (index: number, input: BlobRef, quorum: number): Chunk {
  return { index, input, state: 'PENDING', epoch: 0, attempts: [], quorum, excluded: [], appFailures: [], nodeFailures: [], disputed: false }
}
