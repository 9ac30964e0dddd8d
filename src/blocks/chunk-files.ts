import { NightshiftError } from '../model/errors.ts'

const NAME = /^data_(\d{1,9})\.bin$/

/**
 * Orders what a partitioner block wrote to CHUNKS_DIR by chunk number.
 * Zero-padded numbers count as the number they are.
 *
 * @throws NS_E_CHUNK_NAME for a file of another name
 * @throws NS_E_CHUNK_HOLE for a number that is missing or there twice
 * @throws NS_E_NO_CHUNKS when there is no file at all
 */
export function chunkFiles<T extends { readonly path: string }> (outputs: readonly T[]): T[] {
  const chunks = new Map<number, T>()
  for (const output of outputs) {
    const match = NAME.exec(output.path)
    if (match === null) {
      throw new NightshiftError('NS_E_CHUNK_NAME', `the partitioner wrote "${output.path}", which is not a chunk`, {
        remedy: 'write chunks to CHUNKS_DIR as data_0.bin, data_1.bin and so on, and nothing else'
      })
    }
    const number = Number(match[1])
    const twin = chunks.get(number)
    if (twin !== undefined) throw hole(`both "${twin.path}" and "${output.path}" are chunk ${number}`)
    chunks.set(number, output)
  }
  if (chunks.size === 0) throw noChunks('the partitioner wrote no file to CHUNKS_DIR')
  return Array.from({ length: chunks.size }, (_, number) => {
    const chunk = chunks.get(number)
    if (chunk === undefined) throw hole(`data_${number}.bin is missing among ${chunks.size} chunks, the last of which is data_${Math.max(...chunks.keys())}.bin`)
    return chunk
  })
}

/** The error of a job whose partitioner made nothing to work on. */
export function noChunks (message: string): NightshiftError {
  return new NightshiftError('NS_E_NO_CHUNKS', message, {
    remedy: 'check that the input is not empty and that the partitioner\'s parameters fit it'
  })
}

function hole (message: string): NightshiftError {
  return new NightshiftError('NS_E_CHUNK_HOLE', message, {
    remedy: 'number the chunks 0, 1, 2 … without a gap and without a duplicate'
  })
}
