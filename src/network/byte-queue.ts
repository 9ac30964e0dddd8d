import type { Uint8ArrayList } from 'uint8arraylist'

/** Bytes in order of arrival, kept in the pieces they came in. Taking from the front never moves the rest. */
export class ByteQueue {
  #pieces: Uint8Array[] = []
  #first = 0
  #offset = 0
  #length = 0

  get length (): number {
    return this.#length
  }

  append (data: Uint8Array | Uint8ArrayList): void {
    if (data instanceof Uint8Array) this.#push(data)
    else for (const piece of data) this.#push(piece)
  }

  #push (piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#pieces.push(piece)
    this.#length += piece.length
  }

  /** The byte at a position; the queue must be that long. */
  at (position: number): number {
    let index = this.#first
    let at = position + this.#offset
    for (;;) {
      const piece = this.#pieces[index++]
      if (piece === undefined) throw new RangeError(`byte ${position} of ${this.#length}`)
      if (at < piece.length) return piece[at] ?? 0
      at -= piece.length
    }
  }

  /** The first bytes as they came, without a copy: at least one unless empty, at most `max`. */
  takeSome (max: number): Uint8Array {
    const piece = this.#pieces[this.#first]
    if (piece === undefined) return new Uint8Array(0)
    const end = Math.min(piece.length, this.#offset + max)
    const taken = piece.subarray(this.#offset, end)
    this.#length -= taken.length
    if (end < piece.length) this.#offset = end
    else this.#dropFirst()
    return taken
  }

  /** Exactly `length` bytes in one piece, copied only when they came in several; the queue must be that long. */
  take (length: number): Uint8Array {
    if (length > this.#length) throw new RangeError(`${length} bytes of ${this.#length}`)
    const piece = this.#pieces[this.#first]
    if (piece !== undefined && piece.length - this.#offset >= length) return this.takeSome(length)
    const joined = new Uint8Array(length)
    this.takeInto(joined, 0, length)
    return joined
  }

  /** Moves up to `max` bytes into a buffer; returns how many. */
  takeInto (target: Uint8Array, at: number, max: number): number {
    let done = 0
    while (done < max && this.#length > 0) {
      const some = this.takeSome(max - done)
      target.set(some, at + done)
      done += some.length
    }
    return done
  }

  clear (): void {
    this.#pieces = []
    this.#first = 0
    this.#offset = 0
    this.#length = 0
  }

  #dropFirst (): void {
    this.#offset = 0
    this.#first++
    if (this.#first < 64 && this.#first < this.#pieces.length) return
    this.#pieces = this.#pieces.slice(this.#first)
    this.#first = 0
  }
}
