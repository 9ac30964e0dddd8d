import { NightshiftError } from '../model/errors.ts'

/** What a peer did that ends its connection. */
export type FaultReason =
  | 'FRAME_TOO_LARGE' | 'FRAME_TRUNCATED' | 'FRAME_MALFORMED' | 'MESSAGE_INVALID'
  | 'SIGNATURE_MISSING' | 'SIGNATURE_INVALID' | 'IDENTITY_UNSUPPORTED'
  | 'HELLO_MISSING' | 'HELLO_REPEATED' | 'VERSION_MISMATCH' | 'DEADLINE_PASSED' | 'MISBEHAVED'

/** Faults that happen to honest peers too, and so do not count towards a ban. */
const FORGIVEN: ReadonlySet<FaultReason> = new Set(['VERSION_MISMATCH', 'DEADLINE_PASSED'])

/** A breach of the protocol by a peer. Ends its connection, never the node. */
export class PeerFault extends NightshiftError {
  readonly reason: FaultReason

  constructor (reason: FaultReason, message: string, cause?: unknown) {
    super('NS_E_PROTOCOL', message, { cause })
    this.name = 'PeerFault'
    this.reason = reason
  }

  /** Whether repeating this earns a ban. */
  get offence (): boolean {
    return !FORGIVEN.has(this.reason)
  }
}

/** libp2p rejects some waiters with a close event instead of an error. */
export function toError (value: unknown): Error {
  if (value instanceof Error) return value
  const inner = (value as { error?: unknown } | null | undefined)?.error
  return inner instanceof Error ? inner : new Error('the stream was closed')
}
