import { NightshiftError } from '../../src/model/errors.ts'

type Refusal = abstract new (...args: never[]) => Error

/** Runs a reader: it takes its input, or refuses it with the one error it may. */
export function takes (read: () => unknown, refusal: Refusal): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof refusal && isTold(error)) return false
    throw error
  }
}

/** The same for a reader that takes its time; its refusals are NightshiftErrors. */
export async function takesLater (read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read()
    return true
  } catch (error) {
    if (error instanceof NightshiftError && isTold(error)) return false
    throw error
  }
}

/** A defect that was wrapped is a defect. */
function isTold (error: Error): boolean {
  return !(error instanceof NightshiftError) || (error.code !== 'NS_E_INTERNAL' && error.message !== '')
}
