import { signReceipt } from '../../../src/ledger/receipts.ts'
import { receiptFromWire, receiptToWire } from '../../../src/ledger/wire.ts'
import { attestationOf } from '../../../src/coordinator/task.ts'
import { signAttestation } from '../../../src/verification/attestation.ts'
import { evidenceOf } from '../../../src/verification/evidence.ts'
import { evidenceToWire } from '../../../src/verification/evidence-wire.ts'
import type { Evidence, Message, Receipt, Verdict } from '../../../src/model/messages/control.ts'
import type { WorkerAttempt } from '../../../src/worker/state.ts'
import type { SimulatedCoordinator } from './coordinator.ts'
import type { Dice } from './dice.ts'
import { simulatedSigner } from './signer.ts'
import { lie } from './truth.ts'
import type { AppShape, ResultContent } from './truth.ts'
import type { SimulatedWorker } from './worker.ts'

type Failure = { readonly failureClass: 'app' | 'node' }

/** What a worker does that an honest one does not. Its core is the production one; this changes what it computes and says. */
export interface WorkerBehaviour {
  readonly name: string
  /** true when its results may be wrong, or stolen */
  readonly lies: boolean
  readonly result?: (worker: SimulatedWorker, attempt: WorkerAttempt, app: AppShape, honest: ResultContent | undefined) => ResultContent | Failure | undefined | 'never'
  readonly outgoing?: (worker: SimulatedWorker, peer: string, message: Message) => readonly Message[]
  /** never gives away the files of its results */
  readonly withholds?: boolean
  readonly garble?: (bytes: Uint8Array, dice: Dice) => Uint8Array
  readonly onRejected?: (worker: SimulatedWorker, coordinator: string) => void
}

export const HONEST: WorkerBehaviour = { name: 'honest', lies: false }

const LIAR: WorkerBehaviour = {
  name: 'liar', lies: true,
  result: (worker, { id }, app) => lie(`${worker.name} ${id.epoch}`, id.jobId, id.chunk, app)
}

/** Honest until it is trusted, then wrong every other time. */
const ON_OFF: WorkerBehaviour = {
  name: 'on-off', lies: true,
  result: (worker, { id, coordinator }, app, honest) => {
    const accepted = worker.state?.earnings.get(coordinator)?.accepted ?? 0
    return accepted >= 5 && worker.world.dice.chance(0.5) ? lie(worker.name, id.jobId, id.chunk, app) : honest
  }
}

/** All members give the same wrong answer, each under a group of its own. */
const COALITION: WorkerBehaviour = {
  name: 'coalition', lies: true,
  result: (_, { id }, app) => lie('coalition', id.jobId, id.chunk, app)
}

/**
 * Members tell each other what they were leased. The first that has a chunk decides: it lies when another member has
 * it too, or when it is trusted; whoever gets the chunk later says the same, also when it is the one who checks.
 */
const INFORMED: WorkerBehaviour = {
  name: 'informed-coalition', lies: true,
  result: (worker, { id, coordinator }, app, honest) => {
    const { plots, workers, dice } = worker.world
    const key = `${id.jobId}/${id.chunk}`
    const isShared = (): boolean => workers.some(other => other !== worker && other.shape.behaviour.name === 'informed-coalition' &&
      [...other.state?.attempts.values() ?? []].some(attempt => attempt.id.jobId === id.jobId && attempt.id.chunk === id.chunk))
    const lies = plots.get(key) ?? (isShared() || ((worker.state?.earnings.get(coordinator)?.accepted ?? 0) >= 5 && dice.chance(0.3)))
    plots.set(key, lies)
    return lies ? lie('informed coalition', id.jobId, id.chunk, app) : honest
  }
}

/** Right when it is the first to run a chunk, wrong when somebody had it before and it may be the one who checks. */
const LYING_AUDITOR: WorkerBehaviour = {
  name: 'lying-auditor', lies: true,
  result: (worker, { id }, app, honest) => id.epoch > 1 ? lie(worker.name, id.jobId, id.chunk, app) : honest
}

