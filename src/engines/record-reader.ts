import type { RecordBlock } from './record-blocks.ts'

export interface RecordRun {
  readonly bytes: Buffer
  readonly records: number
}

/** Takes records off a stream of blocks, as many at a time as they lie together. */
export class RecordReader {
  readonly #blocks: AsyncIterator<RecordBlock>
  #block: RecordBlock | undefined
  #index = 0

  constructor (blocks: AsyncIterable<RecordBlock>) {
    this.#blocks = blocks[Symbol.asyncIterator]()
  }

  async hasMore (): Promise<boolean> {
    while (this.#block === undefined || this.#index >= this.#block.ends.length) {
      const next = await this.#blocks.next()
      if (next.done === true) return false
      this.#block = next.value
      this.#index = 0
    }
    return true
  }

  /**
   * The next records, at most `records` and `bytes` together, at least one when
   * `atLeastOne`; undefined when there are no more or the next does not fit.
   */
  async take (limit: { records: number, bytes: number }, atLeastOne: boolean): Promise<RecordRun | undefined> {
    if (!await this.hasMore()) return undefined
    const { bytes, ends } = this.#block as RecordBlock
    const start = this.#index === 0 ? 0 : ends[this.#index - 1] as number
    const first = this.#index
    const last = Math.min(ends.length, first + limit.records)
    while (this.#index < last && (ends[this.#index] as number) - start <= limit.bytes) this.#index++
    if (this.#index === first && atLeastOne) this.#index++
    if (this.#index === first) return undefined
    return { bytes: bytes.subarray(start, ends[this.#index - 1]), records: this.#index - first }
  }

  async close (): Promise<void> {
    await this.#blocks.return?.()
  }
}
