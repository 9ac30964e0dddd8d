import { NightshiftError } from '../model/errors.ts'
import { formatByc } from '../model/money.ts'
import type { Signer } from '../model/signer.ts'
import type { Belonging } from './belonging.ts'
import { contradictingWords, proofOfWords } from './equivocation.ts'
import type { EquivocationProof } from './equivocation.ts'
import { MAX_CLAIMS, NO_NETTING_HASH, isBoundBy, signAnswer, signNetting } from './netting.ts'
import type { NettedClaim, SignedNetting } from './netting.ts'
import { channelId } from './receipts.ts'

/** One coordinator's side of its agreements with another one. */
export interface NettingChain {
  readonly self: string
  readonly peer: string
  /** number and hash of the last document that was answered */
  readonly seq: number
  readonly hash: string
  /** that document: said again, the same bytes, to whoever brings its question again */
  readonly last?: SignedNetting
  /** signed by this side and not answered: it binds, and nothing else is signed under its number */
  readonly open?: SignedNetting
  /** netted so far, by channel */
  readonly netted: ReadonlyMap<string, bigint>
}

/** A channel of which something may be netted: what is left of it, and the receipt its payee has. */
export interface Claimable extends Pick<NettedClaim, 'payer' | 'payee' | 'receipt'> {
  /** netted of it before, units */
  readonly netted: bigint
  readonly left: bigint
}

export function newChain (self: string, peer: string): NettingChain {
  return { self, peer, seq: 0, hash: NO_NETTING_HASH, netted: new Map() }
}

export function nettedOf (chain: NettingChain, claim: Pick<NettedClaim, 'payer' | 'payee'>): bigint {
  return chain.netted.get(channelId(claim.payer, claim.payee)) ?? 0n
}

/**
 * Takes the same from both sides: as much as the smaller one has left, at most `most`.
 * @throws NS_E_RECEIPT when one side owes nothing
 */
export function planClaims (ours: readonly Claimable[], theirs: readonly Claimable[], most?: bigint): { readonly amount: bigint, readonly claims: readonly NettedClaim[] } {
  const [owed, due] = [largest(ours), largest(theirs)]
  const amount = [sumOf(owed), sumOf(due), most ?? sumOf(owed)].reduce((least, sum) => sum < least ? sum : least)
  if (amount <= 0n) {
    throw new NightshiftError('NS_E_RECEIPT', `there is nothing to net: this side owes ${formatByc(sumOf(owed))} BYC to workers of the other, the other owes ${formatByc(sumOf(due))} BYC to workers of this one`, {
      remedy: 'receipts count, and only to workers that say whose they are: start them with --owner, and name your own with --worker'
    })
  }
  return { amount, claims: [...taken(owed, amount), ...taken(due, amount)] }
}

/** The largest first: half of the room of an agreement for each side. */
function largest (claimable: readonly Claimable[]): readonly Claimable[] {
  return claimable.filter(({ left }) => left > 0n).sort((a, b) => a.left > b.left ? -1 : a.left < b.left ? 1 : 0).slice(0, MAX_CLAIMS / 2)
}

function taken (claimable: readonly Claimable[], amount: bigint): readonly NettedClaim[] {
  let open = amount
  return claimable.flatMap(({ payer, payee, receipt, netted, left }) => {
    const part = left < open ? left : open
    open -= part
    return part === 0n ? [] : [{ payer, payee, amount: part, netted: netted + part, receipt }]
  })
}

function sumOf (claimable: readonly Claimable[]): bigint {
  return claimable.reduce((sum, { left }) => sum + left, 0n)
}

/** Signs the next number. To be stored before it is shown to anybody; while it is open it is all that is proposed. */
export function propose (chain: NettingChain, plan: { readonly amount: bigint, readonly claims: readonly NettedClaim[] }, belongings: readonly Belonging[], signer: Signer): NettingChain {
  const open = signNetting({ proposer: chain.self, accepter: chain.peer, seq: chain.seq + 1, prevHash: chain.hash, ...plan }, belongings, signer)
  return { ...chain, open }
}

