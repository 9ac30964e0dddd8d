import { createHash } from 'node:crypto'

const KEPT = 50

/** What happened, in order: a hash over all of it, and the last lines in words. */
export class Trace {
  readonly #hash = createHash('sha256')
  readonly #recent: string[] = []
  readonly #print: ((line: string) => void) | undefined
  #lines = 0

  /** `print` is told every line as it comes. */
  constructor (print?: (line: string) => void) {
    this.#print = print
  }

  add (line: string): void {
    this.#hash.update(line).update('\n')
    this.#recent[this.#lines++ % KEPT] = line
    this.#print?.(line)
  }

  /** the last 50 lines, oldest first */
  recent (): readonly string[] {
    const from = this.#lines % KEPT
    return [...this.#recent.slice(from), ...this.#recent.slice(0, from)]
  }

  digest (): string {
    return this.#hash.copy().digest('hex')
  }
}
