import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ApiClient } from '../../../src/api/client.ts'
import type { Endpoint } from '../../../src/api/endpoint.ts'
import type { LocalNetwork } from '../../support/network.ts'
import { SOCKET } from './engine.ts'
import { DEFAULT_IMAGE_RULES } from '../../../src/model/image-rules.ts'
import type { ContainerOptions } from '../../../src/composition/containers.ts'

/** Made by scripts/python-image.mjs from Debian packages. */
export const PYTHON_ARCHIVE = fileURLToPath(new URL('../../../node_modules/.cache/nightshift/python-image.tar', import.meta.url))
export const NO_PYTHON = existsSync(PYTHON_ARCHIVE) ? undefined : 'the Python image was not made (scripts/test makes it on Debian)'
if (NO_PYTHON !== undefined) console.warn(`some container tests are skipped: ${NO_PYTHON}`)

export const CONTAINERS: ContainerOptions = { enabled: true, ...SOCKET === undefined ? {} : { socket: SOCKET }, rules: DEFAULT_IMAGE_RULES, egress: false }

/** The API as the command line uses it. */
export function client (network: LocalNetwork): ApiClient {
  return new ApiClient(JSON.parse(readFileSync(join(network.dir, 'coordinator', 'api.json'), 'utf8')) as Endpoint)
}

/** Gives a coordinator the Python image under the name blocks use. */
export async function importPython (network: LocalNetwork, name = 'python:3.12-slim'): Promise<void> {
  await client(network).putStream(`/v1/images?name=${encodeURIComponent(name)}`, createReadStream(PYTHON_ARCHIVE))
}
