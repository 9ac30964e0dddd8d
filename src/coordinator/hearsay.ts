import { NightshiftError } from '../model/errors.ts'
import type { Evidence as WireEvidence } from '../model/messages/control.ts'
import { reason } from '../model/reasons.ts'
import { checkEvidence, evidenceId, heardOneMore } from '../verification/evidence.ts'
import type { Evidence } from '../verification/evidence.ts'
import { evidenceFromWire } from '../verification/evidence-wire.ts'
import { newStanding, withDoubt } from '../verification/reputation.ts'
import { spread } from './evidence.ts'
import { KEYS } from './keys.ts'
import { encodeHearsay } from './records.ts'
import { isTrusted } from './tiers.ts'
import type { Turn } from './turn.ts'
import { short, strike } from './verdict.ts'

/** Evidence of other coordinators kept; beyond that the oldest goes. */
const MOST_KEPT = 1000
/** Of it, of coordinators that this one's owner did not name: they crowd out nobody but each other. */
const STRANGERS_KEPT = 800

/**
 * A node shows what another coordinator has against a worker. It can only lower
 * trust, and how far depends on whose word it rests on:
 *
 * - a coordinator that this one's owner named: it counts like a wrong result found here. A witness that the owner
 *   named is not enough: a stranger may have had both run an app that gives something else each time
 * - anybody else could have signed a false result to harm the worker: the worker is
 *   no longer proven here, so that its results are checked by others again, and that only a
 *   few times a month. It is never banned, and is paid for what it does as before.
 */
export function onEvidence (turn: Turn, from: string, wire: WireEvidence): void {
  const { state } = turn
  const teller = state.workers.get(from)
  const heard = heardOneMore(teller?.heard, turn.now)
  const evidence = evidenceFromWire(wire)
  if (teller === undefined || heard === undefined || evidence === undefined) return
  teller.heard = heard
  const id = evidenceId(evidence)
  if (evidence.coordinator === state.self || evidence.accused.worker === state.self || state.evidence.has(id)) return
  try {
    checkEvidence(evidence, state.signer)
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    turn.effect({ kind: 'note', level: 'warn', text: error.message, about: { worker: from } })
    return
  }
  keep(turn, id, evidence)
  heed(turn, id, evidence)
  spread(turn, evidence, from)
}

function keep (turn: Turn, id: string, evidence: Evidence): void {
  const { state } = turn
  const isStrangers = ([, { coordinator }]: readonly [string, Evidence]): boolean => !isTrusted(state, coordinator, turn.now)
  const strangers = [...state.evidence].filter(isStrangers)
  const isFull = state.evidence.size >= MOST_KEPT || (isStrangers([id, evidence]) && strangers.length >= STRANGERS_KEPT)
  const oldest = isFull ? strangers[0]?.[0] ?? state.evidence.keys().next().value : undefined
  if (oldest !== undefined) {
    state.evidence.delete(oldest)
    turn.put(KEYS.evidence + oldest, undefined)
  }
  state.evidence.set(id, evidence)
  turn.put(KEYS.evidence + id, encodeHearsay({ at: turn.now, evidence }))
}

function heed (turn: Turn, id: string, evidence: Evidence): void {
  const { coordinator, accused, witness, jobId, chunk } = evidence
  const text = `for ${coordinator} it signed result ${short(accused.resultHash)}, ${witness.worker} signed ${short(witness.resultHash)}`
  if (isTrusted(turn.state, coordinator, turn.now)) {
    // it was kept once, and had to go since: nobody is struck twice for one result
    if (turn.state.incidents.some(incident => incident.evidence !== undefined && evidenceId(incident.evidence) === id)) return
    strike(turn, { at: turn.now, worker: accused.worker, jobId, chunk, epoch: accused.epoch, reason: reason('WRONG_RESULT', text), evidence })
    return
  }
  const before = turn.state.standings.get(accused.worker) ?? newStanding(accused.worker)
  const after = withDoubt(before, coordinator, turn.now)
  if (after === before) return
  turn.saveStanding(after)
  turn.effect({ kind: 'note', level: 'warn', text: `a worker is accused, and no longer proven here: ${text}`, about: { worker: accused.worker } })
}
