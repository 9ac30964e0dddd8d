import { belongingIsValid } from '../ledger/belonging.ts'
import type { Belonging } from '../ledger/belonging.ts'
import { answer, conclude, nettedOf, planClaims, propose, weigh } from '../ledger/netting-chain.ts'
import type { Claimable, NettingChain } from '../ledger/netting-chain.ts'
import { isAgreed } from '../ledger/netting.ts'
import type { NettedClaim, SignedNetting } from '../ledger/netting.ts'
import { redeemedOf } from '../ledger/payer.ts'
import type { SignedReceipt } from '../ledger/receipts.ts'
import type { EquivocationProof } from '../ledger/equivocation.ts'
import { NightshiftError } from '../model/errors.ts'
import { formatByc } from '../model/money.ts'
import { accuse } from './accusations.ts'
import { channelOf, isBehind } from './channels.ts'
import { bookNetting, chainWith, noteAsBank, otherSide, saveChain } from './netting-books.ts'
import type { CoordinatorState } from './state.ts'
import type { Turn } from './turn.ts'

/** A worker of this coordinator, by its own word, and what another coordinator has signed to it. */
export interface OwnClaim {
  readonly receipt: SignedReceipt
  readonly belonging: Belonging
}

/**
 * Proposes to another coordinator to cancel what each owes the other's workers.
 * While a proposal is not answered it is the proposal, whatever is asked.
 * @throws NS_E_RECEIPT when nothing can be netted, NS_E_BEHIND when these books are not the newest
 */
export function proposeNetting (turn: Turn, peer: string, claims: readonly OwnClaim[], most?: bigint): void {
  const { state } = turn
  const chain = chainWith(state, peer)
  if (chain.open !== undefined) return
  mustBeUpToDate(state)
  mustBeHonest(state, peer)
  const plan = planClaims(owedTo(state, peer), claims.map(claim => claimable(state, chain, claim)), most)
  const workers = new Set(plan.claims.map(({ payee }) => payee))
  const belongings = [...state.belongings.values(), ...claims.map(({ belonging }) => belonging)].filter(({ worker }) => workers.has(worker))
  saveChain(turn, propose(chain, plan, [...new Map(belongings.map(belonging => [belonging.worker, belonging])).values()], state.signer))
}

/** What the workers of another coordinator have receipts of this one for. */
function owedTo (state: CoordinatorState, owner: string): readonly Claimable[] {
  return [...state.belongings.values()].filter(belonging => belonging.owner === owner).flatMap(({ worker }) => {
    const channel = channelOf(state, worker)
    if (channel.acked === undefined) return []
    const { hash, receipt: { seq, cumulative } } = channel.acked.receipt
    const { netted } = channel
    return [{ payer: state.self, payee: worker, receipt: { seq, hash, cumulative }, netted, left: cumulative - netted - redeemedOf(channel) }]
  })
}

function claimable (state: CoordinatorState, chain: NettingChain, { receipt: { receipt, hash }, belonging }: OwnClaim): Claimable {
  const { payer, payee, seq, cumulative } = receipt
  if (payer !== chain.peer) throw refused(`receipt ${seq} is one of ${payer}, the proposal is to ${chain.peer}`)
  if (belonging.worker !== payee || belonging.owner !== state.self || !belongingIsValid(belonging, state.signer)) {
    throw refused(`worker ${payee} has not signed that it belongs to this coordinator`, `start it with --owner ${state.self}`)
  }
  const netted = nettedOf(chain, receipt)
  return { payer, payee, receipt: { seq, hash, cumulative }, netted, left: cumulative - netted }
}

/**
 * Accepts or declines a proposal. Accepted, it is booked before anybody sees the
 * answer; brought again it gets the same answer. One that contradicts what its
 * proposer has signed before makes that one accused.
 * @throws NS_E_RECEIPT saying why it is not signed
 */
export function answerNetting (turn: Turn, signed: SignedNetting, accepted: boolean): void {
  const { state } = turn
  const chain = chainWith(state, signed.netting.proposer)
  const weighed = weigh(chain, signed)
  if (weighed.kind === 'repeated') return
  if (weighed.kind === 'equivocation') return catchOut(turn, weighed.proof)
  if (weighed.kind === 'refused') throw refused(weighed.text)
  mustBeUpToDate(state)
  mustBeHonest(state, chain.peer)
  if (accepted) for (const claim of signed.netting.claims) checkClaim(state, chain, claim)
  const answered = answer(chain, signed, accepted, state.signer)
  if (accepted && answered.last !== undefined) bookNetting(turn, answered.last)
  saveChain(turn, answered)
}

