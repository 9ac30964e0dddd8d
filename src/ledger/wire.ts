import type { BootClaim, Equivocation, Netting as WireNetting, Receipt as WireReceipt } from '../model/messages/control.ts'
import type { Signer } from '../model/signer.ts'
import type { EquivocationProof } from './equivocation.ts'
import { encodeNetting, openNetting } from './netting.ts'
import type { SignedNetting } from './netting.ts'
import { openReceipt } from './receipts.ts'
import type { SignedReceipt } from './receipts.ts'

/** A receipt as it travels: the very bytes that were signed. `countersignature`: hex, when its payee is shown what it had. */
export function receiptToWire ({ body, signature }: Pick<SignedReceipt, 'body' | 'signature'>, countersignature = ''): WireReceipt {
  return { body: new Uint8Array(Buffer.from(body, 'utf8')), signature: bytes(signature), countersignature: bytes(countersignature) }
}

/** Throws NS_E_RECEIPT for one that is malformed or not signed by its payer. */
export function receiptFromWire (wire: WireReceipt, signer: Pick<Signer, 'verify'>): SignedReceipt {
  return openReceipt(Buffer.from(wire.body).toString('utf8'), hex(wire.signature), signer)
}

export function proofToWire (proof: EquivocationProof): Equivocation {
  return { payer: proof.payer, first: receiptToWire(proof.first), second: receiptToWire(proof.second) }
}

/** What it is made of, and whether it proves anything, is for `checkProof`. */
export function proofFromWire (payer: string, first: WireReceipt, second: WireReceipt): EquivocationProof {
  const plain = ({ body, signature }: WireReceipt) => ({ body: Buffer.from(body).toString('utf8'), signature: hex(signature) })
  return { payer, first: plain(first), second: plain(second) }
}

/** An agreement as it travels: the very text of its document. */
export function nettingToWire (signed: SignedNetting): WireNetting {
  return { document: new Uint8Array(Buffer.from(encodeNetting(signed), 'utf8')) }
}

/** Throws NS_E_RECEIPT for one that is malformed or not signed by those it names. */
export function nettingFromWire (wire: WireNetting, signer: Pick<Signer, 'verify'>): SignedNetting {
  return openNetting(Buffer.from(wire.document).toString('utf8'), signer)
}

export function claimToWire (claim: { readonly incarnation: number, readonly bootId: string, readonly signature: string }): BootClaim {
  return { incarnation: claim.incarnation, bootId: bytes(claim.bootId), signature: bytes(claim.signature) }
}

export function claimFromWire (wire: BootClaim): { readonly incarnation: number, readonly bootId: string, readonly signature: string } {
  return { incarnation: wire.incarnation, bootId: hex(wire.bootId), signature: hex(wire.signature) }
}

export function hex (value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}

export function bytes (value: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(value, 'hex'))
}