export type Weighed =
  /** it may be answered */
  | { readonly kind: 'next' }
  /** answered before: the answer again */
  | { readonly kind: 'repeated', readonly signed: SignedNetting }
  | { readonly kind: 'equivocation', readonly proof: EquivocationProof }
  | { readonly kind: 'refused', readonly text: string }

/**
 * What a proposal of the other side is to this one. When both have proposed one
 * number, that of the lower peer id counts: the other side drops its own, which
 * nobody may answer any more.
 */
export function weigh (chain: NettingChain, signed: SignedNetting): Weighed {
  const { netting, hash } = signed
  if (netting.proposer !== chain.peer || netting.accepter !== chain.self) return refused(`it is between ${netting.proposer} and ${netting.accepter}`)
  if (chain.last !== undefined && hash === chain.hash) return { kind: 'repeated', signed: chain.last }
  const proof = provenBy(chain, signed)
  if (proof !== undefined) return { kind: 'equivocation', proof }
  if (netting.seq <= chain.seq) return refused(`it has number ${netting.seq}, agreement ${chain.seq} is here`)
  if (netting.seq > chain.seq + 1 || netting.prevHash !== chain.hash) return refused(`it does not continue agreement ${chain.seq}, which is the last one here: finish the one before it first`)
  if (chain.open !== undefined && chain.self < chain.peer) return refused(`both sides have proposed number ${netting.seq}, and that of ${chain.self} goes first: answer that one`)
  return { kind: 'next' }
}

/** Two words of the other side under one number. */
function provenBy (chain: NettingChain, signed: SignedNetting): EquivocationProof | undefined {
  for (const ours of [chain.last, chain.open]) {
    if (ours !== undefined && contradictingWords(ours, signed, chain.peer)) return proofOfWords(ours, signed, chain.peer)
  }
  return undefined
}

/** Answers a proposal that is next. To be stored before it is shown. */
export function answer (chain: NettingChain, signed: SignedNetting, accepted: boolean, signer: Signer): NettingChain {
  return advanced(chain, signAnswer(signed, accepted, signer))
}

export type Concluded =
  /** `chain` is where this side is from now on */
  | { readonly kind: 'concluded', readonly chain: NettingChain }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'equivocation', readonly proof: EquivocationProof }
  | { readonly kind: 'refused', readonly text: string }

/**
 * What a document that both have signed is to this side. Its own signature
 * binds it even if it does not remember: what was signed counts, in all.
 */
export function conclude (chain: NettingChain, signed: SignedNetting): Concluded {
  const { netting, hash, document } = signed
  const sides = [netting.proposer, netting.accepter]
  if (!sides.includes(chain.self) || !sides.includes(chain.peer)) return refused(`it is between ${sides.join(' and ')}`)
  if (document.answer === undefined) return refused('it has no answer yet: the other side answers it with "nightshift wallet net accept"')
  const proof = provenBy(chain, signed)
  if (proof !== undefined) return { kind: 'equivocation', proof }
  if (hash === chain.hash) return { kind: 'repeated' }
  if (netting.seq <= chain.seq) return refused(`it has number ${netting.seq}, agreement ${chain.seq} is here`)
  if (chain.open !== undefined && chain.open.hash !== hash && chain.open.netting.seq >= netting.seq) {
    return refused(`this identity has signed two agreements of number ${netting.seq}: another process runs, or ran, with a copy of its data folder`)
  }
  return { kind: 'concluded', chain: advanced(chain, signed) }
}

function advanced (chain: NettingChain, signed: SignedNetting): NettingChain {
  const { self, peer } = chain
  const netted = new Map(chain.netted)
  if (isBoundBy(signed, self) && isBoundBy(signed, peer)) {
    for (const claim of signed.netting.claims) if (claim.netted > nettedOf(chain, claim)) netted.set(channelId(claim.payer, claim.payee), claim.netted)
  }
  return { self, peer, seq: signed.netting.seq, hash: signed.hash, last: signed, netted }
}

function refused (text: string): { readonly kind: 'refused', readonly text: string } {
  return { kind: 'refused', text }
}
