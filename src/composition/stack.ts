import type { Logger } from '../observe/logger.ts'

/** Things opened, closed in reverse order; a failure to close one does not keep the others open. */
export class Opened {
  readonly #log: Logger
  #closers: { readonly what: string, readonly close: () => Promise<void> }[] = []

  constructor (log: Logger) {
    this.#log = log
  }

  add<T> (what: string, thing: T, close: (thing: T) => Promise<void>): T {
    this.#closers.push({ what, close: async () => { await close(thing) } })
    return thing
  }

  async close (): Promise<void> {
    const closers = this.#closers.reverse()
    this.#closers = []
    for (const { what, close } of closers) {
      try {
        await close()
      } catch (err) {
        this.#log.error({ err, what }, 'could not be closed')
      }
    }
  }
}
