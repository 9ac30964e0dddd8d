import { highest } from '../ledger/payee.ts'
import { formatByc } from '../model/money.ts'
import type { Reason } from '../model/reasons.ts'
import { faded, unfairness } from '../verification/conduct.ts'
import type { Conduct } from '../verification/conduct.ts'
import { bookOf } from './books.ts'
import { limitOf, outstandingOf } from './credit.ts'
import { nettedWith } from './netting.ts'
import type { WorkerState } from './state.ts'

/** What a worker has with one coordinator; amounts are ByteChips in decimal text. */
export interface CoordinatorAccount {
  readonly coordinator: string
  readonly connected: boolean
  /** both sides agree on who it is and on what it has paid */
  readonly admitted: boolean
  /** work it accepted */
  readonly earned: string
  /** what it has signed receipts for */
  readonly receipted: string
  /** of that, cancelled by agreements of its owner with the coordinator */
  readonly netted: string
  /** number of its highest receipt */
  readonly seq: number
  /** that receipt: proof of the debt to anybody, and what a bank redeems */
  readonly receipt?: { readonly body: string, readonly signature: string }
  /** finished work that is neither receipted nor refused */
  readonly exposure: string
  /** leases taken and not finished */
  readonly leased: string
  readonly limit: string
  /** results shown and given back unpaid */
  readonly lost: string
  /** how it treated this worker, as it counts now; in results, draws in batches */
  readonly conduct: Conduct
  /** why no new work is taken from it, because of that */
  readonly unfair?: Reason
  /** why nothing is taken from it */
  readonly refusal?: Reason
  /** it was proven to have signed receipts that contradict each other */
  readonly equivocated: boolean
}

export function viewCoordinators (state: WorkerState, now: number): readonly CoordinatorAccount[] {
  const all = new Set([...state.books.keys(), ...state.coordinators.keys(), ...state.earnings.keys()])
  return [...all].sort().map(coordinator => {
    const { channel, lost, proof, conduct: remembered } = bookOf(state, coordinator)
    const conduct = rounded({ ...faded(remembered, now), at: remembered.at })
    const unfair = unfairness(remembered, now)
    const { exposure, promised } = outstandingOf(state, coordinator)
    const view = state.coordinators.get(coordinator)
    const last = highest(channel)
    return {
      coordinator,
      connected: view !== undefined,
      admitted: view?.admitted ?? false,
      earned: formatByc(state.earnings.get(coordinator)?.amount ?? 0n),
      receipted: formatByc(channel.cumulative),
      netted: formatByc(nettedWith(state, coordinator)),
      seq: channel.seq,
      ...last === undefined ? {} : { receipt: { body: last.body, signature: last.signature } },
      exposure: formatByc(exposure),
      leased: formatByc(promised),
      limit: formatByc(limitOf(state, coordinator)),
      lost: formatByc(lost),
      conduct,
      ...unfair === undefined ? {} : { unfair },
      ...view?.refusal === undefined ? {} : { refusal: view.refusal },
      equivocated: proof !== undefined
    }
  })
}

/** Counts that fade change all the time; people, and the file they look at, need one decimal. */
function rounded (conduct: Conduct): Conduct {
  const counts = Object.entries(conduct).map(([name, value]: [string, number]) => [name, name === 'at' ? value : Math.round(value * 10) / 10])
  return Object.fromEntries(counts) as Conduct
}
