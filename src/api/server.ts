import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { NightshiftError, asNightshiftError, errorView } from '../model/errors.ts'
import type { ErrorCode } from '../model/errors.ts'
import type { Logger } from '../observe/logger.ts'

/** Largest JSON body, bytes; content goes through the blob route, which streams. */
const BODY_BYTES = 32 * 1024 * 1024

export interface Api {
  readonly url: string
  readonly close: () => Promise<void>
}

export interface ServerOptions {
  readonly host: string
  /** 0 takes a free port */
  readonly port: number
  /** `api.json` with address and token is written there, readable by its owner only */
  readonly dataDir: string
  readonly log: Logger
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

const CONNECTION_ERRORS: Readonly<Record<string, readonly [status: string, why: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'it did not come to its end in time'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'its headers are too long']
}

/** A node's HTTP API, without routes and not yet listening, for whoever has the token. */
export function createServer (log: Logger, token: string): FastifyInstance {
  const server = fastify({
    bodyLimit: BODY_BYTES,
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, useDefaults: true, coerceTypes: false } },
    // what is refused before there is a route is refused in the same words
    frameworkErrors: (error, _request, reply) => { void refuse(fromHttp(error), reply) },
    clientErrorHandler: refuseConnection
  })
  guard(server, token)
  server.setErrorHandler(async (error, _request, reply) => {
    const known = fromHttp(error)
    if (known.code === 'NS_E_INTERNAL') log.error({ err: error }, 'a request failed')
    await refuse(known, reply)
  })
  server.setNotFoundHandler(async (request, reply) => {
    await reply.status(404).send({ error: { code: 'NS_E_USAGE', message: `there is no ${request.method} ${request.url}`, remedy: 'workers and coordinators answer different commands: see which of the two --data names. What a worker earned is shown by "nightshift wallet peers --data FOLDER"' } })
  })
  return server
}

/** Serves it on loopback, for whoever can read the token in the data folder. */
export async function serveApi ({ host, port, dataDir, log }: ServerOptions, routes: (server: FastifyInstance) => void): Promise<Api> {
  const token = randomBytes(32).toString('base64url')
  const server = createServer(log, token)
  routes(server)
  const url = await server.listen({ host, port })
  const file = join(dataDir, 'api.json')
  const text = JSON.stringify({ url, token, pid: process.pid })
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return {
    url,
    close: async () => {
      // a node that came after this one has written its own
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
      throw new NightshiftError('NS_E_UNAUTHORIZED', 'the request carries no valid token', { remedy: 'use the token in api.json of the node\'s data folder' })
    }
  })
}

async function refuse (known: NightshiftError, reply: FastifyReply): Promise<void> {
  await reply.status(STATUS[known.code] ?? 400).send(refusalOf(known))
}

function refusalOf (error: NightshiftError) {
  return { error: errorView(error) }
}

/** Bytes that are no HTTP request: the answer goes straight onto the connection, which ends with it. */
function refuseConnection (error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, why] = CONNECTION_ERRORS[error.code ?? ''] ?? ['400 Bad Request', 'it cannot be read']
  const body = JSON.stringify(refusalOf(new NightshiftError('NS_E_USAGE', `the request is not valid HTTP: ${why}`)))
  socket.end(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
}

/** Errors of the HTTP layer in our own words. */
function fromHttp (error: unknown): NightshiftError {
  const { statusCode, code, message } = error as { statusCode?: number, code?: string, message?: string }
  if (error instanceof NightshiftError) return error
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new NightshiftError('NS_E_TOO_LARGE', `the request body is over ${BODY_BYTES} bytes`)
  if (statusCode !== undefined && statusCode < 500) return new NightshiftError('NS_E_USAGE', `the request is not valid: ${message ?? ''}`)
  return asNightshiftError(error)
}
