/** Everything an async iterable yields. */
export async function collect<T> (values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

/** All bytes of a stream as one buffer. */
export async function bytesOf (data: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await collect(data))
}

/** All bytes of a stream as text. */
export async function textOf (data: AsyncIterable<Uint8Array>): Promise<string> {
  return (await bytesOf(data)).toString('utf8')
}

/** A stream of the given pieces. */
export async function * streamOf (...pieces: Array<Uint8Array | string>): AsyncIterable<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece
}
