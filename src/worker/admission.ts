import { NightshiftError } from '../model/errors.ts'
import type { RunGate } from '../model/executor.ts'
import { reason } from '../model/reasons.ts'
import type { Reason } from '../model/reasons.ts'

/** How many tasks may run, and in how much memory. */
export interface Admitted {
  readonly tasks: number
  readonly memoryMiB: number
  /** nothing runs */
  readonly suspended: boolean
  /** what is held gives its memory back at once */
  readonly release: boolean
  readonly reason?: Reason
}

/** A task held for so long in all gives its memory and its chunk back, milliseconds: its coordinator waits no longer for it. */
const HOLD_MS = 60_000

interface Entry extends RunGate {
  readonly memoryMiB: number
  isOpen: boolean
  /** it was let run once */
  begun: boolean
  /** for how long it was held before, and since when it is, milliseconds */
  heldMs: number
  heldSince: number | undefined
  readonly listeners: Set<() => void>
  readonly givesUp: AbortController
  why: Reason | undefined
  timer: NodeJS.Timeout | undefined
}

/** A task's pass: the gate it runs behind, and a signal that it is to be given back. */
export interface Pass {
  readonly gate: RunGate
  readonly givesUp: AbortSignal
  /** why it is given back; undefined while it is not */
  readonly why: () => Reason | undefined
  leave: () => void
}

/**
 * Decides which tasks run while the owner of the machine wants fewer of them
 * than the sandboxes have slots for. The oldest go on; the youngest are held, and
 * given back when they were held for long.
 */
export class Admission {
  readonly #slots: number
  readonly #holdMs: number
  readonly #entries = new Set<Entry>()
  #admitted: Admitted

  /** @param slots tasks the sandboxes run at a time: as long as so many are admitted, they decide which */
  constructor (slots: number, admitted: Admitted, holdMs = HOLD_MS) {
    this.#slots = slots
    this.#admitted = admitted
    this.#holdMs = holdMs
  }

  enter (memoryMiB: number): Pass {
    const listeners = new Set<() => void>()
    const entry: Entry = {
      memoryMiB,
      isOpen: true,
      begun: false,
      heldMs: 0,
      heldSince: undefined,
      listeners,
      givesUp: new AbortController(),
      why: undefined,
      timer: undefined,
      onChange: listener => {
        listeners.add(listener)
        return () => { listeners.delete(listener) }
      }
    }
    this.#entries.add(entry)
    this.#decide()
    return {
      gate: entry,
      givesUp: entry.givesUp.signal,
      why: () => entry.why,
      leave: () => {
        clearTimeout(entry.timer)
        if (this.#entries.delete(entry)) this.#decide()
      }
    }
  }

  set (admitted: Admitted): void {
    this.#admitted = admitted
    this.#decide()
  }

  #decide (): void {
    const { suspended, tasks, memoryMiB } = this.#admitted
    if (suspended) {
      for (const entry of this.#entries) this.#turn(entry, false)
      return
    }
    const largest = Math.max(1, ...[...this.#entries].map(entry => entry.memoryMiB))
    const isLimited = tasks < this.#slots || largest * this.#slots > memoryMiB
    let taken = 0
    let memory = 0
    for (const entry of this.#entries) {
      const fits = !isLimited || (taken < tasks && memory + entry.memoryMiB <= memoryMiB)
      if (fits) {
        taken++
        memory += entry.memoryMiB
      }
      this.#turn(entry, fits)
    }
  }

  #turn (entry: Entry, isOpen: boolean): void {
    entry.begun ||= isOpen
    // one that has yet to begin, while others run, only waits its turn
    this.#hold(entry, !isOpen && (entry.begun || this.#admitted.suspended))
    if (!isOpen && this.#admitted.release) this.#giveUp(entry)
    if (entry.isOpen === isOpen) return
    entry.isOpen = isOpen
    for (const listener of [...entry.listeners]) listener()
  }

  #hold (entry: Entry, isHeld: boolean): void {
    const now = performance.now()
    if (isHeld === (entry.heldSince !== undefined)) return
    if (isHeld) {
      entry.heldSince = now
      entry.timer = setTimeout(() => { this.#giveUp(entry) }, this.#holdMs - entry.heldMs)
    } else {
      entry.heldMs += now - (entry.heldSince ?? now)
      entry.heldSince = undefined
      clearTimeout(entry.timer)
    }
  }

  #giveUp (entry: Entry): void {
    entry.why ??= this.#admitted.reason ?? reason('MACHINE_IN_USE', 'its owner lends less of the machine')
    entry.givesUp.abort(new NightshiftError('NS_E_ABORTED', `given back: ${entry.why.text}`))
  }
}

/** Resolves when the gate is open; rejects with the signal's reason when that aborts first. */
export async function opened (gate: RunGate, signal: AbortSignal): Promise<void> {
  while (!gate.isOpen) {
    signal.throwIfAborted()
    await new Promise<void>(resolve => {
      const done = (): void => {
        leave()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const leave = gate.onChange(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }
  signal.throwIfAborted()
}
