import { peerAccount } from '../ledger/accounts.ts'
import { acknowledge, carriedOver, issueReceipt, newPayerChannel, owe } from '../ledger/payer.ts'
import type { PayerChannel } from '../ledger/payer.ts'
import { openReceipt } from '../ledger/receipts.ts'
import type { SignedReceipt } from '../ledger/receipts.ts'
import { hex, receiptToWire } from '../ledger/wire.ts'
import { NightshiftError } from '../model/errors.ts'
import { sortable } from '../model/ids.ts'
import type { ReceiptAck } from '../model/messages/control.ts'
import type { Store } from '../model/store.ts'
import { KEYS, after } from './keys.ts'
import type { CoordinatorState, WorkerView } from './state.ts'
import type { Turn } from './turn.ts'

/** Receipts wait this long for their acknowledgement before they are sent again, milliseconds. */
const SEND_AGAIN_MS = 10_000

interface StoredChannel {
  readonly seq: number
  readonly cumulative: string
  readonly hash: string
  readonly owed: readonly (readonly [holdId: string, amount: string])[]
  readonly netted?: string
  readonly redeemed?: readonly (readonly [bank: string, units: string])[]
}
interface StoredReceipt { readonly body: string, readonly signature: string, readonly countersignature?: string }

export function channelOf (state: CoordinatorState, worker: string): PayerChannel {
  return state.channels.get(worker) ?? newPayerChannel(state.self, worker)
}

/** The books know less than receipts and agreements of this coordinator say: no leases and no receipts until that is put right. */
export function isBehind (state: CoordinatorState): boolean {
  return state.ahead.size > 0 || state.unbooked.size > 0
}

/**
 * The end of a turn: every worker that was paid in it, or that has
 * acknowledged, gets a receipt for what it is owed, written in the batch that posts it.
 */
export function issueReceipts (turn: Turn): void {
  const { state } = turn
  for (const [worker, holds] of turn.posted) saveChannel(turn, owe(channelOf(state, worker), holds))
  turn.posted.clear()
  if (isBehind(state)) return
  for (const worker of turn.receiptsDue) issueAll(turn, worker)
  turn.receiptsDue.clear()
}

function issueAll (turn: Turn, worker: string): void {
  for (;;) {
    const { channel, issued } = issueReceipt(channelOf(turn.state, worker), turn.state.ledger.head, turn.state.signer)
    if (issued === undefined) return
    saveChannel(turn, channel)
    turn.put(receiptKey(worker, issued), stored(issued))
    turn.send(worker, { receipt: receiptToWire(issued) })
    noteSent(turn, worker)
  }
}

/** The worker has a receipt on its disk. What does not fit is said, and changes nothing. */
export function onReceiptAck (turn: Turn, worker: string, wire: ReceiptAck): void {
  const before = channelOf(turn.state, worker)
  const ack = { seq: wire.seq, hash: hex(wire.hash), signature: hex(wire.signature) }
  try {
    const channel = acknowledge(before, ack, turn.state.signer)
    if (channel === before || channel.acked === undefined) return
    for (const receipt of before.unacked) if (receipt.receipt.seq <= ack.seq) turn.put(receiptKey(worker, receipt), undefined)
    turn.put(KEYS.acked + worker, stored(channel.acked.receipt, ack.signature))
    saveChannel(turn, channel)
    turn.receiptsDue.add(worker)
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    turn.effect({ kind: 'note', level: 'warn', text: error.message, about: { worker } })
  }
}

/**
 * After a reconnect: what the worker has not acknowledged, the same bytes as
 * before. One that lost its books is shown the receipt it once countersigned first.
 * @param has number of the highest receipt the worker says it has
 */
export function resendReceipts (turn: Turn, worker: string, has: number): void {
  const { acked, unacked } = channelOf(turn.state, worker)
  if (acked !== undefined && has < acked.receipt.receipt.seq) turn.send(worker, { receipt: receiptToWire(acked.receipt, acked.signature) })
  for (const receipt of unacked) turn.send(worker, { receipt: receiptToWire(receipt) })
  noteSent(turn, worker)
}

/** Receipts that are not acknowledged for a while are sent once more: they, or the answer, may have been lost. */
export function chaseReceipts (turn: Turn, worker: WorkerView): void {
  const { unacked, acked } = channelOf(turn.state, worker.peer)
  if (unacked.length > 0 && turn.now - (worker.receiptsSentAt ?? 0) >= SEND_AGAIN_MS) resendReceipts(turn, worker.peer, acked?.receipt.receipt.seq ?? 0)
}

function noteSent (turn: Turn, peer: string): void {
  const worker = turn.state.workers.get(peer)
  if (worker !== undefined) worker.receiptsSentAt = turn.now
}

