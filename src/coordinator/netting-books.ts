import { available, peerAccount, userAccount } from '../ledger/accounts.ts'
import { belongingIsValid } from '../ledger/belonging.ts'
import type { Belonging } from '../ledger/belonging.ts'
import { newChain } from '../ledger/netting-chain.ts'
import type { NettingChain } from '../ledger/netting-chain.ts'
import { encodeNetting, isAgreed, isBoundBy, openNetting } from '../ledger/netting.ts'
import type { NettedClaim, SignedNetting } from '../ledger/netting.ts'
import { openOf } from '../ledger/payer.ts'
import { channelId } from '../ledger/receipts.ts'
import { hex, nettingFromWire, nettingToWire } from '../ledger/wire.ts'
import { NightshiftError } from '../model/errors.ts'
import { formatByc } from '../model/money.ts'
import type { NettingAck, Resume } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import type { Store } from '../model/store.ts'
import { channelOf, prefixed, saveChannel } from './channels.ts'
import { KEYS } from './keys.ts'
import type { CoordinatorState } from './state.ts'
import type { Turn } from './turn.ts'

interface StoredChain {
  readonly seq: number
  readonly hash: string
  readonly last?: string
  readonly open?: string
  readonly netted: readonly (readonly [channel: string, units: string])[]
}

export function chainWith (state: CoordinatorState, peer: string): NettingChain {
  return state.nettings.get(peer) ?? newChain(state.self, peer)
}

export function saveChain (turn: Turn, chain: NettingChain): void {
  turn.state.nettings.set(chain.peer, chain)
  const { seq, hash, last, open, netted } = chain
  const text: StoredChain = {
    seq,
    hash,
    ...last === undefined ? {} : { last: encodeNetting(last) },
    ...open === undefined ? {} : { open: encodeNetting(open) },
    netted: [...netted].map(([channel, units]) => [channel, units.toString()])
  }
  turn.put(KEYS.netting + chain.peer, JSON.stringify(text))
}

/**
 * Books an agreement both have signed, in the batch that keeps it: what this
 * coordinator owes the other's workers falls, and its user gets as much back,
 * for what the user's workers have earned and give up for it. What the books
 * do not have yet (they were lost, and not every worker has shown its receipts
 * since) is booked when its worker comes with the same agreement. What a bank
 * has moved meanwhile cannot be given back twice: it is reported.
 */
export function bookNetting (turn: Turn, signed: SignedNetting): void {
  const { state } = turn
  const ours = signed.netting.claims.filter(({ payer }) => payer === state.self)
    .filter(claim => claim.netted > channelOf(state, claim.payee).netted && claim.netted <= channelOf(state, claim.payee).cumulative)
    .map(claim => ({ claim, more: least(claim.netted - channelOf(state, claim.payee).netted, available(state.ledger.account(peerAccount(claim.payee)))) }))
  const [first] = ours
  if (first !== undefined) {
    turn.book({
      key: `net:${signed.hash}:${first.claim.payee}`,
      transfers: ours.map(({ claim, more }) => ({
        kind: 'direct', debit: peerAccount(claim.payee), credit: userAccount(state.config.user), amount: more, ref: { note: `netting ${signed.netting.seq} with ${otherSide(signed, state.self)} ${signed.hash}` }
      }))
    })
  }
  for (const { claim } of ours) {
    const channel = { ...channelOf(state, claim.payee), netted: claim.netted }
    saveChannel(turn, channel)
    if (openOf(channel) < 0n) reportDoubleUse(turn, claim.payee, -openOf(channel), 'netted by a proposal that was open, and redeemed at a bank meanwhile; "wallet redeemed" with the bank\'s words keeps the proof')
    state.netted.set(claim.payee, signed)
    turn.put(KEYS.netted + claim.payee, encodeNetting(signed))
    tell(turn, claim.payee, signed)
  }
  for (const [worker, shown] of state.unbooked) if (shown.hash === signed.hash) state.unbooked.delete(worker)
  noteAsBank(turn, signed)
}

/** Somebody took more than this coordinator owes: an incident of the worker it was owed to. */
export function reportDoubleUse (turn: Turn, worker: string, twice: bigint, how: string): void {
  const text = `${formatByc(twice)} BYC were taken twice of what was owed to ${worker}: ${how}`
  turn.saveIncident({ at: turn.now, worker, jobId: 'receipts', chunk: 0, epoch: 0, reason: reason('DOUBLE_USE', text) })
  turn.effect({ kind: 'note', level: 'warn', text, about: { worker } })
}

