import type { Draw, RevealRequest } from '../model/messages/control.ts'
import { drawProblem } from '../verification/audit.ts'
import type { BatchMember } from '../verification/audit.ts'
import { LEAST_AUDIT_RATE, MOST_AUDIT_RATE } from '../verification/policy.ts'
import { note } from './conduct.ts'
import { KEEP_RESULT_MS } from './credit.ts'
import type { WorkerAttempt } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** Batches whose draw may be outstanding; the oldest is forgotten first. */
const MOST_DUE = 1024

/** A batch that was shown, and of which the coordinator still has to say what it audited. Not kept over a restart. */
export interface DueDraw {
  readonly coordinator: string
  readonly members: readonly BatchMember[]
  readonly since: number
}

/** A batch is about to be shown: its draw follows. Batches of leases from older versions cannot be checked. */
export function expectDraw (turn: WorkerTurn, coordinator: string, { merkleRoot, drawFollows }: RevealRequest, attempts: readonly WorkerAttempt[], commitments: readonly Uint8Array[]): void {
  if (!drawFollows || attempts.some(({ lotHash }) => lotHash === undefined)) return
  const members = attempts.map(({ lotHash = '' }, place) => ({ lotHash: Buffer.from(lotHash, 'hex'), commitment: commitments[place] as Uint8Array }))
  const { draws } = turn.state
  draws.set(keyOf(coordinator, merkleRoot), { coordinator, members, since: turn.now })
  for (const [oldest] of draws) if (draws.size > MOST_DUE) draws.delete(oldest)
}

/** What was audited of a batch: it must be what the coordinator's lots, fixed by the leases, and this worker's commitments drew. */
export function onDraw (turn: WorkerTurn, coordinator: string, { merkleRoot, lots, drawn, jobId }: Draw): void {
  const key = keyOf(coordinator, merkleRoot)
  const due = turn.state.draws.get(key)
  if (due === undefined) return
  turn.state.draws.delete(key)
  const problem = drawProblem(due.members, lots, drawn, { least: LEAST_AUDIT_RATE, most: MOST_AUDIT_RATE })
  if (problem !== undefined) turn.effect({ kind: 'note', level: 'warn', text: `a forged draw: ${problem}`, about: { coordinator, job: jobId } })
  note(turn, coordinator, problem === undefined ? 'fairDraws' : 'forged')
}

/** A draw that is not shown within a day never will be. */
export function missDraws (turn: WorkerTurn): void {
  for (const [key, { coordinator, since }] of turn.state.draws) {
    if (turn.now - since < KEEP_RESULT_MS) return
    turn.state.draws.delete(key)
    note(turn, coordinator, 'missingDraws')
  }
}

function keyOf (coordinator: string, merkleRoot: Uint8Array): string {
  return `${coordinator}/${Buffer.from(merkleRoot).toString('hex')}`
}
