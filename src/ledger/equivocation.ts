import { NightshiftError } from '../model/errors.ts'
import type { Signer } from '../model/signer.ts'
import { openWord, wordOf } from './netting.ts'
import type { NettingWord, SignedNetting } from './netting.ts'
import { openReceipt } from './receipts.ts'
import type { SignedReceipt } from './receipts.ts'

/**
 * Two receipts of one payer, or two words of it on netting agreements, that
 * cannot both be honest. Carried as plain text: whoever has it can check it,
 * without either peer.
 */
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

/** True when one side has said two things of one number in two documents. */
export function contradictingWords (a: SignedNetting, b: SignedNetting, by: string): boolean {
  const said = (signed: SignedNetting): NettingWord => {
    const { netting, hash, document } = signed
    return { netting, hash, word: netting.proposer === by ? 'proposed' : document.answer?.accepted === true ? 'accepted' : 'declined' }
  }
  return wordOf(a, by) !== undefined && wordOf(b, by) !== undefined && wordsContradict(said(a), said(b), by)
}

/**
 * Under one number a coordinator proposes or accepts one text, once, and does
 * not both accept and decline it. When both sides have proposed, the one with
 * the higher peer id gives way: it may accept the other's in place of its own.
 */
function wordsContradict (a: NettingWord, b: NettingWord, by: string): boolean {
  if (a.netting.seq !== b.netting.seq || otherSide(a, by) !== otherSide(b, by)) return false
  if (a.hash === b.hash) return a.word !== b.word
  if (a.word === 'declined' || b.word === 'declined') return false
  return a.word === b.word || by < otherSide(a, by)
}

function otherSide ({ netting }: NettingWord, by: string): string {
  return netting.proposer === by ? netting.accepter : netting.proposer
}

export function proofOfWords (a: SignedNetting, b: SignedNetting, by: string): EquivocationProof {
  const [first, second] = [wordOf(a, by), wordOf(b, by)]
  if (first === undefined || second === undefined) throw new NightshiftError('NS_E_RECEIPT', `${by} has not signed both`)
  return { payer: by, first, second }
}

/**
 * Checks a proof with nothing but the keys inside the peer ids.
 * @throws NS_E_RECEIPT saying why it proves nothing
 */
export function checkProof (proof: EquivocationProof, signer: Pick<Signer, 'verify'>): { readonly payer: string, readonly what: 'receipts' | 'netting agreements', readonly seq: number } {
  if (isOnNettings(proof)) return checkWords(proof, signer)
  const first = openReceipt(proof.first.body, proof.first.signature, signer)
  const second = openReceipt(proof.second.body, proof.second.signature, signer)
  if (first.receipt.payer !== proof.payer) throw new NightshiftError('NS_E_RECEIPT', 'the receipts are not of the payer that the proof accuses')
  if (!contradict(first, second)) throw new NightshiftError('NS_E_RECEIPT', 'the two receipts do not contradict each other')
  return { payer: proof.payer, what: 'receipts', seq: Math.max(first.receipt.seq, second.receipt.seq) }
}

/** The canonical text of an agreement begins with its proposer, that of a receipt with its payer. */
function isOnNettings ({ first }: EquivocationProof): boolean {
  return first.body.startsWith('{"proposer":')
}

function checkWords ({ payer, first, second }: EquivocationProof, signer: Pick<Signer, 'verify'>) {
  const a = openWord(first.body, first.signature, payer, signer)
  const b = openWord(second.body, second.signature, payer, signer)
  if (!wordsContradict(a, b, payer)) throw new NightshiftError('NS_E_RECEIPT', 'the two agreements do not contradict each other')
  return { payer, what: 'netting agreements' as const, seq: a.netting.seq }
}