/** Never computes: commits to what others committed to, and shows what others showed. */
const COPIER: WorkerBehaviour = {
  name: 'copier', lies: true,
  result: (worker, { id }, app) => lie(`guess of ${worker.name}`, id.jobId, id.chunk, app),
  outgoing: (worker, _, message) => {
    const { seen } = worker.world
    if (message.commit?.attempt !== undefined) {
      const { jobId, chunk } = message.commit.attempt
      const commitment = seen.commitment(jobId, chunk)
      return [commitment === undefined ? message : { commit: { ...message.commit, commitment } }]
    }
    if (message.reveal?.attempt !== undefined) {
      const { jobId, chunk } = message.reveal.attempt
      const reveal = seen.reveal(jobId, chunk)
      return [reveal === undefined ? message : { reveal: { ...reveal, attempt: message.reveal.attempt, batchId: message.reveal.batchId } }]
    }
    return [message]
  }
}

const NO_REVEAL: WorkerBehaviour = {
  name: 'no-reveal', lies: false,
  outgoing: (_, __, message) => message.reveal === undefined ? [message] : []
}

const SELECTIVE: WorkerBehaviour = {
  name: 'selective-failure', lies: false,
  result: (worker, _, __, honest) => worker.world.dice.chance(0.5) ? { failureClass: worker.world.dice.chance(0.5) ? 'app' : 'node' } : honest
}

const WITHHOLDER: WorkerBehaviour = { name: 'withholder', lies: false, withholds: true }

const HOARDER: WorkerBehaviour = { name: 'hoarder', lies: false, result: () => 'never' }

/** Says again, now and then, anything it ever said. */
const REPLAYER: WorkerBehaviour = {
  name: 'replayer', lies: false,
  outgoing: (worker, peer, message) => {
    const { dice, memory } = worker.world
    const past = memory(worker.name)
    past.push({ peer, message })
    if (past.length > 500) past.shift()
    const again = dice.chance(0.3) ? past.filter(said => said.peer === peer) : []
    return again.length === 0 ? [message] : [message, dice.pick(again).message]
  }
}

/** Commits twice to different things, and shows the files of another result. */
const EQUIVOCATOR: WorkerBehaviour = {
  name: 'equivocator', lies: true,
  outgoing: (worker, _, message) => {
    const { dice } = worker.world
    if (message.commit !== undefined) {
      const other = { commit: { ...message.commit, commitment: Uint8Array.from(Buffer.from(dice.hex(32), 'hex')) } }
      return dice.chance(0.5) ? [message, other] : [other, message]
    }
    return [message]
  }
}

/** Breaks some of the bytes it sends: what still decodes reaches the core. */
const GARBLER: WorkerBehaviour = {
  name: 'garbler', lies: true,
  garble: (bytes, dice) => {
    if (bytes.length === 0 || !dice.chance(0.1)) return bytes
    const copy = Uint8Array.from(bytes)
    for (let i = dice.whole(1, 3); i > 0; i--) copy[dice.whole(0, copy.length - 1)] = dice.whole(0, 255)
    return copy
  }
}

/** Lies, and comes back under a new name when it is caught. */
const WHITEWASHER: WorkerBehaviour = {
  ...LIAR, name: 'whitewasher',
  onRejected: worker => { worker.world.reenter(worker) }
}

export const ATTACKERS: readonly WorkerBehaviour[] = [
  LIAR, ON_OFF, COALITION, INFORMED, LYING_AUDITOR, COPIER, NO_REVEAL, SELECTIVE, WITHHOLDER, HOARDER, REPLAYER, EQUIVOCATOR, GARBLER, WHITEWASHER
]

/** What a coordinator says beyond, or instead of, what its core decided. */
export interface CoordinatorBehaviour {
  readonly name: string
  readonly honest: boolean
  readonly outgoing?: (coordinator: SimulatedCoordinator, peer: string, message: Message) => readonly Message[]
}

export const HONEST_COORDINATOR: CoordinatorBehaviour = { name: 'honest', honest: true }

/** A receipt of the same number for less. */
function another (wire: Receipt, name: string): Receipt {
  const signer = simulatedSigner(name)
  const { receipt } = receiptFromWire(wire, signer)
  return receiptToWire(signReceipt({ ...receipt, cumulative: receipt.cumulative / 2n }, signer))
}

