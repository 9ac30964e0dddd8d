import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NightshiftError } from '../model/errors.ts'

/** Where a coordinator's HTTP API answers, and the token it wants. */
export interface Endpoint {
  readonly url: string
  readonly token: string
}

/**
 * What the coordinator of this data folder wrote when it last started; undefined when it has stopped in order, or never ran.
 * @throws NS_E_DATA_CORRUPT when the file says something else
 */
export async function readEndpoint (dataDir: string): Promise<Endpoint | undefined> {
  const file = join(dataDir, 'api.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { url, token } = readObject(text, file)
  // a token that no header can carry would be refused by the HTTP client, with the token in its message
  if (typeof url !== 'string' || !URL.canParse(url) || typeof token !== 'string' || !/^[\w-]{1,256}$/.test(token)) {
    throw new NightshiftError('NS_E_DATA_CORRUPT', `${file} does not say where a coordinator is`, { remedy: 'start the coordinator again: it writes the file anew' })
  }
  return { url, token }
}

/**
 * The JSON object in a file that a node keeps for people and commands.
 * @throws NS_E_DATA_CORRUPT when there is something else in it
 */
export function readObject (text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // said below in words
  }
  throw new NightshiftError('NS_E_DATA_CORRUPT', `${file} is not what the node wrote`, { remedy: 'start the node again: it writes the file anew' })
}
