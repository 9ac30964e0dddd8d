import type { BlobRef } from '../model/store.ts'

export function toWire (ref: BlobRef) {
  return { sha256: Uint8Array.from(Buffer.from(ref.sha256, 'hex')), size: ref.size, inline: new Uint8Array() }
}

export function fromWire (ref: { sha256: Uint8Array, size: number }): BlobRef {
  return { sha256: Buffer.from(ref.sha256).toString('hex'), size: ref.size }
}
