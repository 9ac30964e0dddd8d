import { unfairTo } from '../../../src/worker/conduct.ts'
import type { WorkerState } from '../../../src/worker/state.ts'
import { HONEST } from './behaviours.ts'
import { must } from './violation.ts'
import type { SimulatedWorker } from './worker.ts'
import type { World } from './world.ts'

/** A worker never believes to have earned more than it was granted, and keeps no more than it was leased. */
export function auditWorker (world: World, worker: SimulatedWorker, state: WorkerState): void {
  for (const [peer, { amount }] of state.earnings) {
    const coordinator = world.coordinator(peer)
    const most = [...worker.leased.get(peer)?.values() ?? []].reduce((sum, price) => sum + price, 0n)
    must(amount <= most, 'no word makes money', () => `${worker.name} believes in ${amount} from ${peer}, its leases come to ${most}`)
    if (coordinator?.behaviour.honest !== true) continue
    if (worker.shape.behaviour === HONEST) {
      must(unfairTo(state, peer, worker.now()) === undefined, 'no honest coordinator is refused as unfair', () => `${worker.name}: ${unfairTo(state, peer, worker.now())?.text ?? ''}`)
    }
    const entitled = coordinator.audit.entitled.get(worker.name) ?? 0n
    must(amount <= entitled, 'a worker knows what it earned', () => `${worker.name} believes in ${amount} from ${peer}, which granted ${entitled}`)
  }
  for (const attempt of state.attempts.values()) {
    if (attempt.state !== 'COMMITTED' && attempt.state !== 'REVEALED') continue
    must(worker.disk.peek(`attempt/${attempt.coordinator}/${attempt.id.jobId}/${attempt.id.chunk}/${attempt.id.epoch}`) !== undefined,
      'what a worker is bound to is on its disk', () => `${worker.name}: ${attempt.id.jobId}/${attempt.id.chunk}/${attempt.id.epoch}`)
  }
}
