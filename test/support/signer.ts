import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { signingKey } from '../../src/model/messages/signing.ts'
import type { Signer } from '../../src/model/signer.ts'

const keys = new Map<string, { readonly own: KeyObject, readonly all: KeyObject }>()

function keyOf (name: string) {
  const known = keys.get(name)
  if (known !== undefined) return known
  const own = signingKey(createHash('sha256').update(`test key of ${name}`).digest())
  const made = { own: createPrivateKey(own.export({ type: 'pkcs8', format: 'pem' })), all: createPublicKey(own) }
  keys.set(name, made)
  return made
}

/** Real Ed25519 signatures for peers that are called by plain names. */
export function namedSigner (name: string): Signer {
  return {
    self: name,
    sign: bytes => new Uint8Array(sign(null, bytes, keyOf(name).own)),
    verify: (peer, bytes, signature) => signature.length === 64 && verify(null, bytes, keyOf(peer).all, signature)
  }
}
