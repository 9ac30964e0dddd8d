import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CpuLoad, folderSize, inputWatch, onBattery } from '../hardware/use/index.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import type { OwnerProfile, OwnerRules } from '../model/owner-rules.ts'
import type { Logger } from '../observe/logger.ts'
import type { OwnerNews } from '../worker/owner/apply.ts'
import { NOTHING_SEEN } from '../worker/owner/conditions.ts'
import type { Conditions } from '../worker/owner/conditions.ts'
import { rulesOf } from '../worker/owner/settings.ts'
import { TrafficBook } from './traffic-book.ts'

/** The owner's settings in a worker's data folder. */
const OWNER_FILE = 'owner.json'
/** A change of the settings or of the machine's use is noticed within this time, milliseconds. */
const LOOK_MS = 1000
/** Without the file the rules of the profile are in force: whoever removes it must know. */
export const REMOVE_IT = 'correct it, or remove it: then what the profile says is in force'
/** Looks between two at what changes slowly, or costs more to look at. */
const LOOKS = { input: 2, battery: 10, disk: 60 } as const

export interface OwnerOptions {
  /** settings; default `owner.json` in the data folder. It need not exist */
  readonly file?: string
  /** what counts where the settings name no profile of their own */
  readonly profile?: OwnerProfile
  /** for tests and demonstrations: a JSON file whose fields replace what is seen of the machine */
  readonly simulate?: string
}

/** The owner's settings as they were read once: what they say, of which version of the file. */
export interface OwnerSettings {
  readonly options: OwnerOptions
  readonly file: string
  readonly stamp: string
  readonly rules: OwnerRules
}

export interface Watched {
  readonly dataDir: string
  readonly settings: OwnerSettings
  /** bytes through this node's sockets and its containers since it started */
  readonly traffic: () => number
  /** room that images take which were brought for tasks, bytes */
  readonly imageBytes: () => number
  /** processor time of this node's containers since it started, milliseconds */
  readonly containersCpuMs: () => number
  readonly log: Logger
  readonly post: (news: OwnerNews) => void
}

/**
 * Reads the owner's settings.
 * @throws NS_E_CONFIG when they are malformed or contradict each other
 */
export async function readOwnerRules (file: string, profile?: OwnerProfile): Promise<OwnerRules> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    text = '{}'
  }
  let written: unknown
  try {
    written = JSON.parse(text)
  } catch (error) {
    throw new NightshiftError('NS_E_CONFIG', `${file} is no JSON: ${errorMessage(error)}`, { remedy: REMOVE_IT })
  }
  return rulesOf(profile === undefined || typeof written !== 'object' ? written : { profile, ...written })
}

/**
 * Reads the settings of a worker that starts, once: all that depends on them goes by the same version.
 * @throws NS_E_CONFIG when they cannot be followed: a node does not start on a misunderstanding
 */
export async function readOwnerSettings (dataDir: string, options: OwnerOptions): Promise<OwnerSettings> {
  const file = ownerFile(dataDir, options)
  // in this order: what is written between the two is read again at the first look
  const stamp = await stampOf(file)
  return { options, file, stamp, rules: await readOwnerRules(file, options.profile) }
}

/** Replaces the settings whole, after checking them, so that a running node never reads half of them. */
export async function writeOwnerSettings (file: string, settings: object): Promise<OwnerRules> {
  const rules = rulesOf(settings)
  try {
    await writeFile(`${file}.new`, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 })
    await rename(`${file}.new`, file)
  } catch (error) {
    throw new NightshiftError('NS_E_CONFIG', `${file} cannot be written: ${errorMessage(error)}`, { remedy: 'see that this is the data folder of the worker, that it is writable for this user, and that its disk has room', cause: error })
  }
  return rules
}

/** Looks at the owner's settings and at the use of the machine, again and again, and tells what changed. */
export class OwnerWatch {
  readonly #watched: Watched
  readonly #file: string
  readonly #stop = new AbortController()
  readonly #cpu: CpuLoad
  readonly #inputIdle = inputWatch()
  readonly #traffic: TrafficBook
  #seen: Conditions = NOTHING_SEEN
  #stamp: string
  #measuring: Promise<void> | undefined
  #watching: Promise<void> = Promise.resolve()
  #days = 1

