import type { WorkerState } from './state.ts'

/**
 * True while nothing here waits for a tick but the clock itself: heartbeats, offers to renew, hours that begin. Such a
 * worker may be ticked a few times less often; a machine that is lent while it has nothing to do should not notice.
 */
export function isQuiet ({ attempts, coordinators, awaitedPrices, unhurried, draining }: WorkerState): boolean {
  if (draining || awaitedPrices.asked.size > 0 || unhurried.peers().length > 0) return false
  for (const { admitted, refusal, hangUp } of coordinators.values()) if (hangUp === true || (!admitted && refusal === undefined)) return false
  // what is accepted only waits for its receipt
  for (const { state } of attempts.values()) if (state !== 'ACCEPTED') return false
  return true
}
