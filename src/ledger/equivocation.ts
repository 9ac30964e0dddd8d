import { NightshiftError } from '../model/errors.ts'
import type { Signer } from '../model/signer.ts'
import { openReceipt } from './receipts.ts'
import type { SignedReceipt } from './receipts.ts'

/** Two receipts of one payer that cannot both be honest. Carried as plain text: whoever has it can check it, without either peer. */
export interface EquivocationProof {
  readonly payer: string
  readonly first: { readonly body: string, readonly signature: string }
  readonly second: { readonly body: string, readonly signature: string }
}

/**
 * True when two receipts of one channel contradict each other: two of one
 * number, or a next one that does not continue the one before it.
 */
export function contradict (a: SignedReceipt, b: SignedReceipt): boolean {
  if (a.receipt.channel !== b.receipt.channel || a.hash === b.hash) return false
  if (a.receipt.seq === b.receipt.seq) return true
  const [earlier, later] = a.receipt.seq < b.receipt.seq ? [a, b] : [b, a]
  if (later.receipt.cumulative < earlier.receipt.cumulative) return true
  return later.receipt.seq === earlier.receipt.seq + 1 && later.receipt.prevHash !== earlier.hash
}

export function proofOf (first: SignedReceipt, second: SignedReceipt): EquivocationProof {
  const plain = ({ body, signature }: SignedReceipt) => ({ body, signature })
  return { payer: first.receipt.payer, first: plain(first), second: plain(second) }
}

/**
 * Checks a proof with nothing but the keys inside the peer ids.
 * @throws NS_E_RECEIPT saying why it proves nothing
 */
export function checkProof (proof: EquivocationProof, signer: Pick<Signer, 'verify'>): { readonly payer: string, readonly channel: string, readonly seq: number } {
  const first = openReceipt(proof.first.body, proof.first.signature, signer)
  const second = openReceipt(proof.second.body, proof.second.signature, signer)
  if (first.receipt.payer !== proof.payer) throw new NightshiftError('NS_E_RECEIPT', 'the receipts are not of the payer that the proof accuses')
  if (!contradict(first, second)) throw new NightshiftError('NS_E_RECEIPT', 'the two receipts do not contradict each other')
  return { payer: proof.payer, channel: first.receipt.channel, seq: Math.max(first.receipt.seq, second.receipt.seq) }
}
