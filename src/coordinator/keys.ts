import { sortable } from '../model/ids.ts'

/** The coordinator's part of the store; the ledger keeps its own keys beside it. */
export const KEYS = {
  incarnation: 'coordinator/incarnation',
  job: 'job/',
  chunk: (jobId: string, index: number): string => `chunk/${jobId}/${sortable(index)}`,
  chunks: (jobId: string): string => `chunk/${jobId}/`,
  result: (jobId: string, index: number): string => `result/${jobId}/${sortable(index)}`,
  results: (jobId: string): string => `result/${jobId}/`,
  /** the job's static part, written once */
  spec: 'spec/',
  task: 'task/',
  outputs: 'outputs/',
  standing: 'standing/',
  incident: 'incident/',
  block: 'block/',
  tag: 'tag/'
} as const

/** The bound after every key that starts with `prefix`, which ends in `/`. */
export function after (prefix: string): string {
  return prefix.slice(0, -1) + '0'
}
