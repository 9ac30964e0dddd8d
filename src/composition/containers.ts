import { join } from 'node:path'
import { DockerExecutor } from '../execution/index.ts'
import { isLendable } from '../model/hardware.ts'
import type { Gpu } from '../model/hardware.ts'
import { NightshiftError, errorMessage } from '../model/errors.ts'
import { DEFAULT_IMAGE_RULES } from '../model/image-rules.ts'
import type { ImageRules } from '../model/image-rules.ts'
import type { OwnerRules } from '../model/owner-rules.ts'
import type { Logger } from '../observe/logger.ts'

/** An engine has this long to prove that it runs tasks, milliseconds. */
const SELF_TEST_MS = 60_000
/** How often an engine is asked whether it is still there, or there again, milliseconds. */
const WATCH_MS = 5000

/** What a machine's owner says about containers on it. */
export interface ContainerOptions {
  /** false: no containers, even where an engine runs */
  readonly enabled: boolean
  /** the engine's socket; default the first that exists */
  readonly socket?: string
  readonly rules: ImageRules
  /** tasks that ask for it may reach the internet, behind a fence */
  readonly egress: boolean
  /** an OCI runtime every container must use */
  readonly runtime?: string
}

/** What a node does about containers when nothing is said. */
export const NO_CONTAINERS: ContainerOptions = { enabled: false, rules: DEFAULT_IMAGE_RULES, egress: false }

/**
 * Images count towards the room the owner gives: where nothing is said they may take half of it.
 * @throws NS_E_CONFIG when images were promised more than there is
 */
export function withinDisk (options: ContainerOptions, owner: OwnerRules | undefined): ContainerOptions {
  if (owner === undefined) return options
  const room = owner.diskGib * 1024 ** 3
  const { quotaBytes } = options.rules
  if (quotaBytes === DEFAULT_IMAGE_RULES.quotaBytes) return { ...options, rules: { ...options.rules, quotaBytes: Math.min(quotaBytes, room / 2) } }
  if (quotaBytes <= room) return options
  throw new NightshiftError('NS_E_CONFIG', `the settings "--image-quota" (${quotaBytes / 1024 ** 3}) and "diskGib" (${owner.diskGib}) contradict each other: images are part of the disk space`, { remedy: 'change "--image-quota" or "diskGib"' })
}

export interface ContainerHost {
  readonly dataDir: string
  readonly node: string
  readonly slots: number
  readonly cores: number
  readonly gpus: readonly Gpu[]
  /** scheduling priority of containers, 0 to 19 */
  readonly niceness?: () => number
  readonly log: Logger
}

export function containerExecutor (options: ContainerOptions, host: ContainerHost): DockerExecutor {
  return new DockerExecutor({
    ...options.socket === undefined ? {} : { socket: options.socket },
    ...options.runtime === undefined ? {} : { runtime: options.runtime },
    node: host.node,
    scratchDir: join(host.dataDir, 'containers'),
    slots: host.slots,
    coresPerSlot: host.cores / host.slots,
    rules: options.rules,
    ...host.niceness === undefined ? {} : { niceness: host.niceness },
    egress: options.egress,
    gpus: deviceNames(host.gpus),
    log: message => { host.log.info({}, message) }
  })
}

/** The driver counts its own devices only, in the order in which they were read. */
export function deviceNames (gpus: readonly Gpu[]): readonly { readonly id: string, readonly model: string }[] {
  return gpus.filter(isLendable).map(({ model }, index) => ({ id: String(index), model }))
}

/** True when the engine has just run a task. Why it could not is logged, unless it was before. */
export async function enginePasses (executor: DockerExecutor, log: Logger | undefined, signal: AbortSignal): Promise<boolean> {
  try {
    await executor.selfTest(AbortSignal.any([signal, AbortSignal.timeout(SELF_TEST_MS)]))
    return true
  } catch (error) {
    if (!signal.aborted) log?.info({ platform: 'docker', why: errorMessage(error) }, 'containers are not offered')
    return false
  }
}

/** Watches an engine come and go; `onChange` is told each time, after a self-test has passed when it comes. */
export class EngineWatch {
  readonly #executor: DockerExecutor
  readonly #log: Logger
  readonly #onChange: (works: boolean) => void
  readonly #stop = new AbortController()
  #works: boolean
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #said = false

  constructor (executor: DockerExecutor, works: boolean, log: Logger, onChange: (works: boolean) => void) {
    this.#executor = executor
    this.#works = works
    this.#log = log
    this.#onChange = onChange
    this.#later()
  }

  async close (): Promise<void> {
    this.#stop.abort()
    clearTimeout(this.#timer)
    await this.#looking
  }

  #later (): void {
    if (this.#stop.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => { this.#later() })
    }, WATCH_MS)
  }

  async #look (): Promise<void> {
    if (this.#works) {
      const why = await this.#executor.ping(AbortSignal.any([this.#stop.signal, AbortSignal.timeout(WATCH_MS * 2)])).then(() => undefined, errorMessage)
      if (why === undefined || this.#stop.signal.aborted) return
      this.#log.warn({ why }, 'the container engine went away: containers are not offered until it is back')
      this.#works = false
      this.#said = true
      this.#onChange(false)
      return
    }
    if (!this.#executor.hasSocket()) return
    if (!await enginePasses(this.#executor, this.#said ? undefined : this.#log, this.#stop.signal)) {
      this.#said = true
      return
    }
    this.#log.info({}, 'the container engine is here: containers are offered')
    this.#works = true
    this.#said = false
    this.#onChange(true)
  }
}
