import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { peerIdFromString } from '@libp2p/peer-id'
import { NightshiftError } from '../errors.ts'
import type { Signer } from '../signer.ts'
import type { Message } from './control.ts'

const DOMAIN = Buffer.from('nightshift/control/1\0', 'utf8')
// DER headers that turn raw Ed25519 keys into what node:crypto imports
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

const SIGNATURE_BYTES = 64
/** Keys of peers kept at hand by one verifier. */
const KNOWN_KEYS = 1024

/** True for messages that money or blame may hang on; a frame that holds one must be signed. */
export function mustBeSigned (message: Message): boolean {
  return !isUnsignedKind(message) && !isUnknown(message)
}

function isUnsignedKind (message: Message): boolean {
  return message.heartbeat !== undefined || message.heartbeatAck !== undefined || message.log !== undefined
}

/** True when the body is of a kind this version does not know. */
function isUnknown (message: Message): boolean {
  for (const key in message) if (message[key as keyof Message] !== undefined) return false
  return true
}

export function digestOf (encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(encoded).digest())
}

/** Signs the messages of one frame from one peer to another, by their digests in order. */
export function signDigests (key: KeyObject, from: string, to: string, digests: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sign(null, signedBytes(from, to, digests), key))
}

export function verifyDigests (key: KeyObject, from: string, to: string, digests: readonly Uint8Array[], signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, signedBytes(from, to, digests), key, signature)
}

function signedBytes (from: string, to: string, digests: readonly Uint8Array[]): Buffer {
  return Buffer.concat([DOMAIN, Buffer.from(from, 'utf8'), Buffer.from(to, 'utf8'), ...digests])
}

/** The signing key of an Ed25519 identity. `seed`: its 32 private bytes. */
export function signingKey (seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed.subarray(0, 32)]), format: 'der', type: 'pkcs8' })
}

/**
 * The verification key inside a peer id.
 *
 * @throws NS_E_PROTOCOL when the id is not one of an Ed25519 identity
 */
export function verificationKey (peer: string): KeyObject {
  const raw = ed25519KeyOf(peer)
  if (raw === undefined) {
    throw new NightshiftError('NS_E_PROTOCOL', `the peer id ${peer.slice(0, 100)} is not one of an Ed25519 identity`, {
      remedy: 'run the peer with an Ed25519 identity, which is what this software makes'
    })
  }
  return createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' })
}

/** True for the peer id of an Ed25519 identity, which is what every node has. */
export function isPeerId (peer: string): boolean {
  return ed25519KeyOf(peer) !== undefined
}

function ed25519KeyOf (peer: string): Uint8Array | undefined {
  try {
    const id = peerIdFromString(peer)
    return id.type === 'Ed25519' ? id.publicKey.raw : undefined
  } catch {
    return undefined
  }
}

/** Signs with an Ed25519 identity. `seed`: its 32 private bytes. What is signed must begin with a domain tag of its own. */
export function nodeSigner (self: string, seed: Uint8Array): Signer {
  const key = signingKey(seed)
  return { self, sign: bytes => new Uint8Array(sign(null, bytes, key)), verify: verifySignature }
}

/** True when this is the peer's signature over these bytes. Needs nothing but the peer id, which contains the key. */
export function verifySignature (peer: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || ed25519KeyOf(peer) === undefined) return false
  return verify(null, bytes, verificationKey(peer), signature)
}

/** The same for many signatures of few peers: their keys are read once. */
export function peerVerifier (): Signer['verify'] {
  const keys = new Map<string, KeyObject>()
  return (peer, bytes, signature) => {
    if (signature.length !== SIGNATURE_BYTES) return false
    let key = keys.get(peer)
    if (key === undefined) {
      if (ed25519KeyOf(peer) === undefined) return false
      if (keys.size >= KNOWN_KEYS) keys.clear()
      keys.set(peer, key = verificationKey(peer))
    }
    return verify(null, bytes, key, signature)
  }
}

/** One message of a signed frame, and what proves who sent it to whom. */
export interface Evidence {
  readonly from: string
  readonly to: string
  readonly digests: readonly Uint8Array[]
  readonly signature: Uint8Array
  /** which of the digests is the message's */
  readonly index: number
  /** the message as it was on the wire */
  readonly messageBytes: Uint8Array
}

/** True when `from` signed a frame to `to` that holds exactly these bytes as its message `index`. Needs neither peer. */
export function verifyEvidence (evidence: Evidence): boolean {
  const { from, to, digests, signature, index, messageBytes } = evidence
  const digest = digests[index]
  if (digest === undefined || digests.some(({ length }) => length !== 32)) return false
  if (Buffer.compare(digestOf(messageBytes), digest) !== 0) return false
  try {
    return verifyDigests(verificationKey(from), from, to, digests, signature)
  } catch (error) {
    if (error instanceof NightshiftError) return false
    throw error
  }
}
