import { attemptKey } from '../model/ids.ts'
import type { AttemptId } from '../model/ids.ts'

/** The worker's part of its store. */
export const KEYS = {
  attempt: 'attempt/',
  /** what is kept of a coordinator, and its latest receipts */
  book: 'book/',
  receipt: 'receipt/',
  /** the results each of these receipts pays for */
  work: 'work/',
  earnings: 'earnings/',
  day: 'day/',
  ownerCommand: 'worker/owner-command',
  offerSeq: 'worker/offer-seq'
} as const

/** Attempts of two coordinators never meet: the coordinator's id is part of the key. */
export function localKey (coordinator: string, id: AttemptId): string {
  return `${coordinator}/${attemptKey(id)}`
}
