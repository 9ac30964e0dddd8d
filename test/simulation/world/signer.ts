import { createHash } from 'node:crypto'
import type { Signer } from '../../../src/model/signer.ts'

/** Stands for Ed25519 where tens of thousands of signatures are made: nobody in a simulated world knows the secret of this function. */
export function simulatedSigner (name: string): Signer {
  return {
    self: name,
    sign: bytes => mark(name, bytes),
    verify: (peer, bytes, signature) => Buffer.compare(mark(peer, bytes), signature) === 0
  }
}

function mark (name: string, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha512').update(`simulated key of ${name}\0`).update(bytes).digest())
}
