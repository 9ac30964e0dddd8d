import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const DAY_MS = 86_400_000
/** Days kept; a quota looks back a year at most. */
const KEPT_DAYS = 366
/** What was counted is on disk after this long, milliseconds: a crash forgets no more. */
const WRITE_MS = 30_000

/** How many bytes went in and out on which day, over restarts. */
export class TrafficBook {
  readonly #file: string
  readonly #days: Map<number, number>
  #counted = 0
  #writtenAt = 0
  #writing: Promise<void> = Promise.resolve()

  private constructor (file: string, days: Map<number, number>) {
    this.#file = file
    this.#days = days
  }

  static async open (dataDir: string): Promise<TrafficBook> {
    const file = join(dataDir, 'traffic.json')
    const text = await readFile(file, 'utf8').catch(() => '[]')
    return new TrafficBook(file, new Map(readDays(text)))
  }

  /** @param total bytes since this node started */
  count (total: number, now: number): void {
    const day = Math.floor(now / DAY_MS)
    const more = Math.max(0, total - this.#counted)
    this.#counted = total
    if (more > 0) this.#days.set(day, (this.#days.get(day) ?? 0) + more)
    for (const old of this.#days.keys()) if (old <= day - KEPT_DAYS) this.#days.delete(old)
    if (more === 0 || now - this.#writtenAt < WRITE_MS) return
    this.#writtenAt = now
    this.#writing = this.#writing.then(async () => { await this.#write() })
  }

  /** Bytes of the last `days` days, today included. */
  within (days: number, now: number): number {
    const first = Math.floor(now / DAY_MS) - days + 1
    return [...this.#days].reduce((sum, [day, bytes]) => day >= first ? sum + bytes : sum, 0)
  }

  async close (): Promise<void> {
    await this.#writing
    await this.#write()
  }

  async #write (): Promise<void> {
    await writeFile(`${this.#file}.new`, JSON.stringify([...this.#days]), { mode: 0o600 })
    await rename(`${this.#file}.new`, this.#file)
  }
}

/** A book that cannot be read starts anew: it is a figure, not money. */
function readDays (text: string): [number, number][] {
  try {
    const days: unknown = JSON.parse(text)
    return Array.isArray(days) ? days.filter((day): day is [number, number] => Array.isArray(day) && Number.isSafeInteger(day[0]) && Number.isSafeInteger(day[1])) : []
  } catch {
    return []
  }
}
