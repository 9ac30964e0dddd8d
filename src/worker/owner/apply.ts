import type { OwnerRules } from '../../model/owner-rules.ts'
import { giveBackQueued } from '../drain.ts'
import { greetAnew, refuse } from '../handshake.ts'
import { KEYS } from '../keys.ts'
import { sendOffer } from '../offer.ts'
import type { WorkerTurn } from '../turn.ts'
import { allowanceOf, unlimited } from './allowance.ts'
import type { Allowance } from './allowance.ts'
import type { Conditions, OwnerCommand } from './conditions.ts'
import { coordinatorDenied } from './wishes.ts'

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
  if (rules !== undefined) followLists(turn)
}

/** What may run is thought over with time, too: hours begin and end, and pauses run out. True when coordinators were told. */
export function reconsider (turn: WorkerTurn): boolean {
  const { owner } = turn.state
  const before = owner.allowance
  const allowed = owner.rules === undefined
    ? unlimited(owner.capacity)
    : allowanceOf(owner.rules, owner.capacity, owner.seen, owner.command, turn.now, before)
  // what is held would be waited for in vain by a worker that shuts down: it goes back instead
  owner.allowance = allowed.suspended && turn.state.draining ? { ...allowed, release: true } : allowed
  if (sameAllowance(before, owner.allowance)) return false
  turn.effect({ kind: 'allow', allowance: owner.allowance })
  const { takesWork, reason: why } = owner.allowance
  if (!takesWork && why !== undefined) giveBackQueued(turn, why)
  for (const view of turn.state.coordinators.values()) if (view.admitted) sendOffer(turn, view.peer)
  if (before.reason?.code !== why?.code) turn.effect({ kind: 'note', level: 'info', text: why?.text ?? 'lends all that its owner allows', about: { code: why?.code ?? 'OK' } })
  return true
}

/** Coordinators the owner does not want any more are refused: what was begun for them is finished, shown and paid. Those that were unwanted and are not any more are greeted. */
function followLists (turn: WorkerTurn): void {
  for (const view of turn.state.coordinators.values()) {
    const why = coordinatorDenied(turn.state, view.peer)
    if (why !== undefined && view.admitted) {
      refuse(turn, view, why)
      giveBackQueued(turn, why, view.peer)
    } else if (why === undefined && view.refusal?.code === 'OWNER_DENIES') greetAnew(turn, view)
  }
}

function sameAllowance (a: Allowance, b: Allowance): boolean {
  return a.tasks === b.tasks && a.cores === b.cores && a.memoryMiB === b.memoryMiB && a.gpus === b.gpus &&
    a.takesWork === b.takesWork && a.suspended === b.suspended && a.release === b.release && a.reason?.code === b.reason?.code && a.until === b.until && a.scheduleChangesAt === b.scheduleChangesAt
}
