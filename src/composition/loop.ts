import type { Store, Write } from '../model/store.ts'
import { asNightshiftError } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'

/** Events taken into one turn, and so into one synced batch, at most. */
const TURN_EVENTS = 512

/** What a deterministic core gives the loop: one turn object per moment, filled by events. */
export interface LoopCore<E, T extends { writes: () => Write[] }> {
  readonly begin: (now: number) => T
  /** Throws only to refuse a request; then the turn is as if the event never came. NS_E_LEDGER of an event that is no request is fatal. */
  readonly step: (turn: T, event: E) => void
  readonly finish: (turn: T) => void
  /** Carries out messages and effects, after the turn's writes are on disk. Must not throw. */
  readonly perform: (turn: T) => void | Promise<void>
  /** for tests: told of every step of a turn, and may not return */
  readonly onPhase?: (events: readonly E[], turn: T, phase: 'decided' | 'written' | 'spoken') => void
}

interface Queued<E> {
  readonly event: E
  readonly done?: { readonly resolve: () => void, readonly reject: (error: Error) => void }
}

/**
 * The one writer of a node: takes events in order, lets the core decide, writes
 * everything a turn decided in one synced batch, and only then speaks. Events
 * that come while a batch is being written share the next one (group commit).
 */
export class Loop<E, T extends { writes: () => Write[] }> {
  readonly #core: LoopCore<E, T>
  readonly #store: Store
  readonly #now: () => number
  readonly #log: Logger
  readonly #onFatal: (error: Error) => void
  #queue: Queued<E>[] = []
  #running: Promise<void> | undefined
  #closed: Error | undefined

  constructor (options: { core: LoopCore<E, T>, store: Store, now: () => number, log: Logger, onFatal: (error: Error) => void }) {
    this.#core = options.core
    this.#store = options.store
    this.#now = options.now
    this.#log = options.log
    this.#onFatal = options.onFatal
  }

  /** Hands an event in; a refusal is logged. */
  post (event: E): void {
    if (this.#closed !== undefined) return
    this.#queue.push({ event })
    this.#wake()
  }

  /** Hands a request in; resolves when what it decided is on disk, rejects when it was refused. */
  async request (event: E): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      if (this.#closed !== undefined) {
        reject(this.#closed)
        return
      }
      this.#queue.push({ event, done: { resolve, reject } })
      this.#wake()
    })
  }

  /** Ends the loop for something found outside of a turn: the turn in progress is its last, and the node is told. */
  fail (error: Error): void {
    if (this.#closed === undefined) this.#fail(error)
  }

  /** Finishes the turn in progress and takes no more events. */
  async close (): Promise<void> {
    this.#closed ??= asNightshiftError(new Error('the node is shutting down'), 'NS_E_ABORTED')
    await this.#running
    for (const { done } of this.#queue) done?.reject(this.#closed)
    this.#queue = []
  }

  #wake (): void {
    this.#running ??= new Promise<void>(resolve => { setImmediate(resolve) })
      .then(async () => { await this.#drain() })
      .catch((error: unknown) => { this.#fail(asNightshiftError(error)) })
      .finally(() => {
        this.#running = undefined
        if (this.#queue.length > 0 && this.#closed === undefined) this.#wake()
      })
  }

  async #drain (): Promise<void> {
    while (this.#queue.length > 0 && this.#closed === undefined) {
      const queued = this.#queue.splice(0, TURN_EVENTS)
      try {
        await this.#turn(queued)
      } catch (error) {
        for (const { done } of queued) done?.reject(asNightshiftError(error))
        throw error
      }
    }
  }

  async #turn (queued: readonly Queued<E>[]): Promise<void> {
    const turn = this.#core.begin(this.#now())
    const accepted = queued.filter(entry => this.#apply(turn, entry))
    this.#core.finish(turn)
    const { onPhase } = this.#core
    const events = onPhase === undefined ? [] : accepted.map(({ event }) => event)
    onPhase?.(events, turn, 'decided')
    const writes = turn.writes()
    if (writes.length > 0) await this.#store.batch(writes, { sync: true })
    onPhase?.(events, turn, 'written')
    for (const { done } of accepted) done?.resolve()
    await this.#core.perform(turn)
    onPhase?.(events, turn, 'spoken')
  }

  #apply (turn: T, { event, done }: Queued<E>): boolean {
    try {
      this.#core.step(turn, event)
      return true
    } catch (error) {
      const refused = asNightshiftError(error)
      // nobody asked for it, so nobody is refused: the books and what was decided do not fit each other
      if (done === undefined && refused.code === 'NS_E_LEDGER') throw refused
      if (done === undefined) this.#log.error({ code: refused.code, err: refused }, 'an event was refused')
      else done.reject(refused)
      return false
    }
  }

  /** A batch that cannot be written is fatal: what was decided in memory must not be spoken of. */
  #fail (error: Error): void {
    this.#closed = error
    for (const { done } of this.#queue) done?.reject(error)
    this.#queue = []
    this.#onFatal(error)
  }
}
