import { patternMatches } from '../../model/patterns.ts'
import type { OwnerRules } from '../../model/owner-rules.ts'
import { reason } from '../../model/reasons.ts'
import type { Reason } from '../../model/reasons.ts'
import { giveBackQueued } from '../drain.ts'
import { refuse } from '../handshake.ts'
import { KEYS } from '../keys.ts'
import { sendOffer } from '../offer.ts'
import type { WorkerState } from '../state.ts'
import type { WorkerTurn } from '../turn.ts'
import { allowanceOf, unlimited } from './allowance.ts'
import type { Allowance } from './allowance.ts'
import type { Conditions, OwnerCommand } from './conditions.ts'

/** News of the owner or of the machine. `command: null` takes back what was said by hand. */
export interface OwnerNews {
  readonly rules?: OwnerRules
  readonly seen?: Conditions
  readonly command?: OwnerCommand | null
}

export function onOwnerNews (turn: WorkerTurn, { rules, seen, command }: OwnerNews): void {
  const { owner } = turn.state
  if (rules !== undefined) owner.rules = rules
  if (seen !== undefined) owner.seen = seen
  if (command !== undefined) {
    if (command === null) delete owner.command
    else owner.command = command
    turn.put(KEYS.ownerCommand, command === null ? undefined : JSON.stringify(command))
  }
  reconsider(turn)
  if (rules !== undefined) refuseDenied(turn)
}

/** What may run is thought over with time, too: hours begin and end, and pauses run out. */
export function reconsider (turn: WorkerTurn): void {
  const { owner } = turn.state
  const before = owner.allowance
  owner.allowance = owner.rules === undefined
    ? unlimited(owner.capacity)
    : allowanceOf(owner.rules, owner.capacity, owner.seen, owner.command, turn.now, before)
  if (sameAllowance(before, owner.allowance)) return
  turn.effect({ kind: 'allow', allowance: owner.allowance })
  const { takesWork, reason: why } = owner.allowance
  if (!takesWork && why !== undefined) giveBackQueued(turn, why)
  for (const view of turn.state.coordinators.values()) if (view.admitted) sendOffer(turn, view.peer)
  if (before.reason?.code !== why?.code) turn.effect({ kind: 'note', level: 'info', text: why?.text ?? 'lends all that its owner allows', about: { code: why?.code ?? 'OK' } })
}

/** Why nothing may begin here; undefined when it may. */
export function notNow ({ draining, owner }: WorkerState): Reason | undefined {
  if (draining) return reason('DRAINING', 'the worker is shutting down')
  return owner.allowance.takesWork ? undefined : owner.allowance.reason
}

/** Why the owner does not want this coordinator; undefined when it may come. */
export function coordinatorDenied ({ owner }: WorkerState, peer: string): Reason | undefined {
  return denied(owner.rules?.coordinators, peer, 'coordinator')
}

export function appDenied ({ owner }: WorkerState, name: string): Reason | undefined {
  return denied(owner.rules?.apps, name, 'app')
}

function denied (lists: OwnerRules['apps'] | undefined, name: string, what: string): Reason | undefined {
  if (lists === undefined) return undefined
  if (lists.deny.some(pattern => patternMatches(pattern, name))) return reason('OWNER_DENIES', `the owner of this machine does not want the ${what} ${name}`)
  if (lists.allow.length === 0 || lists.allow.some(pattern => patternMatches(pattern, name))) return undefined
  return reason('OWNER_DENIES', `the ${what} ${name} is not among those the owner of this machine wants`)
}

function refuseDenied (turn: WorkerTurn): void {
  for (const view of turn.state.coordinators.values()) {
    const why = coordinatorDenied(turn.state, view.peer)
    if (why !== undefined && view.admitted) refuse(turn, view, why)
  }
}

function sameAllowance (a: Allowance, b: Allowance): boolean {
  return a.tasks === b.tasks && a.cores === b.cores && a.memoryMiB === b.memoryMiB && a.gpus === b.gpus &&
    a.takesWork === b.takesWork && a.suspended === b.suspended && a.release === b.release && a.reason?.code === b.reason?.code && a.until === b.until
}
