import { balance, escrowAccount, peerAccount } from '../ledger/accounts.ts'
import { jobEnded } from '../lifecycle/job.ts'
import { NightshiftError } from '../model/errors.ts'
import { postedTo, promised } from './channels.ts'
import type { CoordinatorState } from './state.ts'

const PEER = peerAccount('')

/**
 * What jobs and channels promise of the books, between two turns: the escrow of
 * an ended job is empty, receipts and what they are still to cover are exactly
 * what was posted, and each channel's receipts follow each other.
 * @throws NS_E_LEDGER naming the first that is not so
 */
export function checkPromises (state: CoordinatorState): void {
  for (const { record } of state.jobs.values()) {
    if (!jobEnded(record.state)) continue
    const escrow = state.ledger.account(escrowAccount(record.id))
    if (balance(escrow) !== 0n || escrow.debitsPending !== 0n) throw broken(`the escrow of ${record.id}, which has ended, keeps ${balance(escrow)} units`)
  }
  for (const channel of state.channels.values()) {
    const { payee, seq, cumulative, hash, unacked, acked } = channel
    let last = acked?.receipt
    for (const receipt of unacked) {
      if (last !== undefined && (receipt.receipt.seq !== last.receipt.seq + 1 || receipt.receipt.cumulative < last.receipt.cumulative || receipt.receipt.prevHash !== last.hash)) {
        throw broken(`receipt ${receipt.receipt.seq} to ${payee} does not follow receipt ${last.receipt.seq}`)
      }
      last = receipt
    }
    if (last !== undefined && (last.receipt.seq !== seq || last.receipt.cumulative !== cumulative || last.hash !== hash)) throw broken(`the last receipt to ${payee} is ${last.receipt.seq}, the channel is at ${seq}`)
  }
  if (state.ahead.size > 0) return
  for (const account of state.ledger.accounts()) {
    if (!account.id.startsWith(PEER)) continue
    const worker = account.id.slice(PEER.length)
    const channel = state.channels.get(worker)
    const told = channel === undefined ? 0n : promised(channel)
    if (told !== postedTo(state, worker)) throw broken(`receipts to ${worker} account for ${told} units, ${postedTo(state, worker)} are posted`)
  }
}

function broken (what: string): NightshiftError {
  return new NightshiftError('NS_E_LEDGER', `the books are not what they promise: ${what}`, { remedy: 'keep the data folder and see "nightshift ledger verify"' })
}
