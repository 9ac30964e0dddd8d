import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a coordinator's HTTP API answers, and the token it wants. */
export interface Endpoint {
  readonly url: string
  readonly token: string
}

/** What the coordinator of this data folder wrote when it last started; undefined when it has stopped in order, or never ran. */
export async function readEndpoint (dataDir: string): Promise<Endpoint | undefined> {
  const text = await readFile(join(dataDir, 'api.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text) as Endpoint
}