function least (a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** Whoever brings a receipt of these channels to this node as a bank is told that much less is left of it. */
export function noteAsBank (turn: Turn, signed: SignedNetting): void {
  for (const claim of signed.netting.claims) {
    const channel = channelId(claim.payer, claim.payee)
    if (claim.netted <= (turn.state.nettedElsewhere.get(channel) ?? 0n)) continue
    turn.state.nettedElsewhere.set(channel, claim.netted)
    turn.put(KEYS.nettedElsewhere + channel, claim.netted.toString())
  }
}

function tell (turn: Turn, worker: string, signed: SignedNetting): void {
  turn.state.nettingUntold.add(worker)
  turn.send(worker, { netting: nettingToWire(signed) })
}

/** Sent again, the same bytes, until the worker has it on its disk. */
export function tellAgain (turn: Turn, worker: string): void {
  const signed = turn.state.netted.get(worker)
  if (signed !== undefined && turn.state.nettingUntold.has(worker)) tell(turn, worker, signed)
}

export function onNettingAck (turn: Turn, worker: string, ack: NettingAck): void {
  if (turn.state.netted.get(worker)?.hash === hex(ack.hash)) turn.state.nettingUntold.delete(worker)
}

/** What a worker that comes (back) says of whose it is, and of agreements by which it is owed less. */
export function meetNetting (turn: Turn, worker: string, resume: Resume): void {
  if (resume.belonging !== undefined) heedBelonging(turn, { worker, owner: resume.belonging.owner, signature: hex(resume.belonging.signature) })
  const shown = ownNetting(turn, worker, resume)
  const { netted } = channelOf(turn.state, worker)
  const theirs = shown === undefined ? 0n : claimOf(shown, turn.state.self, worker)?.netted ?? 0n
  if (shown !== undefined && theirs > netted) {
    turn.state.unbooked.set(worker, shown)
    turn.effect({ kind: 'note', level: 'warn', text: unbookedText(turn.state.self, worker, shown), about: { worker, code: 'COORDINATOR_BEHIND' } })
  } else if (theirs < netted) {
    turn.state.nettingUntold.add(worker)
    tellAgain(turn, worker)
  } else turn.state.nettingUntold.delete(worker)
}

/** The other one of the two coordinators of an agreement. */
export function otherSide ({ netting }: SignedNetting, self: string): string {
  return netting.proposer === self ? netting.accepter : netting.proposer
}

export function unbookedText (self: string, worker: string, signed: SignedNetting): string {
  const { netting } = signed
  return `this coordinator has signed netting agreement ${netting.seq} with ${otherSide(signed, self)} over ${formatByc(netting.amount)} BYC, which worker ${worker} has and its books do not know`
}

export function claimOf ({ netting }: SignedNetting, payer: string, payee: string): NettedClaim | undefined {
  return netting.claims.find(claim => claim.payer === payer && claim.payee === payee)
}

/** The agreement, when this coordinator has signed it and it is about this worker. */
function ownNetting (turn: Turn, worker: string, { netting }: Resume): SignedNetting | undefined {
  if (netting === undefined) return undefined
  try {
    const signed = nettingFromWire(netting, turn.state.signer)
    if (isAgreed(signed) && isBoundBy(signed, turn.state.self) && claimOf(signed, turn.state.self, worker) !== undefined) return signed
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
  }
  turn.effect({ kind: 'note', level: 'warn', text: 'a worker came with a netting agreement that this coordinator has not signed', about: { worker } })
  return undefined
}

function heedBelonging (turn: Turn, belonging: Belonging): void {
  const { state } = turn
  if (state.belongings.get(belonging.worker)?.signature === belonging.signature) return
  if (!belongingIsValid(belonging, state.signer)) {
    turn.effect({ kind: 'note', level: 'warn', text: 'a worker says whose it is and has not signed it', about: { worker: belonging.worker } })
    return
  }
  state.belongings.set(belonging.worker, belonging)
  keepBelonging(turn, belonging.worker)
}

/** Kept of whoever is owed anything; of others, so that strangers fill no disk, only while they are here. */
export function keepBelonging (turn: Turn, worker: string): void {
  const belonging = turn.state.belongings.get(worker)
  if (belonging === undefined) return
  if (turn.state.channels.has(worker)) turn.put(KEYS.belonging + worker, JSON.stringify(belonging))
  else if (turn.state.workers.get(worker)?.connected !== true) turn.state.belongings.delete(worker)
}

/** Reads agreements, and what belongs to whom, back. Throws NS_E_RECEIPT for one that is damaged. */
export async function loadNettings (store: Store, state: CoordinatorState): Promise<void> {
  const open = (text: string): SignedNetting => openNetting(text, state.signer)
  for await (const [peer, text] of prefixed(store, KEYS.netting)) {
    const chain = JSON.parse(text) as StoredChain
    state.nettings.set(peer, {
      self: state.self,
      peer,
      seq: chain.seq,
      hash: chain.hash,
      ...chain.last === undefined ? {} : { last: open(chain.last) },
      ...chain.open === undefined ? {} : { open: open(chain.open) },
      netted: new Map(chain.netted.map(([channel, units]) => [channel, BigInt(units)]))
    })
  }
  for await (const [worker, text] of prefixed(store, KEYS.netted)) state.netted.set(worker, open(text))
  for await (const [worker, text] of prefixed(store, KEYS.belonging)) state.belongings.set(worker, JSON.parse(text) as Belonging)
  for await (const [channel, text] of prefixed(store, KEYS.nettedElsewhere)) state.nettedElsewhere.set(channel, BigInt(text))
}
