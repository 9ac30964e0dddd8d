import type { Store, Write } from '../../../src/model/store.ts'
import type { Dice } from './dice.ts'

/** How a disk answers at the moment. `full` and `fsync` refuse every batch. */
export type DiskState = 'fast' | 'slow' | 'full' | 'fsync'

export interface DiskHooks {
  readonly after: (ms: number, run: () => void) => void
  /** something was resolved: microtasks must run before the next event */
  readonly touch: () => void
  /** where the process is to die, if its time has come; the process is dead when this returns true */
  readonly dies: (when: 'before-write' | 'after-write') => boolean
  /** told of every batch that reached the platter */
  readonly onApplied: (writes: readonly Write[]) => void
}

/**
 * One node's store on a virtual disk: batches are atomic, one that was
 * acknowledged survives everything, one in flight at a crash survives by chance.
 */
export class SimulatedDisk implements Store {
  state: DiskState = 'fast'
  readonly #dice: Dice
  readonly #hooks: DiskHooks
  readonly #data = new Map<string, string>()
  #inFlight = new Set<readonly Write[]>()

  constructor (dice: Dice, hooks: DiskHooks) {
    this.#dice = dice
    this.#hooks = hooks
  }

  get (key: string): Promise<string | undefined> {
    return Promise.resolve(this.#data.get(key))
  }

  /** What is stored, for checks. */
  peek (key: string): string | undefined {
    return this.#data.get(key)
  }

  async * range ({ gte, lt, limit = Infinity, reverse = false }: { gte: string, lt: string, limit?: number, reverse?: boolean }): AsyncGenerator<readonly [string, string]> {
    const keys = [...this.#data.keys()].filter(key => key >= gte && key < lt).sort()
    if (reverse) keys.reverse()
    for (const key of keys.slice(0, limit)) yield await Promise.resolve([key, this.#data.get(key) ?? ''] as const)
  }

  batch (writes: readonly Write[]): Promise<void> {
    const { dies, after } = this.#hooks
    if (dies('before-write')) return new Promise(() => undefined)
    if (this.state === 'full' || this.state === 'fsync') {
      // a failed fsync says nothing about what reached the platter
      if (this.state === 'fsync' && this.#dice.chance(0.5)) this.#apply(writes)
      return Promise.reject(new Error(this.state === 'full' ? 'no space left on device' : 'fsync failed'))
    }
    if (this.state === 'fast') {
      this.#apply(writes)
      return dies('after-write') ? new Promise(() => undefined) : Promise.resolve()
    }
    this.#inFlight.add(writes)
    return new Promise(resolve => {
      after(this.#dice.whole(1, 1500), () => {
        if (!this.#inFlight.delete(writes)) return
        this.#apply(writes)
        if (dies('after-write')) return
        after(this.#dice.whole(0, 20), () => {
          this.#hooks.touch()
          resolve()
        })
      })
    })
  }

  close (): Promise<void> {
    return Promise.resolve()
  }

  /** The process died: what was being written is there, or not. */
  crash (): void {
    const inFlight = this.#inFlight
    this.#inFlight = new Set()
    for (const writes of inFlight) if (this.#dice.chance(0.5)) this.#apply(writes)
  }

  #apply (writes: readonly Write[]): void {
    for (const { key, value } of writes) {
      if (value === undefined) this.#data.delete(key)
      else this.#data.set(key, value)
    }
    this.#hooks.onApplied(writes)
  }
}
