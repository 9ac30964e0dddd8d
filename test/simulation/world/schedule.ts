interface Entry { readonly at: number, readonly order: number, readonly run: () => void }

/** What is to happen, by virtual time, and by order of planning within a millisecond. A binary heap. */
export class Schedule {
  readonly #heap: Entry[] = []
  #order = 0

  get size (): number { return this.#heap.length }

  add (at: number, run: () => void): void {
    const heap = this.#heap
    const entry = { at, order: this.#order++, run }
    let i = heap.length
    heap.push(entry)
    while (i > 0) {
      const up = (i - 1) >> 1
      if (!before(entry, heap[up] as Entry)) break
      heap[i] = heap[up] as Entry
      i = up
    }
    heap[i] = entry
  }

  /** Takes the next event out; undefined when none is left. */
  next (): { readonly at: number, readonly run: () => void } | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++
      if (!before(heap[child] as Entry, last)) break
      heap[i] = heap[child] as Entry
      i = child
    }
    heap[i] = last
    return first
  }
}

function before (a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