/** Nothing is netted that was not receipted, or that was redeemed or netted before. */
function checkClaim (state: CoordinatorState, chain: NettingChain, { payer, payee, receipt, amount, netted }: NettedClaim): void {
  if (payer !== state.self) {
    const before = nettedOf(chain, { payer, payee })
    if (netted < before + amount) throw refused(`it says that ${formatByc(netted)} BYC are netted in all of what ${payee} has receipts for, ${formatByc(before)} BYC were before it`)
    return
  }
  const channel = channelOf(state, payee)
  if (receipt.seq > channel.seq || receipt.cumulative > channel.cumulative || (receipt.seq === channel.seq && receipt.hash !== channel.hash)) {
    throw refused(`it names receipt ${receipt.seq} to ${payee} over ${formatByc(receipt.cumulative)} BYC, the last one here is ${channel.seq} over ${formatByc(channel.cumulative)} BYC`)
  }
  if (netted !== channel.netted + amount) throw refused(`it would make ${formatByc(netted)} BYC netted in all of what is owed to ${payee}, ${formatByc(channel.netted)} BYC are netted and ${formatByc(amount)} BYC would be`)
  const left = receipt.cumulative - channel.netted - redeemedOf(channel)
  if (amount > left) throw refused(`it would cancel ${formatByc(amount)} BYC of what is owed to ${payee}, ${formatByc(left > 0n ? left : 0n)} BYC are left: the rest was netted or redeemed before`)
}

/**
 * Takes an agreement both have signed: as one of the two, books it; as anybody
 * else, a bank, lets it count for the receipts it is shown. Again is no harm.
 * @throws NS_E_RECEIPT saying why it is not taken
 */
export function finishNetting (turn: Turn, signed: SignedNetting): void {
  const { state } = turn
  const { proposer, accepter } = signed.netting
  if (state.self !== proposer && state.self !== accepter) {
    if (!isAgreed(signed)) throw refused('it is between others and they have not agreed')
    noteAsBank(turn, signed)
    return
  }
  const concluded = conclude(chainWith(state, otherSide(signed, state.self)), signed)
  if (concluded.kind === 'repeated') return
  if (concluded.kind === 'equivocation') return catchOut(turn, concluded.proof)
  if (concluded.kind === 'refused') throw refused(concluded.text)
  if (state.ahead.size > 0) mustBeUpToDate(state)
  if (isAgreed(signed)) bookNetting(turn, signed)
  saveChain(turn, concluded.chain)
}

/** Books the agreements that workers have shown; part of adopting receipts, at the operator's word. */
export function adoptNettings (turn: Turn): void {
  const { state } = turn
  const shown = [...state.unbooked.values()].sort((a, b) => a.netting.seq - b.netting.seq)
  state.unbooked.clear()
  for (const signed of shown) {
    const { proposer, accepter } = signed.netting
    const concluded = conclude(chainWith(state, otherSide(signed, state.self)), signed)
    bookNetting(turn, signed)
    if (concluded.kind === 'concluded') saveChain(turn, concluded.chain)
    turn.effect({ kind: 'note', level: 'warn', text: `a netting agreement was adopted: number ${signed.netting.seq} between ${proposer} and ${accepter}`, about: { agreement: signed.hash } })
  }
}

/** The proof is kept and told to everybody; nothing is signed or booked. */
function catchOut (turn: Turn, proof: EquivocationProof): void {
  if (!turn.state.accused.has(proof.payer)) accuse(turn, proof)
}

function mustBeHonest (state: CoordinatorState, peer: string): void {
  if (state.accused.has(peer)) throw refused(`${peer} was proven to sign what contradicts itself`, 'net nothing with it')
}

function mustBeUpToDate (state: CoordinatorState): void {
  if (isBehind(state)) throw new NightshiftError('NS_E_BEHIND', 'the books know less than workers have from this coordinator: nothing is netted with them', { remedy: 'see "nightshift status"' })
}

function refused (why: string, remedy?: string): NightshiftError {
  return new NightshiftError('NS_E_RECEIPT', `nothing was netted: ${why}`, remedy === undefined ? {} : { remedy })
}
