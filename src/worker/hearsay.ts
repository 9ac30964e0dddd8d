import { NightshiftError } from '../model/errors.ts'
import type { Evidence as WireEvidence } from '../model/messages/control.ts'
import { checkEvidence, evidenceId, heardOneMore } from '../verification/evidence.ts'
import { evidenceFromWire } from '../verification/evidence-wire.ts'
import type { CoordinatorView } from './state.ts'
import type { WorkerTurn } from './turn.ts'

/** Evidence remembered as told already; the oldest is forgotten first. */
const MOST_TOLD = 1000

/** A coordinator has something against another worker. The other coordinators this worker works for are told, each piece once; they check it themselves. */
export function passOn (turn: WorkerTurn, from: CoordinatorView, wire: WireEvidence): void {
  const { state } = turn
  const heard = heardOneMore(from.heard, turn.now)
  const evidence = evidenceFromWire(wire)
  if (heard === undefined || evidence === undefined) return
  from.heard = heard
  const id = evidenceId(evidence)
  if (state.told.has(id)) return
  try {
    checkEvidence(evidence, state.signer)
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    turn.effect({ kind: 'note', level: 'warn', text: error.message, about: { coordinator: from.peer } })
    return
  }
  state.told.add(id)
  for (const oldest of state.told) {
    if (state.told.size <= MOST_TOLD) break
    state.told.delete(oldest)
  }
  for (const other of state.coordinators.keys()) if (other !== from.peer && other !== evidence.coordinator) turn.send(other, { evidence: wire })
}
