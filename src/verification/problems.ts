/** Problems named one by one; more are counted. */
const NAMED = 100

/** Something in a receipt that is not as it was signed, or does not hold. */
export interface Problem {
  /** the part it is about: `chunk 7`, `output a/b.txt`, `statement`, `signature`, … */
  readonly where: string
  readonly what: string
}

/** Collects what is wrong with a receipt. */
export class Problems {
  readonly named: Problem[] = []
  count = 0

  add (where: string, what: string): void {
    if (this.count++ < NAMED) this.named.push({ where, what })
  }

  /** Adds a problem unless two values are the same. */
  same (where: string, what: string, found: unknown, stated: unknown): void {
    if (found !== stated) this.add(where, `${what} is ${String(found)}, the statement says ${String(stated)}`)
  }
}
