import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { NightshiftError, asNightshiftError } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'
import { blobRoutes } from './blobs.ts'
import { blockRoutes } from './blocks.ts'
import { imageRoutes } from './images.ts'
import { jobRoutes } from './jobs.ts'
import { jobStreamRoutes } from './job-streams.ts'
import { nettingRoutes } from './netting.ts'
import { nodeRoutes } from './nodes.ts'
import type { ApiOptions } from './options.ts'
import { quarantineRoutes } from './quarantine.ts'
import { walletRoutes } from './wallet.ts'

/** Largest JSON body, bytes; content goes through the blob route, which streams. */
const BODY_BYTES = 32 * 1024 * 1024

export interface Api {
  readonly url: string
  readonly close: () => Promise<void>
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  NS_E_JOB_UNKNOWN: 404,
  NS_E_BLOCK_UNKNOWN: 404,
  NS_E_BLOB_MISSING: 404,
  NS_E_UNAUTHORIZED: 401,
  NS_E_JOB_STATE: 409,
  NS_E_TOO_LARGE: 413,
  NS_E_INTERNAL: 500,
  NS_E_DATA_CORRUPT: 500,
  NS_E_QUARANTINED: 503
}

/** Serves the coordinator's HTTP API on loopback, for whoever can read the token in the data folder. */
export async function startApi (options: ApiOptions): Promise<Api> {
  const token = randomBytes(32).toString('base64url')
  const server = fastify({ bodyLimit: BODY_BYTES, forceCloseConnections: true, ajv: { customOptions: { removeAdditional: false, useDefaults: true, coerceTypes: false } } })
  guard(server, token)
  server.setErrorHandler(async (error, _request, reply) => {
    const known = fromHttp(error)
    if (known.code === 'NS_E_INTERNAL') options.services.log.error({ err: error }, 'a request failed')
    await reply.status(STATUS[known.code] ?? 400).send({ error: { code: known.code, message: known.message, ...(known.remedy === undefined ? {} : { remedy: known.remedy }) } })
  })
  server.setNotFoundHandler(async (request, reply) => {
    await reply.status(404).send({ error: { code: 'NS_E_USAGE', message: `there is no ${request.method} ${request.url}` } })
  })
  for (const routes of [quarantineRoutes, blobRoutes, blockRoutes, jobRoutes, jobStreamRoutes, imageRoutes, nodeRoutes, walletRoutes, nettingRoutes]) routes(server, options)
  const url = await server.listen({ host: options.host, port: options.port })
  const file = join(options.dataDir, 'api.json')
  const text = JSON.stringify({ url, token, pid: process.pid })
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return {
    url,
    close: async () => {
      // a coordinator that came after this one has written its own
      const written = await readFile(file, 'utf8').catch(() => '')
      if (written === text) await rm(file, { force: true })
      await server.close()
    }
  }
}

/** Every request needs the token; a page in a browser cannot have it, and no other host name is answered. */
function guard (server: FastifyInstance, token: string): void {
  const expected = Buffer.from(`Bearer ${token}`)
  server.addHook('onRequest', async request => {
    const given = Buffer.from(request.headers.authorization ?? '')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new NightshiftError('NS_E_UNAUTHORIZED', 'the request carries no valid token', { remedy: 'use the token in api.json of the coordinator\'s data folder' })
    }
  })
}

/** Errors of the HTTP layer in our own words. */
function fromHttp (error: unknown): NightshiftError {
  const { statusCode, code, message } = error as { statusCode?: number, code?: string, message?: string }
  if (error instanceof NightshiftError) return error
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new NightshiftError('NS_E_TOO_LARGE', `the request body is over ${BODY_BYTES} bytes`)
  if (statusCode !== undefined && statusCode < 500) return new NightshiftError('NS_E_USAGE', `the request is not valid: ${message ?? ''}`)
  return asNightshiftError(error)
}
