import type { BootClaim, Equivocation, Receipt as WireReceipt } from '../model/messages/control.ts'
import type { Signer } from '../model/signer.ts'
import type { EquivocationProof } from './equivocation.ts'
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

/** Throws NS_E_RECEIPT when one of the receipts is none; whether they prove anything is for `checkProof`. */
export function proofFromWire (payer: string, first: WireReceipt, second: WireReceipt, signer: Pick<Signer, 'verify'>): EquivocationProof {
  const plain = ({ body, signature }: SignedReceipt) => ({ body, signature })
  return { payer, first: plain(receiptFromWire(first, signer)), second: plain(receiptFromWire(second, signer)) }
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
