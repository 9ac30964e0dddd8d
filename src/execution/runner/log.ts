import type { Channel } from './channel.ts'

/**
 * Sends what an app writes to one stream, up to `limit` bytes. One byte more
 * than the limit goes out, which tells the node that there was more.
 */
export function logWriter (channel: Channel, kind: number, limit: number): (bytes: Uint8Array) => void {
  let left = limit + 1
  return (bytes) => {
    if (left <= 0) return
    const part = bytes.subarray(0, left)
    left -= part.byteLength
    for (let at = 0; at < part.byteLength; at += 32 * 1024) channel.send(kind, part.subarray(at, at + 32 * 1024), true)
  }
}
