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

/** What to do about an error whose maker knows nothing better. */
const USUAL_REMEDY: Readonly<Record<ErrorCode, string>> = {
  NS_E_USAGE: 'correct what the sentence names; --help shows what a command takes',
  NS_E_MANIFEST_MISSING: 'name the block\'s folder, or make one with "nightshift app new"',
  NS_E_MANIFEST_INVALID: 'correct manifest.json; "nightshift app validate" checks it without running it',
  NS_E_BLOCK_UNKNOWN: '"nightshift app list" and "nightshift engine list" show what there is',
  NS_E_BLOCK_INACTIVE: 'activate it with "nightshift app activate" or "nightshift engine activate"',
  NS_E_BLOCK_INVALID: 'correct the block; "nightshift app validate" checks it without running it',
  NS_E_TEMPLATE_INVALID: 'correct the template',
  NS_E_PARAMS_INVALID: 'correct the parameters',
  NS_E_INPUT_UNREADABLE: 'check the path and who may read it',
  NS_E_NO_CHUNKS: 'check that the input is not empty and that the partitioner\'s parameters fit it',
  NS_E_CHUNK_HOLE: 'correct the partitioner: it numbers its chunks 0, 1, 2 and so on',
  NS_E_CHUNK_NAME: 'correct the partitioner: it names its chunks data_0.bin, data_1.bin and so on',
  NS_E_NOT_DETERMINISTIC: 'remove the cause, or declare another determinism in the manifest',
  NS_E_ENGINE_FAILED: '"nightshift job logs" shows what it printed; correct it, then "nightshift job retry"',
  NS_E_APP_FAILED: '"nightshift job logs" shows what it printed; correct it, then "nightshift job retry"',
  NS_E_CHUNK_FAILED: 'remove the cause, then "nightshift job retry"',
  NS_E_JOB_UNKNOWN: '"nightshift job list" shows all jobs',
  NS_E_JOB_STATE: '"nightshift job describe" shows where the job stands',
  NS_E_JOB_TIMEOUT: 'raise --job-timeout, or add workers',
  NS_E_ABORTED: 'ask again if it was not meant to end',
  NS_E_NOT_PLACED: '"nightshift job explain" shows what is missing',
  NS_E_FUNDS: '"nightshift wallet balance" shows what is there',
  NS_E_LEDGER: '"nightshift ledger verify" shows whether the books are whole',
  NS_E_RECEIPT: 'get the document again from whoever made it',
  NS_E_BEHIND: '"nightshift status" says since when and what to do',
  NS_E_SUPERSEDED: 'keep the other process; if there is none, start this one with --adopt-receipts',
  NS_E_DATA_LOCKED: 'stop the other node, or choose another --data',
  NS_E_DATA_CORRUPT: 'see "nightshift ledger verify", then "nightshift ledger repair --from-mirror"',
  NS_E_QUARANTINED: '"nightshift status" says why and what to do',
  NS_E_DISK: 'free some space or see to the disk, then start again',
  NS_E_NO_COORDINATOR: 'start one with "nightshift up" or "nightshift coordinator", or name its folder with --data',
  NS_E_NO_WORKER: 'start one with "nightshift worker", or name its folder with --data',
  NS_E_UNAUTHORIZED: 'ask as somebody who may have it: the token is in api.json of the node\'s data folder',
  NS_E_PLATFORM: '"nightshift doctor" shows what this machine can run, and why not more',
  NS_E_ISOLATION: 'install bubblewrap, or accept less with --allow-process-isolation',
  NS_E_BLOB_MISSING: 'upload it, or ask, again',
  NS_E_BLOB_CORRUPT: 'fetch it again, or from another peer',
  NS_E_PATH_UNSAFE: 'use relative paths of ordinary names',
  NS_E_TOO_LARGE: 'make it smaller',
  NS_E_PROTOCOL: 'check that both peers run the same version of the software',
  NS_E_UNREACHABLE: 'check the address and the connection, then try again',
  NS_E_IMAGE: 'check the image\'s name and tag, or the file it comes from',
  NS_E_CLUSTER: 'see "nightshift status", and the logs of its nodes in its folder',
  NS_E_CONFIG: 'change the setting that the sentence names',
  NS_E_INTERNAL: 'this is a defect: report it with the node\'s log, and with the cause that NIGHTSHIFT_DEBUG=1 prints'
}

/**
 * An error meant for a person: `message` says what happened and why, `remedy`
 * what to do next. `code` never changes its meaning between versions.
 */
export class NightshiftError extends Error {
  readonly code: ErrorCode
  readonly remedy: string

  constructor (code: ErrorCode, message: string, options: { remedy?: string, cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'NightshiftError'
    this.code = code
    this.remedy = options.remedy ?? USUAL_REMEDY[code]
  }
}

/** Any thrown value as a NightshiftError; unknown ones become `code` and keep their cause. */
export function asNightshiftError (value: unknown, code: ErrorCode = 'NS_E_INTERNAL'): NightshiftError {
  if (value instanceof NightshiftError) return value
  return new NightshiftError(code, errorMessage(value), { cause: value })
}

/** What is told of any thrown value, over the API and as JSON. */
export function errorView (value: unknown): Pick<NightshiftError, 'code' | 'message' | 'remedy'> {
  const { code, message, remedy } = asNightshiftError(value)
  return { code, message, remedy }
}

/** The message of any thrown value. libp2p rejects some waiters with a close event that carries the error. */
export function errorMessage (value: unknown): string {
  if (value instanceof Error) return value.message
  const inner = (value as { error?: unknown } | null | undefined)?.error
  if (inner instanceof Error) return inner.message
  return typeof value === 'string' ? value : 'unknown error'
}
