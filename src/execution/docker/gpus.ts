import { pickGpus } from '../../model/hardware.ts'

/** A device the engine can hand to a container. */
export interface GpuDevice {
  /** what the engine calls it, e.g. an index or a UUID */
  readonly id: string
  readonly model: string
}

interface Waiting { readonly take: () => readonly GpuDevice[] | undefined, readonly resolve: (devices: readonly GpuDevice[]) => void }

/** The machine's GPUs; each serves one task at a time. */
export class GpuPool {
  #devices: ReadonlySet<GpuDevice>
  readonly #free: Set<GpuDevice>
  readonly #waiting: Waiting[] = []

  constructor (devices: readonly GpuDevice[]) {
    this.#devices = new Set(devices)
    this.#free = new Set(devices)
  }

  /** Devices that are gone are not given again; those that came are free. */
  replace (devices: readonly GpuDevice[]): void {
    const kept = devices.map(device => [...this.#devices].find(({ id, model }) => id === device.id && model === device.model) ?? device)
    for (const device of this.#free) if (!kept.includes(device)) this.#free.delete(device)
    const fresh = kept.filter(device => !this.#devices.has(device))
    this.#devices = new Set(kept)
    this.give(fresh)
  }

  /** Waits for devices that fit; undefined when `signal` aborts first. None are needed for an empty list or 0. */
  async take (wanted: readonly string[] | number, signal: AbortSignal): Promise<readonly GpuDevice[] | undefined> {
    if (signal.aborted) return undefined
    const take = (): readonly GpuDevice[] | undefined => this.#pick(wanted)
    const now = take()
    if (now !== undefined) return now
    return await new Promise(resolve => {
      const waiting: Waiting = { take, resolve: devices => { signal.removeEventListener('abort', onAbort); resolve(devices) } }
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        resolve(undefined)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiting)
    })
  }

  give (devices: readonly GpuDevice[]): void {
    for (const device of devices) if (this.#devices.has(device)) this.#free.add(device)
    for (const waiting of [...this.#waiting]) {
      const taken = waiting.take()
      if (taken === undefined) continue
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      waiting.resolve(taken)
    }
  }

  #pick (wanted: readonly string[] | number): readonly GpuDevice[] | undefined {
    const picked = pickGpus([...this.#free], wanted)
    for (const device of picked ?? []) this.#free.delete(device)
    return picked
  }
}