export function saveChannel (turn: Turn, channel: PayerChannel): void {
  turn.state.channels.set(channel.payee, channel)
  turn.receiptsDue.add(channel.payee)
  const { seq, cumulative, hash, owed, netted, redeemed } = channel
  const text: StoredChannel = {
    seq,
    cumulative: cumulative.toString(),
    hash,
    owed: owed.map(hold => [hold.holdId, hold.amount.toString()]),
    netted: netted.toString(),
    redeemed: [...redeemed].map(([bank, units]) => [bank, units.toString()])
  }
  turn.put(KEYS.channel + channel.payee, JSON.stringify(text))
}

/** Puts the channel to where a receipt of ours is; receipts that contradict it are forgotten. */
export function resetChannel (turn: Turn, worker: string, truth: SignedReceipt, owed: PayerChannel['owed']): void {
  const before = channelOf(turn.state, worker)
  for (const receipt of before.unacked) turn.put(receiptKey(worker, receipt), undefined)
  turn.put(KEYS.acked + worker, undefined)
  const { seq, cumulative } = truth.receipt
  saveChannel(turn, { ...newPayerChannel(turn.state.self, worker), seq, cumulative, hash: truth.hash, owed, netted: before.netted, redeemed: before.redeemed })
}

function receiptKey (worker: string, { receipt }: SignedReceipt): string {
  return `${KEYS.receipt}${worker}/${sortable(receipt.seq)}`
}

function stored ({ body, signature }: SignedReceipt, countersignature?: string): string {
  const value: StoredReceipt = { body, signature, ...countersignature === undefined ? {} : { countersignature } }
  return JSON.stringify(value)
}

/**
 * Reads all channels back. A balance of before there were receipts is owed from now on.
 * @throws NS_E_DATA_CORRUPT when channels and books do not say the same
 */
export async function loadChannels (store: Store, state: CoordinatorState): Promise<void> {
  const unacked = new Map<string, SignedReceipt[]>()
  for await (const [key, text] of prefixed(store, KEYS.receipt)) {
    const worker = key.slice(0, key.indexOf('/'))
    unacked.set(worker, [...unacked.get(worker) ?? [], reopened(text, state).receipt])
  }
  const acked = new Map<string, PayerChannel['acked']>()
  for await (const [worker, text] of prefixed(store, KEYS.acked)) acked.set(worker, reopened(text, state))
  for await (const [worker, text] of prefixed(store, KEYS.channel)) {
    const { seq, cumulative, hash, owed, netted, redeemed } = JSON.parse(text) as StoredChannel
    const last = acked.get(worker)
    state.channels.set(worker, {
      payer: state.self,
      payee: worker,
      seq,
      cumulative: BigInt(cumulative),
      hash,
      ...last === undefined ? {} : { acked: last },
      unacked: unacked.get(worker) ?? [],
      owed: owed.map(([holdId, amount]) => ({ holdId, amount: BigInt(amount) })),
      netted: BigInt(netted ?? '0'),
      redeemed: new Map((redeemed ?? []).map(([bank, units]) => [bank, BigInt(units)]))
    })
  }
  for await (const [worker, text] of prefixed(store, KEYS.ahead)) state.ahead.set(worker, reopened(text, state).receipt)
  const paid = [...state.ledger.accounts()].filter(({ id }) => id.startsWith(PEER)).map(({ id }) => id.slice(PEER.length))
  for (const worker of new Set([...paid, ...state.channels.keys()])) carryOver(state, worker)
}

const PEER = peerAccount('')

function carryOver (state: CoordinatorState, worker: string): void {
  const channel = channelOf(state, worker)
  const missing = postedTo(state, worker) - promised(channel)
  if (missing < 0n) {
    throw new NightshiftError('NS_E_DATA_CORRUPT', `the receipts to ${worker} are for ${promised(channel)} units, the books have ${postedTo(state, worker)} posted to it`, {
      remedy: 'see "nightshift ledger verify", then "nightshift ledger repair --from-mirror"'
    })
  }
  if (missing > 0n) state.channels.set(worker, owe(channel, [carriedOver(state.self, worker, channel.seq, missing)]))
}

/** Everything ever credited to a worker, units. */
export function postedTo (state: CoordinatorState, worker: string): bigint {
  return state.ledger.account(peerAccount(worker)).creditsPosted
}

/** What a channel accounts for: everything in receipts, and what the next ones are to cover. */
export function promised (channel: PayerChannel): bigint {
  return channel.owed.reduce((sum, hold) => sum + hold.amount, channel.cumulative)
}

function reopened (text: string, { signer }: CoordinatorState): { readonly receipt: SignedReceipt, readonly signature: string } {
  const { body, signature, countersignature } = JSON.parse(text) as StoredReceipt
  return { receipt: openReceipt(body, signature, signer), signature: countersignature ?? '' }
}

export async function * prefixed (store: Store, prefix: string): AsyncGenerator<readonly [string, string]> {
  for await (const [key, value] of store.range({ gte: prefix, lt: after(prefix) })) yield [key.slice(prefix.length), value]
}
