import type { OwnerRules } from '../../model/owner-rules.ts'
import { unlimited } from './allowance.ts'
import type { Allowance, Capacity } from './allowance.ts'
import { NOTHING_SEEN } from './conditions.ts'
import type { Conditions, OwnerCommand } from './conditions.ts'

/** What is known of the owner's will, and what follows from it at the moment. */
export interface OwnerState {
  capacity: Capacity
  /** without rules everything is lent, always */
  rules?: OwnerRules
  seen: Conditions
  command?: OwnerCommand
  allowance: Allowance
}

export function freshOwner (capacity: Capacity): OwnerState {
  return { capacity, seen: NOTHING_SEEN, allowance: unlimited(capacity) }
}
