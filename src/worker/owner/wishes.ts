import type { OwnerRules } from '../../model/owner-rules.ts'
import { patternMatches } from '../../model/patterns.ts'
import { nameRefusal } from '../../model/image-rules.ts'
import { reason } from '../../model/reasons.ts'
import type { Reason } from '../../model/reasons.ts'
import type { WorkerState } from '../state.ts'

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

/** Images are named as everywhere: without a registry they are of docker.io. */
export function imageDenied ({ owner }: WorkerState, image: string): Reason | undefined {
  const refusal = owner.rules === undefined ? undefined : nameRefusal(image, owner.rules.images)
  return refusal === undefined ? undefined : reason('OWNER_DENIES', refusal)
}

function denied (lists: OwnerRules['apps'] | undefined, name: string, what: string): Reason | undefined {
  if (lists === undefined) return undefined
  if (lists.deny.some(pattern => patternMatches(pattern, name))) return reason('OWNER_DENIES', `the owner of this machine does not want the ${what} ${name}`)
  if (lists.allow.length === 0 || lists.allow.some(pattern => patternMatches(pattern, name))) return undefined
  return reason('OWNER_DENIES', `the ${what} ${name} is not among those the owner of this machine wants`)
}
