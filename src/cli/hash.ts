import { createHash } from 'node:crypto'

/** The hex SHA-256 of everything that flows in; the end of a pipe. */
export async function sha256Of (source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of source) hash.update(part)
  return hash.digest('hex')
}
