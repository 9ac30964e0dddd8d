import { attemptIsOpen } from '../lifecycle/attempt.ts'
import { evidenceOf } from '../verification/evidence.ts'
import type { Evidence } from '../verification/evidence.ts'
import { evidenceToWire } from '../verification/evidence-wire.ts'
import type { Attempt, Chunk, Job } from './state.ts'
import { attestationOf } from './task.ts'
import type { Turn } from './turn.ts'

/** What shows a worker, and anybody else, that its result was not refused at will: whoever found the accepted value signed for it, best the coordinator itself. */
export function evidenceAgainst ({ state }: Turn, job: Job, chunk: Chunk, accused: Attempt, accepted: string): Evidence | undefined {
  const witnesses = chunk.attempts.filter(other => other.value === accepted && other.attestation !== undefined && attemptIsOpen(other.state))
  const witness = witnesses.find(({ worker }) => worker === state.self) ?? witnesses.find(({ trusted }) => trusted) ?? witnesses[0]
  if (witness === undefined || accused.attestation === undefined) return undefined
  const attested = (attempt: Attempt) => attestationOf(state.self, job, chunk, attempt, { value: attempt.value ?? '', exitCode: 0 })
  return evidenceOf(attested(accused), accused.attestation, attested(witness), witness.attestation ?? '')
}

/** Tells every connected node but the accused and who told it. They tell the other coordinators they work for. */
export function spread (turn: Turn, evidence: Evidence, from?: string): void {
  const wire = evidenceToWire(evidence)
  for (const worker of turn.state.workers.values()) {
    if (worker.connected && worker.peer !== from && worker.peer !== evidence.accused.worker) turn.send(worker.peer, { evidence: wire })
  }
}
