/** A promise of the system that did not hold. */
export class Violation extends Error {
  readonly invariant: string

  constructor (invariant: string, what: string) {
    super(`${invariant}: ${what}`)
    this.name = 'Violation'
    this.invariant = invariant
  }
}

/** @throws Violation unless it holds; the text is made only then */
export function must (holds: boolean, invariant: string, what: () => string): void {
  if (!holds) throw new Violation(invariant, what())
}
