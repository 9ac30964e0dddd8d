import type { AttemptId } from '../model/ids.ts'
import type { Lease } from '../model/messages/control.ts'
import { bookOf } from './books.ts'
import { boundsOf, leaseExcess } from './bounds.ts'
import { unfairTo } from './conduct.ts'
import { creditRefusal } from './credit.ts'
import { localKey } from './keys.ts'
import { notNow } from './owner/wishes.ts'
import type { WorkerAttempt, WorkerState } from './state.ts'
import type { WorkerTurn } from './turn.ts'
import { fromWire } from './wire.ts'

/** Leases kept waiting beyond those that run; more are declined. */
const MAX_QUEUED_PER_SLOT = 128

/** Takes a lease, which then waits for its turn, or declines it with the reason. */
export function onLease (turn: WorkerTurn, peer: string, lease: Lease): void {
  const { state } = turn
  if (lease.attempt === undefined || lease.spec === undefined || lease.input === undefined) return
  const id: AttemptId = { jobId: lease.attempt.jobId, chunk: lease.attempt.chunk, epoch: lease.attempt.epoch }
  const decline = (code: string, text: string): void => { turn.send(peer, { decline: { attempt: id, reason: { code, text } } }) }
  const known = bookOf(state, peer).seen?.incarnation ?? 0
  if (lease.incarnation < known) return decline('STALE_INCARNATION', `this lease is of incarnation ${lease.incarnation}, ${known} was seen`)
  const suspended = notNow(state)
  if (suspended !== undefined) return decline(suspended.code, suspended.text)
  const key = localKey(peer, id)
  if (state.ended.has(key)) return decline('STALE_EPOCH', 'this attempt has ended here already')
  const spec = fromWire(lease.spec)
  const input = fromWire(lease.input)
  const excess = leaseExcess({ spec, input }, boundsOf(state))
  if (excess !== undefined) return decline(excess.code, excess.text)
  if (!state.attempts.has(key)) {
    const refusal = unfairTo(state, peer, turn.now) ?? creditRefusal(state, peer, lease.price)
    if (refusal !== undefined) return decline(refusal.code, refusal.text)
    if (waiting(state) >= state.config.slots * MAX_QUEUED_PER_SLOT) return decline('BUSY', `${waiting(state)} leases wait here already`)
    const attempt: WorkerAttempt = {
      coordinator: peer,
      id,
      spec,
      input,
      chunkSeed: Buffer.from(lease.chunkSeed).toString('hex'),
      lotHash: Buffer.from(lease.lotHash).toString('hex'),
      price: lease.price,
      state: 'QUEUED',
      acknowledged: false
    }
    state.attempts.set(key, attempt)
  }
  turn.sendWithNext(peer, { leaseAck: { attempt: id } })
}

function waiting (state: WorkerState): number {
  let count = 0
  for (const attempt of state.attempts.values()) if (attempt.state === 'QUEUED') count++
  return count
}
