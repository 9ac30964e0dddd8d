import { NightshiftError } from '../model/errors.ts'

/** The states each state may move to. */
export type Transitions<S extends string> = Readonly<Record<S, readonly S[]>>

/**
 * Checks one move of a state machine and returns the new state.
 * @throws NS_E_INTERNAL when the machine has no such move: a defect, never input
 */
export function move<S extends string> (what: string, transitions: Transitions<S>, from: S, to: S): S {
  if (!transitions[from].includes(to)) throw new NightshiftError('NS_E_INTERNAL', `${what} cannot move from ${from} to ${to}`)
  return to
}
