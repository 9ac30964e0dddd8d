import { channelOf, postedTo, promised } from '../../src/coordinator/channels.ts'
import type { CoordinatorState } from '../../src/coordinator/state.ts'
import { bookOf } from '../../src/worker/books.ts'
import type { WorkerState } from '../../src/worker/state.ts'

/**
 * Checks that a coordinator's receipts to every worker are what it has posted to
 * it, and that both sides of each channel agree up to the lower acknowledged number.
 */
export function checkChannels (coordinator: CoordinatorState, workers: readonly WorkerState[]): void {
  for (const worker of workers) {
    const ours = channelOf(coordinator, worker.self)
    const theirs = bookOf(worker, coordinator.self).channel
    if (promised(ours) !== postedTo(coordinator, worker.self)) {
      throw new Error(`${worker.self}: receipts and what is owed are ${promised(ours)} units, ${postedTo(coordinator, worker.self)} are posted`)
    }
    if (worker.coordinators.get(coordinator.self)?.admitted !== true) continue
    if (theirs.seq > ours.seq || theirs.cumulative > ours.cumulative) throw new Error(`${worker.self} has receipt ${theirs.seq}, ${ours.seq} was the last one issued`)
    const acked = ours.acked?.receipt
    if (acked === undefined) continue
    if (acked.receipt.seq > theirs.seq) throw new Error(`${worker.self} has acknowledged receipt ${acked.receipt.seq} and has ${theirs.seq}`)
    const same = theirs.kept.find(receipt => receipt.receipt.seq === acked.receipt.seq)
    if (same !== undefined && same.hash !== acked.hash) throw new Error(`${worker.self} has another receipt ${acked.receipt.seq} than the one it acknowledged`)
    if (acked.receipt.seq === theirs.seq && acked.receipt.cumulative !== theirs.cumulative) throw new Error(`${worker.self}: the amounts of receipt ${theirs.seq} differ`)
  }
}