  private constructor (watched: Watched, traffic: TrafficBook) {
    this.#watched = watched
    this.#file = watched.settings.file
    this.#stamp = watched.settings.stamp
    this.#cpu = new CpuLoad(watched.containersCpuMs)
    this.#traffic = traffic
  }

  /** Tells the owner's rules, then watches. */
  static async start (watched: Watched): Promise<OwnerWatch> {
    const watch = new OwnerWatch(watched, await TrafficBook.open(watched.dataDir))
    watch.#tellRules(watched.settings.rules)
    await watch.#look(0)
    watch.#watching = watch.#watch()
    return watch
  }

  async close (): Promise<void> {
    this.#stop.abort()
    await this.#watching
    await this.#measuring
    await this.#traffic.close()
  }

  async #watch (): Promise<void> {
    for (let look = 1; !this.#stop.signal.aborted; look++) {
      await delay(LOOK_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined)
      if (this.#stop.signal.aborted) return
      try {
        await this.#readAgain()
        await this.#look(look)
      } catch (error) {
        this.#watched.log.warn({ why: errorMessage(error) }, 'the use of this machine could not be looked at')
      }
    }
  }

  /** Settings that cannot be followed change nothing, and are said once. */
  async #readAgain (): Promise<void> {
    const stamp = await stampOf(this.#file)
    if (stamp === this.#stamp) return
    this.#stamp = stamp
    try {
      this.#tellRules(await readOwnerRules(this.#file, this.#watched.settings.options.profile))
      this.#watched.log.info({ file: this.#file }, 'the owner\'s settings were read again')
    } catch (error) {
      this.#watched.log.error({ file: this.#file, why: errorMessage(error) }, 'the owner\'s new settings cannot be followed: those of before stay')
    }
  }

  #tellRules (rules: OwnerRules): void {
    this.#days = rules.traffic?.days ?? 1
    this.#watched.post({ rules })
  }

  async #look (look: number): Promise<void> {
    const now = Date.now()
    const { inputIdleMs: before, ...rest } = this.#seen
    this.#traffic.count(this.#watched.traffic(), now)
    const inputIdleMs = look % LOOKS.input === 0 ? await this.#inputIdle(now) : before
    if (look % LOOKS.disk === 0) this.#measure()
    this.#seen = {
      ...rest,
      ...inputIdleMs === undefined ? {} : { inputIdleMs },
      otherLoad: this.#cpu.otherLoad(),
      onBattery: look % LOOKS.battery === 0 ? await onBattery() : rest.onBattery,
      trafficBytes: this.#traffic.within(this.#days, now)
    }
    this.#watched.post({ seen: { ...this.#seen, ...await this.#simulated() } })
  }

  /** Walking through all files takes a while; the last figure counts meanwhile. */
  #measure (): void {
    this.#measuring ??= folderSize(this.#watched.dataDir, this.#stop.signal)
      .then(bytes => { this.#seen = { ...this.#seen, diskBytes: bytes + this.#watched.imageBytes() } })
      .catch((error: unknown) => { if (!this.#stop.signal.aborted) this.#watched.log.warn({ why: errorMessage(error) }, 'the room this node takes could not be measured') })
      .finally(() => { this.#measuring = undefined })
  }

  async #simulated (): Promise<Partial<Conditions>> {
    const { simulate } = this.#watched.settings.options
    if (simulate === undefined) return {}
    const text = await readFile(simulate, 'utf8').catch(() => '{}')
    return JSON.parse(text === '' ? '{}' : text) as Partial<Conditions>
  }
}

export function ownerFile (dataDir: string, { file }: Pick<OwnerOptions, 'file'> = {}): string {
  return file ?? join(dataDir, OWNER_FILE)
}

/** Tells one version of a file from another; empty when there is none. */
async function stampOf (file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file)
    return `${mtimeMs}/${size}/${ino}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return ''
  }
}