/** Leases twice, leases in the name of an earlier life, makes verdicts up, recalls what is done, signs receipts that contradict each other, and does not pay. */
export const BYZANTINE_COORDINATOR: CoordinatorBehaviour = {
  name: 'byzantine', honest: false,
  outgoing: ({ world: { dice }, name }, _, message) => {
    const { lease, verdict, revealRequest, receipt } = message
    if (receipt !== undefined) {
      if (dice.chance(0.2)) return []
      if (dice.chance(0.1)) return [message, { receipt: another(receipt, name) }]
    }
    if (lease !== undefined) {
      if (dice.chance(0.2)) return [message, message]
      if (dice.chance(0.1)) return [{ lease: { ...lease, incarnation: Math.max(0, lease.incarnation - 1) } }]
      if (dice.chance(0.1)) return [message, { verdict: { attempt: lease.attempt, accepted: dice.chance(0.5), amount: 10n ** 12n } }]
      if (dice.chance(0.1)) return [message, { recall: { attempt: lease.attempt, reason: { code: 'SUPERSEDED', text: 'changed its mind' } } }]
    }
    if (verdict !== undefined && dice.chance(0.5)) return dice.chance(0.5) ? [] : [{ verdict: { ...verdict, amount: verdict.amount * 1000n } }]
    if (revealRequest !== undefined && dice.chance(0.3)) return [{ revealRequest: { ...revealRequest, merkleRoot: Uint8Array.from(Buffer.from(dice.hex(32), 'hex')) } }]
    return [message]
  }
}

/** Audits what it likes, and shows other lots than those it was bound to, or other results than those that were drawn. */
const RIGGER: CoordinatorBehaviour = {
  name: 'rigger', honest: false,
  outgoing: ({ world: { dice } }, _, message) => {
    const { draw } = message
    if (draw === undefined) return [message]
    const places = draw.lots.map((_lot, place) => place)
    const others = places.filter(place => !draw.drawn.includes(place)).slice(0, draw.drawn.length)
    if (dice.chance(0.5) && others.length === draw.drawn.length) return [{ draw: { ...draw, drawn: others } }]
    return [{ draw: { ...draw, lots: draw.lots.map(() => Uint8Array.from(Buffer.from(dice.hex(32), 'hex'))) } }]
  }
}

/** Takes right results for wrong without saying why, and keeps the money. */
const THIEF: CoordinatorBehaviour = {
  name: 'thief', honest: false,
  outgoing: (_, __, message) => {
    if (message.receipt !== undefined) return []
    return message.verdict?.accepted === true ? [{ verdict: refused(message.verdict) }] : [message]
  }
}

/** Does the same, signs for made-up results as its evidence, and tells everybody that its workers lie. */
const SLANDERER: CoordinatorBehaviour = {
  name: 'slanderer', honest: false,
  outgoing: (coordinator, peer, message) => {
    if (message.receipt !== undefined) return []
    if (message.verdict?.accepted !== true) return [message]
    const evidence = madeUp(coordinator, message.verdict)
    if (evidence === undefined) return [{ verdict: refused(message.verdict) }]
    const { world, name } = coordinator
    for (const worker of world.workers) if (worker.name !== peer) world.network.send(name, worker.name, { evidence })
    return [{ verdict: { ...refused(message.verdict), evidence } }]
  }
}

function refused (verdict: Verdict): Verdict {
  return { ...verdict, accepted: false, amount: 0n, reason: { code: 'WRONG_RESULT', text: 'it differs from the accepted one' } }
}

/** Evidence whose witness is the coordinator itself, with a result that nobody had. */
function madeUp ({ state, name, world }: SimulatedCoordinator, { attempt: id }: Verdict): Evidence | undefined {
  const job = state?.jobs.get(id?.jobId ?? '')
  const chunk = job?.chunks[id?.chunk ?? 0]
  const attempt = chunk?.attempts.find(one => one.epoch === id?.epoch)
  if (job === undefined || chunk === undefined || attempt?.attestation === undefined) return undefined
  const accused = attestationOf(name, job, chunk, attempt, { value: attempt.value ?? '', exitCode: 0 })
  const witness = { ...accused, worker: name, epoch: accused.epoch + 1, resultHash: world.dice.hex(32) }
  return evidenceToWire(evidenceOf(accused, attempt.attestation, witness, Buffer.from(signAttestation(witness, simulatedSigner(name))).toString('hex')))
}

export const BYZANTINE_COORDINATORS: readonly CoordinatorBehaviour[] = [BYZANTINE_COORDINATOR, RIGGER, THIEF, SLANDERER]
