import type { ApiClient } from '../api/client.ts'
import { NightshiftError } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'
import { bytes, say } from './output.ts'

export interface ImageView { readonly name: string, readonly id: string, readonly bytes: number, readonly layers: number, readonly architecture: string, readonly origin?: string, readonly usedAt?: number }
type PullLine = { readonly bytes: number, readonly total: number } | { readonly image: ImageView } | { readonly error: { readonly code: ErrorCode, readonly message: string, readonly remedy?: string } }

/** Has the coordinator fetch an image, and says how far it is. */
export async function pullImage (client: ApiClient, name: string, signal: AbortSignal): Promise<ImageView> {
  let last = -1
  for await (const line of client.postLines<PullLine>('/v1/images/pull', { name }, signal)) {
    if ('error' in line) throw new NightshiftError(line.error.code, line.error.message, line.error.remedy === undefined ? {} : { remedy: line.error.remedy })
    if ('image' in line) return line.image
    const percent = Math.floor(100 * line.bytes / Math.max(1, line.total))
    if (percent !== last) say(`image ${name}: ${percent} % of ${bytes(line.total)}`)
    last = percent
  }
  throw new NightshiftError('NS_E_NO_COORDINATOR', 'the coordinator stopped before the image was here', { remedy: 'try again: what came already is kept' })
}
