/** Stable error codes people may search for and scripts may match on. docs/codes.md explains each. */
export const ERROR_CODES = [
  'NS_E_USAGE',
  'NS_E_MANIFEST_MISSING',
  'NS_E_MANIFEST_INVALID',
  'NS_E_BLOCK_UNKNOWN',
  'NS_E_BLOCK_INACTIVE',
  'NS_E_BLOCK_INVALID',
  'NS_E_TEMPLATE_INVALID',
  'NS_E_PARAMS_INVALID',
  'NS_E_INPUT_UNREADABLE',
  'NS_E_NO_CHUNKS',
  'NS_E_CHUNK_HOLE',
  'NS_E_CHUNK_NAME',
  'NS_E_NOT_DETERMINISTIC',
  'NS_E_ENGINE_FAILED',
  'NS_E_APP_FAILED',
  'NS_E_CHUNK_FAILED',
  'NS_E_JOB_UNKNOWN',
  'NS_E_JOB_STATE',
  'NS_E_JOB_TIMEOUT',
  'NS_E_ABORTED',
  'NS_E_NOT_PLACED',
  'NS_E_FUNDS',
  'NS_E_LEDGER',
  'NS_E_RECEIPT',
  'NS_E_BEHIND',
  'NS_E_SUPERSEDED',
  'NS_E_DATA_LOCKED',
  'NS_E_DATA_CORRUPT',
  'NS_E_QUARANTINED',
  'NS_E_DISK',
  'NS_E_NO_COORDINATOR',
  'NS_E_NO_WORKER',
  'NS_E_UNAUTHORIZED',
  'NS_E_PLATFORM',
  'NS_E_ISOLATION',
  'NS_E_BLOB_MISSING',
  'NS_E_BLOB_CORRUPT',
  'NS_E_PATH_UNSAFE',
  'NS_E_TOO_LARGE',
  'NS_E_PROTOCOL',
  'NS_E_UNREACHABLE',
  'NS_E_IMAGE',
  'NS_E_CLUSTER',
  'NS_E_CONFIG',
  'NS_E_INTERNAL'
] as const

export type ErrorCode = typeof ERROR_CODES[number]

/**
 * An error meant for a person: `message` says what happened and why, `remedy`
 * what to do next. `code` never changes its meaning between versions.
 */
export class NightshiftError extends Error {
  readonly code: ErrorCode
  readonly remedy: string | undefined

  constructor (code: ErrorCode, message: string, options: { remedy?: string, cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'NightshiftError'
    this.code = code
    this.remedy = options.remedy
  }
}

/** Any thrown value as a NightshiftError; unknown ones become `code` and keep their cause. */
export function asNightshiftError (value: unknown, code: ErrorCode = 'NS_E_INTERNAL'): NightshiftError {
  if (value instanceof NightshiftError) return value
  return new NightshiftError(code, errorMessage(value), { cause: value })
}

/** The message of any thrown value. libp2p rejects some waiters with a close event that carries the error. */
export function errorMessage (value: unknown): string {
  if (value instanceof Error) return value.message
  const inner = (value as { error?: unknown } | null | undefined)?.error
  if (inner instanceof Error) return inner.message
  return typeof value === 'string' ? value : 'unknown error'
}
