import { setTimeout as delay } from 'node:timers/promises'
import { gpuStamp, measureSpeed, readHardware, speedKey } from '../hardware/index.ts'
import { errorMessage } from '../model/errors.ts'
import type { Gpu, Hardware } from '../model/hardware.ts'
import type { Logger } from '../observe/logger.ts'
import type { Machine } from '../worker/machine.ts'
import { readMeasured, writeMeasured } from './machine-file.ts'
import type { Measured } from './machine-file.ts'
import { ownNumericClass } from './numeric-class.ts'

/** A change of limits or disk is noticed within this time, milliseconds: a handful of small files is read. */
export const LOOK_MS = 30_000
/** Looks between two at the GPUs themselves, which take a process to ask; a driver that comes or goes is noticed at every look. */
const GPU_LOOKS = 20
/** A speed that was measured before this is measured again, milliseconds: machines age, and one measurement may have been unlucky. */
const SPEED_AGE_MS = 30 * 86_400_000

export interface MachineWatched {
  readonly dataDir: string
  /** as it was read at the start */
  readonly hardware: Hardware
  /** what the owner said may be lent at most; what the machine has by default */
  readonly wanted: { readonly cores?: number, readonly memoryMiB?: number }
  /** bytes per second as it is measured now; 0: not known */
  readonly bandwidth: () => number
  readonly log: Logger
  readonly post: (machine: Partial<Machine>) => void
  /** containers are given others from now on */
  readonly onGpus: (gpus: readonly Gpu[]) => void
  /** default `LOOK_MS` */
  readonly lookMs?: number
}

/** What may be lent of what there is: never more than the machine, or its container, has. */
export function lendable ({ cores, memoryMiB }: MachineWatched['wanted'], hardware: Pick<Hardware, 'cores' | 'memoryMiB'>): { readonly cores: number, readonly memoryMiB: number } {
  return { cores: Math.min(cores ?? Infinity, hardware.cores), memoryMiB: Math.min(memoryMiB ?? Infinity, hardware.memoryMiB) }
}

/** Looks at the machine again and again, so that what is advertised stays true, and keeps what was measured. */
export class MachineWatch {
  readonly #watched: MachineWatched
  readonly #stop = new AbortController()
  #hardware: Hardware
  #measured: Measured
  #gpuStamp = ''
  #watching: Promise<unknown> = Promise.resolve()
  #writing: Promise<void> = Promise.resolve()

  private constructor (watched: MachineWatched, measured: Measured) {
    this.#watched = watched
    this.#hardware = watched.hardware
    this.#measured = measured
  }

  /** Tells what was measured in earlier lives, then watches. A speed that is not known is measured beside. */
  static async start (watched: MachineWatched): Promise<MachineWatch> {
    const watch = new MachineWatch(watched, await readMeasured(watched.dataDir))
    watch.#gpuStamp = await gpuStamp()
    const { speed } = watch.#measured
    const known = speed !== undefined && speed.key === speedKey(watched.hardware) && Math.abs(Date.now() - speed.at) < SPEED_AGE_MS
    watched.post({ bandwidth: watched.bandwidth(), ...known ? { speed: speed.score } : {} })
    watch.#watching = Promise.all([watch.#watch(), known ? undefined : watch.#speed()])
    return watch
  }

  async close (): Promise<void> {
    this.#stop.abort()
    await this.#watching
    await this.#keep({ bandwidth: this.#watched.bandwidth() })
  }

  async #watch (): Promise<void> {
    for (let look = 1; !this.#stop.signal.aborted; look++) {
      await delay(this.#watched.lookMs ?? LOOK_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined)
      if (this.#stop.signal.aborted) return
      try {
        await this.#look(look)
      } catch (error) {
        this.#watched.log.warn({ why: errorMessage(error) }, 'this machine could not be looked at')
      }
    }
  }

  async #look (look: number): Promise<void> {
    const { dataDir, wanted, bandwidth, post, onGpus, log } = this.#watched
    const before = this.#hardware
    const stamp = await gpuStamp()
    const again = stamp !== this.#gpuStamp || look % GPU_LOOKS === 0
    this.#gpuStamp = stamp
    const hardware = await readHardware(dataDir, undefined, { cpuModel: before.cpuModel, ...again ? {} : { gpus: before.gpus } })
    this.#hardware = hardware
    const othersGpus = JSON.stringify(hardware.gpus) !== JSON.stringify(before.gpus)
    if (othersGpus) {
      log.info({ before: before.gpus, now: hardware.gpus }, 'the GPUs of this machine changed')
      onGpus(hardware.gpus)
    }
    if (hardware.cores !== before.cores || hardware.memoryMiB !== before.memoryMiB) {
      log.info({ cores: hardware.cores, memoryMiB: hardware.memoryMiB, before: { cores: before.cores, memoryMiB: before.memoryMiB } }, 'the limits of this machine changed')
    }
    post({ hardware, ...lendable(wanted, hardware), bandwidth: bandwidth(), ...othersGpus ? { numericClass: await ownNumericClass(hardware) } : {} })
    if (bandwidth() !== this.#measured.bandwidth) await this.#keep({ bandwidth: bandwidth() })
  }

  async #speed (): Promise<void> {
    const { hardware, post, log } = this.#watched
    try {
      const score = await measureSpeed(this.#stop.signal)
      post({ speed: score })
      await this.#keep({ speed: { key: speedKey(hardware), score, at: Date.now() } })
    } catch (error) {
      if (!this.#stop.signal.aborted) log.warn({ why: errorMessage(error) }, 'the speed of this machine could not be measured: none is advertised')
    }
  }

  /** One at a time; what could not be written is measured again by another life. */
  async #keep (more: Partial<Measured>): Promise<void> {
    this.#measured = { ...this.#measured, ...more }
    this.#writing = this.#writing.then(async () => { await writeMeasured(this.#watched.dataDir, this.#measured) })
      .catch((error: unknown) => { this.#watched.log.warn({ why: errorMessage(error) }, 'what was measured of this machine could not be kept') })
    await this.#writing
  }
}
