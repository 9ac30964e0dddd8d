import { Readable } from 'node:stream'
import yazl from 'yazl'

export interface ZipEntry {
  readonly path: string
  readonly open: () => AsyncIterable<Uint8Array>
}

/** The one date of all entries: archives of equal content are equal. */
const EPOCH = new Date(1980, 0, 1)

/** A zip archive, streamed; entries are opened one after the other. Equal entries give equal bytes. */
export async function * zipped (entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>, options: { compress: boolean, signal: AbortSignal }): AsyncIterable<Uint8Array> {
  const zip = new yazl.ZipFile()
  const output = zip.outputStream as Readable
  const fail = (error: Error): void => { output.destroy(error) }
  let current: Readable | undefined
  zip.on('error', fail)
  for await (const { path, open } of entries) {
    options.signal.throwIfAborted()
    zip.addReadStreamLazy(path, { mtime: EPOCH, mode: 0o100644, compress: options.compress, forceDosTimestamp: true }, (give) => {
      const data = Readable.from(open(), { objectMode: false, signal: options.signal })
      data.once('error', fail)
      current = data
      give(null, data)
    })
  }
  zip.end()
  try {
    yield * output
  } finally {
    current?.destroy()
  }
}
