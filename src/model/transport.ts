import type { Hello, Message } from './messages/control.ts'
import type { Reachability } from './reachability.ts'
import type { BlobRef, BlobStore } from './store.ts'

/** A frame as it came off the wire, with the signature that makes it evidence. */
export interface ReceivedFrame {
  readonly peer: string
  /** one without a known body is of a later version and to be ignored */
  readonly messages: readonly Message[]
  /** the messages as they were on the wire, for evidence */
  readonly encoded: readonly Uint8Array[]
  /** SHA-256 of each encoded message, in order; what the frame's signature covers. Empty when the frame needed no signature and has none. */
  readonly digests: readonly Uint8Array[]
  readonly signature: Uint8Array
}

export interface TransportEvents {
  /** A control stream to this peer is ready; called again after every reconnect. */
  onPeerUp: (peer: string, hello: Hello) => void
  onPeerDown: (peer: string, why: string) => void
  onFrame: (frame: ReceivedFrame) => void
}

/** What a connected peer said of itself when its control stream opened. */
export interface PeerIntroduction {
  readonly peer: string
  readonly role: string
  /** program and version, e.g. `nightshift/0.1.0` */
  readonly agent: string
  /** its clock less ours at this moment, milliseconds, half a round trip taken off; absent for peers that do not tell the time */
  readonly clockAheadMs?: number
}

/** A peer this node was told to stay connected to, and is not. */
export interface UnreachedPeer {
  /** those it was told, the one to be tried next first */
  readonly addresses: readonly string[]
  readonly peer?: string
  /** first failure since it was connected, milliseconds since the epoch */
  readonly since: number
  /** what came of the last attempt */
  readonly why: string
  /** what its owner can do about it, where that is known */
  readonly remedy?: string
}

/** The node's connections: ordered control messages per peer, and content by hash. */
export interface Transport {
  /** this node's peer id, stable across restarts */
  readonly self: string
  /** addresses this node listens on, was told to announce, or can be reached at, with its peer id */
  readonly addresses: () => readonly string[]
  /** whether others can dial it */
  readonly reachability: () => Reachability
  readonly peers: () => readonly string[]
  readonly introductions: () => readonly PeerIntroduction[]
  /** of the peers it was told to dial, those it is not connected to, and why */
  readonly unreached: () => readonly UnreachedPeer[]
  /** bytes in and out since it was opened */
  readonly traffic: () => number
  /** control frames in and out since it was opened */
  readonly frames: () => number
  /** Smoothed round-trip time to a peer in milliseconds, undefined while unknown. */
  readonly rtt: (peer: string) => number | undefined
  /**
   * Queues a message for a peer. Messages of one turn of the event loop leave in
   * one signed frame, in order. Returns false when no control stream is up or its
   * queue is full: the caller's own retry (heartbeat, re-lease) covers it.
   */
  send: (peer: string, message: Message) => boolean
  /** Pulls content by hash from a peer into the store, verified. Throws NS_E_BLOB_MISSING, NS_E_BLOB_CORRUPT, NS_E_UNREACHABLE. */
  fetch: (peer: string, ref: BlobRef, into: BlobStore, signal: AbortSignal) => Promise<void>
  /** Closes the control stream and connection to a misbehaving peer. */
  disconnect: (peer: string, why: string) => Promise<void>
  close: () => Promise<void>
}
