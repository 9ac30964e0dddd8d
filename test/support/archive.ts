import type { JournalArchive } from '../../src/model/archive.ts'

/** An archive in memory, with the promises of the one on disk. */
export class MemoryArchive implements JournalArchive {
  readonly #pieces = new Map<number, readonly string[]>()

  append = (first: number, lines: readonly string[]): Promise<void> => {
    for (const other of this.#pieces.keys()) if (other > first) this.#pieces.delete(other)
    this.#pieces.set(first, [...lines])
    return Promise.resolve()
  }

  pieces = async function * (this: MemoryArchive, from: number, { reverse = false } = {}): AsyncGenerator<readonly string[]> {
    const firsts = [...this.#pieces.keys()].sort((a, b) => a - b)
    const wanted = firsts.slice(Math.max(0, firsts.findLastIndex(first => first <= from)))
    for (const first of reverse ? wanted.reverse() : wanted) yield this.#pieces.get(first) ?? []
  }.bind(this)
}
