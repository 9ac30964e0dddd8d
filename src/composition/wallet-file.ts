import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { signBelonging } from '../ledger/belonging.ts'
import type { Logger } from '../observe/logger.ts'
import { systemClock } from './system.ts'
import { viewCoordinators } from '../worker/views.ts'
import type { WorkerState } from '../worker/state.ts'

/** A worker has no API: what "wallet peers" shows of it is in this file of its data folder. */
export const WALLET_FILE = 'wallet.json'
const EVERY_MS = 500

/** Writes what the worker has with each coordinator whenever it has changed, for people to look at; nothing reads it back. */
export class WalletFile {
  readonly #file: string
  readonly #state: WorkerState
  readonly #log: Logger
  readonly #timer: NodeJS.Timeout
  #last = ''
  #writing: Promise<void> = Promise.resolve()

  constructor (dataDir: string, state: WorkerState, log: Logger) {
    this.#file = join(dataDir, WALLET_FILE)
    this.#state = state
    this.#log = log
    this.#timer = setInterval(() => { this.#writing = this.#writing.then(async () => { await this.#write() }) }, EVERY_MS)
  }

  async close (): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    await this.#write()
  }

  async #write (): Promise<void> {
    const { self, signer, config: { belongsTo } } = this.#state
    const belonging = belongsTo === undefined ? {} : { belonging: signBelonging(belongsTo, signer) }
    const text = JSON.stringify({ worker: self, ...belonging, coordinators: viewCoordinators(this.#state, systemClock.now()) })
    if (text === this.#last) return
    try {
      await writeFile(`${this.#file}.new`, text, { mode: 0o600 })
      await rename(`${this.#file}.new`, this.#file)
      this.#last = text
    } catch (err) {
      this.#log.warn({ err }, 'the file that "wallet peers" shows could not be written')
    }
  }
}
