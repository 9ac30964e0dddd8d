import { channelOf, isBehind, postedTo, promised } from '../../../src/coordinator/channels.ts'
import type { CoordinatorState } from '../../../src/coordinator/state.ts'
import { peerAccount } from '../../../src/ledger/accounts.ts'
import { redeemedOf } from '../../../src/ledger/payer.ts'
import { bookOf } from '../../../src/worker/books.ts'
import type { WorkerState } from '../../../src/worker/state.ts'
import { must } from './violation.ts'
import type { World } from './world.ts'

/** What a coordinator promises its workers is what it posted to them, and both sides agree as far as both know. */
export function auditChannels (world: World, coordinator: CoordinatorState): void {
  const honest = world.coordinator(coordinator.self)?.behaviour.honest === true
  must(!honest || !isBehind(coordinator), 'the books know every receipt', () => `${coordinator.self} is behind ${[...coordinator.ahead.keys()].join()}`)
  for (const worker of world.workers) {
    const ours = channelOf(coordinator, worker.name)
    must(promised(ours) === postedTo(coordinator, worker.name), 'I8 receipts are what is posted',
      () => `${coordinator.self}: receipts and what is owed to ${worker.name} are ${promised(ours)}, ${postedTo(coordinator, worker.name)} are posted`)
    const { debitsPosted } = coordinator.ledger.account(peerAccount(worker.name))
    must(debitsPosted === ours.netted + redeemedOf(ours), 'I8 what is owed less was netted or redeemed',
      () => `${coordinator.self}: ${debitsPosted} units were taken from ${worker.name}, ${ours.netted} are netted and ${redeemedOf(ours)} redeemed`)
    if (honest && worker.state !== undefined) agree(coordinator, worker.state)
  }
}

function agree (coordinator: CoordinatorState, worker: WorkerState): void {
  const ours = channelOf(coordinator, worker.self)
  const { channel: theirs, proof } = bookOf(worker, coordinator.self)
  must(proof === undefined, 'no honest coordinator is accused', () => `${worker.self} has a proof against ${coordinator.self}`)
  must(theirs.seq <= ours.seq && theirs.cumulative <= ours.cumulative, 'I9 both sides of a channel agree',
    () => `${worker.self} has receipt ${theirs.seq} over ${theirs.cumulative}, ${coordinator.self} issued ${ours.seq} over ${ours.cumulative}`)
  const acked = ours.acked?.receipt
  must(acked === undefined || acked.receipt.seq <= theirs.seq, 'I9 both sides of a channel agree',
    () => `${worker.self} acknowledged receipt ${acked?.receipt.seq ?? 0} and has ${theirs.seq}`)
  const same = theirs.kept.find(kept => kept.receipt.seq === acked?.receipt.seq)
  must(same === undefined || same.hash === acked?.hash, 'I9 both sides of a channel agree', () => `receipt ${acked?.receipt.seq ?? 0} of ${coordinator.self} to ${worker.self} is two`)
}

/** When nothing is on its way any more, a worker that is there has every receipt. */
export function auditDelivered (coordinator: CoordinatorState, worker: WorkerState): void {
  const ours = channelOf(coordinator, worker.self)
  const { channel: theirs } = bookOf(worker, coordinator.self)
  must(theirs.cumulative === postedTo(coordinator, worker.self) && ours.unacked.length === 0, 'who is there is paid',
    () => `${worker.self} has receipts over ${theirs.cumulative} from ${coordinator.self}, which posted ${postedTo(coordinator, worker.self)} and waits for ${ours.unacked.length} acknowledgements`)
}
