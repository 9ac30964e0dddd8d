/** Why a worker's owner does not want it to work: now, or for somebody or something. */
export const OWNER_CODES = ['OWNER_PAUSED', 'FINISHING', 'OUTSIDE_HOURS', 'ON_BATTERY', 'MACHINE_IN_USE', 'OTHER_LOAD', 'TRAFFIC_QUOTA', 'DISK_QUOTA', 'OWNER_DENIES'] as const

/** Why something waits, was refused, or ended. Codes are stable; `text` is for a person and carries the figures compared. docs/codes.md explains each. */
export const REASON_CODES = [
  // a worker does not fit a job
  'PLATFORM_MISSING', 'CORES_TOO_FEW', 'MEMORY_TOO_SMALL', 'DISK_TOO_SMALL', 'GPU_MISSING',
  'ISOLATION_TOO_WEAK', 'NETWORK_REFUSED', 'OFFER_EXPIRED', 'FREE_TIME_TOO_SHORT', 'NOT_TRUSTED', 'NOT_ESTABLISHED', 'BANNED', 'CIRCUIT_OPEN', 'LEASES_EXPIRED',
  'ARCH_MISMATCH', 'NUMERIC_CLASS_DIFFERS', 'RUNTIME_MISSING', 'IMAGE_REFUSED',
  // a bid or an auction was lost
  'PRICE_TOO_HIGH', 'PRICE_REFUSED', 'PRICE_SCRIPT_FAILED', 'OUTSCORED', 'NOT_NEEDED', 'BID_LATE', 'BUSY', 'DRAINING', 'NO_ANSWER',
  // a job waits
  'NO_WORKERS', 'NO_MATCHING_WORKER', 'TOO_FEW_WORKERS', 'BUDGET_EXHAUSTED', 'PLATFORM_NOT_OFFERED',
  // a lease was declined or an attempt ended without a result
  'INPUT_UNAVAILABLE', 'SPEC_INVALID', 'STALE_INCARNATION', 'STALE_EPOCH', 'LEASE_EXPIRED', 'WORKER_GONE', 'SUPERSEDED', 'CHUNK_FAILED', 'JOB_ENDED',
  'LEASE_LOST', 'CANCELLED',
  // a worker does not obey a coordinator, or a coordinator does not trust its own books
  'TWO_COORDINATORS', 'CLAIM_INVALID', 'COORDINATOR_BEHIND', 'NOT_AGREED', 'CREDIT_LIMIT', 'COORDINATOR_UNFAIR', 'EQUIVOCATION', 'DOUBLE_USE', 'QUARANTINED',
  // a worker's owner does not want it now, or not at all
  ...OWNER_CODES,
  // what the task did
  'EXIT_NONZERO', 'TIMEOUT', 'MEMORY_EXCEEDED', 'OUTPUT_EXCEEDED', 'OUTPUT_INVALID', 'ENTRYPOINT_INVALID',
  'SANDBOX_CRASHED', 'SANDBOX_UNAVAILABLE', 'RESULT_UNAVAILABLE', 'IMAGE_UNAVAILABLE', 'ENGINE_GONE', 'DISK_FULL',
  // what verification found
  'EXAMINER_FAILED', 'CHECKER_REFUSES', 'ACCEPTED', 'WRONG_RESULT', 'BAD_REVEAL', 'NO_REVEAL', 'NO_AGREEMENT', 'BACKTRACKED'
] as const

export type ReasonCode = typeof REASON_CODES[number]

export interface Reason {
  readonly code: ReasonCode
  readonly text: string
}

export function reason (code: ReasonCode, text: string): Reason {
  return { code, text }
}
