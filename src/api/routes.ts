import type { FastifyInstance } from 'fastify'
import { blobRoutes } from './blobs.ts'
import { blockRoutes } from './blocks.ts'
import { imageRoutes } from './images.ts'
import { jobRoutes } from './jobs.ts'
import { jobStreamRoutes } from './job-streams.ts'
import { nettingRoutes } from './netting.ts'
import { nodeRoutes } from './nodes.ts'
import type { ApiOptions } from './options.ts'
import { quarantineRoutes } from './quarantine.ts'
import { createServer, serveApi } from './server.ts'
import type { Api } from './server.ts'
import { walletRoutes } from './wallet.ts'

/** The coordinator's HTTP API, not yet listening, for whoever has the token. */
export function createApi (options: ApiOptions, token: string): FastifyInstance {
  const server = createServer(options.services.log, token)
  addRoutes(server, options)
  return server
}

/** Serves the coordinator's HTTP API. */
export async function startApi (options: ApiOptions): Promise<Api> {
  return await serveApi({ ...options, log: options.services.log }, server => { addRoutes(server, options) })
}

function addRoutes (server: FastifyInstance, options: ApiOptions): void {
  for (const routes of [quarantineRoutes, blobRoutes, blockRoutes, jobRoutes, jobStreamRoutes, imageRoutes, nodeRoutes, walletRoutes, nettingRoutes]) routes(server, options)
}
