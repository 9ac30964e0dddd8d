/**
 * A node's signature and the check of anybody's. Signing is synchronous and
 * deterministic (Ed25519), so that the core may sign within a turn.
 */
export interface Signer {
  /** peer id whose key `sign` uses */
  readonly self: string
  readonly sign: (bytes: Uint8Array) => Uint8Array
  /** False for anything that is not this peer's signature over these bytes; never throws. */
  readonly verify: (peer: string, bytes: Uint8Array, signature: Uint8Array) => boolean
}
