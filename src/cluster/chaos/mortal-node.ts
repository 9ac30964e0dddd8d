import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { NightshiftError } from '../../model/errors.ts'
import { nodeIsRunning, startNodeProcess, stopNodeProcess } from '../node-process.ts'
import type { NodeProcess } from '../node-process.ts'

export interface MortalInit {
  readonly name: string
  readonly args: readonly string[]
  readonly dataDir: string
  readonly logFile: string
}

const DEATH_MS = 10_000

/**
 * Stops a process and lets it go on when its own input ends: so a frozen node
 * never outlives us, however we end. Signals of the terminal must not reach it.
 */
const FREEZER = 'kill -STOP "$1" && echo frozen && read -r _; kill -CONT "$1"'

/** A node's process that can be killed, frozen, and started again with the same data. It ends with this process. */
export class MortalNode {
  readonly #init: MortalInit
  #process: NodeProcess
  #freezer: ChildProcess | undefined
  /** true from a kill of ours until it is started again */
  #down = false
  #starting: Promise<void> | undefined
  kills = 0
  freezes = 0
  /** how often it died without our doing */
  deaths = 0

  private constructor (init: MortalInit, process: NodeProcess) {
    this.#init = init
    this.#process = process
  }

  static async start (init: MortalInit): Promise<MortalNode> {
    return new MortalNode(init, await launch(init))
  }

  get name (): string { return this.#init.name }
  get peerId (): string { return this.#process.peerId }
  get addresses (): readonly string[] { return this.#process.addresses }
  get dataDir (): string { return this.#init.dataDir }
  get pid (): number { return this.#process.pid }

  /** True when it is gone although nobody here killed it. */
  async isLost (): Promise<boolean> {
    return !this.#down && !await nodeIsRunning(this.#process)
  }

  async kill (): Promise<void> {
    await this.#starting?.catch(() => undefined)
    await this.thaw()
    this.#down = true
    this.kills++
    if (await nodeIsRunning(this.#process)) process.kill(this.#process.pid, 'SIGKILL')
    const end = Date.now() + DEATH_MS
    while (await nodeIsRunning(this.#process)) {
      if (Date.now() > end) throw new NightshiftError('NS_E_CLUSTER', `process ${this.#process.pid} survives kill -9`)
      await delay(10)
    }
  }

  /** Starts it again, after it died or was killed. Throws NS_E_CLUSTER with the end of its log when it does not come up. */
  async restart (): Promise<void> {
    this.#starting ??= this.#start().finally(() => { this.#starting = undefined })
    await this.#starting
  }

  async #start (): Promise<void> {
    if (await nodeIsRunning(this.#process)) return
    this.#process = await launch(this.#init)
    this.#down = false
  }

  async freeze (): Promise<void> {
    if (this.#freezer !== undefined || !await nodeIsRunning(this.#process)) return
    const freezer = spawn('/bin/sh', ['-c', FREEZER, 'freezer', String(this.#process.pid)], { stdio: ['pipe', 'pipe', 'ignore'], detached: true })
    await Promise.race([once(freezer.stdout, 'data'), once(freezer, 'exit')])
    this.#freezer = freezer
    this.freezes++
  }

  async thaw (): Promise<void> {
    const freezer = this.#freezer
    if (freezer === undefined) return
    this.#freezer = undefined
    const gone = once(freezer, 'exit')
    freezer.stdin?.end()
    if (freezer.exitCode === null) await gone
  }

  async stop (): Promise<void> {
    await this.#starting?.catch(() => undefined)
    await this.thaw()
    this.#down = true
    await stopNodeProcess(this.#process)
  }
}

async function launch ({ args, dataDir, logFile }: MortalInit): Promise<NodeProcess> {
  return await startNodeProcess(args, { dataDir, logFile, owned: true })
}
