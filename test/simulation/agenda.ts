interface Entry { readonly at: number, readonly order: number, readonly run: () => void }

/** What happens when, in a binary heap: earliest first, and in the order it was planned among those of one moment. */
export class Agenda {
  readonly #heap: Entry[] = []
  #order = 0

  get next (): Entry | undefined {
    return this.#heap[0]
  }

  add (at: number, run: () => void): void {
    const heap = this.#heap
    let place = heap.length
    const entry = { at, order: this.#order++, run }
    heap.push(entry)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (isBefore(heap[parent] as Entry, entry)) break
      heap[place] = heap[parent] as Entry
      place = parent
    }
    heap[place] = entry
  }

  take (): Entry | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++
      if (isBefore(last, heap[child] as Entry)) break
      heap[place] = heap[child] as Entry
      place = child
    }
    heap[place] = last
    return first
  }
}

function isBefore (a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
