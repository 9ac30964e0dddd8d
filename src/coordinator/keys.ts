import { sortable } from '../model/ids.ts'

/** The coordinator's part of the store; the ledger keeps its own keys beside it. */
export const KEYS = {
  incarnation: 'coordinator/incarnation',
  job: 'job/',
  chunk: (jobId: string, index: number): string => `chunk/${jobId}/${sortable(index)}`,
  chunks: (jobId: string): string => `chunk/${jobId}/`,
  result: (jobId: string, index: number): string => `result/${jobId}/${sortable(index)}`,
  /** what was drawn of each batch, and whether its worker was told */
  batch: (jobId: string, id: string): string => `batch/${jobId}/${id}`,
  batches: (jobId: string): string => `batch/${jobId}/`,
  results: (jobId: string): string => `result/${jobId}/`,
  /** the job's static part, written once */
  spec: 'spec/',
  task: 'task/',
  outputs: 'outputs/',
  standing: 'standing/',
  incident: 'incident/',
  /** what other coordinators have against workers */
  evidence: 'evidence/',
  block: 'block/',
  tag: 'tag/',
  /** channel to a worker: what of its account is in receipts */
  channel: 'channel/',
  /** receipts not acknowledged yet, and the last one that was */
  receipt: 'receipt/',
  acked: 'acked/',
  /** receipts of ours that the books do not know */
  ahead: 'ahead/',
  /** payers proven to have signed contradicting receipts */
  proof: 'proof/',
  /** the last redemption of a channel, when this node is a bank to others */
  redeemed: 'redeemed/',
  /** what netting took from a channel, when this node is a bank to its payer */
  nettedElsewhere: 'netted-elsewhere/',
  /** agreements with another coordinator */
  netting: 'netting/',
  /** the last agreement by which a worker is owed less */
  netted: 'netted/',
  /** whose a worker is, by its own word */
  belonging: 'belonging/',
  /** proofs that what was netted of a channel was redeemed as well */
  doubleUse: 'double-use/'
} as const

/** The bound after every key that starts with `prefix`, which ends in `/`. */
export function after (prefix: string): string {
  return prefix.slice(0, -1) + '0'
}
