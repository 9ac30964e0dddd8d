import { checkProof } from '../ledger/equivocation.ts'
import type { EquivocationProof } from '../ledger/equivocation.ts'
import { proofFromWire, proofToWire } from '../ledger/wire.ts'
import { NightshiftError } from '../model/errors.ts'
import type { Equivocation } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import { KEYS } from './keys.ts'
import type { Turn } from './turn.ts'

/** Payers remembered as proven to have signed contradicting receipts. */
const MOST_ACCUSED = 1000

/** A worker shows that some payer signed receipts that contradict each other: kept as an incident, told to every other worker, once. */
export function onEquivocation (turn: Turn, from: string, wire: Equivocation): void {
  const { state } = turn
  if (wire.first === undefined || wire.second === undefined || state.accused.has(wire.payer) || state.accused.size >= MOST_ACCUSED) return
  try {
    const proof = proofFromWire(wire.payer, wire.first, wire.second)
    accuse(turn, proof, from)
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    turn.effect({ kind: 'note', level: 'warn', text: error.message, about: { worker: from } })
  }
}

/** Keeps a proof and tells every worker but the one it came from. Throws NS_E_RECEIPT when it proves nothing. */
export function accuse (turn: Turn, proof: EquivocationProof, from?: string): void {
  const { state } = turn
  const { payer, what, seq } = checkProof(proof, state.signer)
  remember(turn, proof, `${payer} has signed two ${what} that contradict each other, up to number ${seq}; the proof is kept`)
  for (const worker of state.workers.values()) if (worker.connected && worker.peer !== from) turn.send(worker.peer, { equivocation: proofToWire(proof) })
}

function remember (turn: Turn, proof: EquivocationProof, text: string): void {
  turn.state.accused.set(proof.payer, proof)
  turn.put(KEYS.proof + proof.payer, JSON.stringify(proof))
  turn.saveIncident({ at: turn.now, worker: proof.payer, jobId: 'receipts', chunk: 0, epoch: 0, reason: reason('EQUIVOCATION', text) })
  turn.effect({ kind: 'note', level: 'warn', text, about: { payer: proof.payer } })
}
