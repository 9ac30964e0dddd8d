import { blobRoutes } from './blobs.ts'
import { blockRoutes } from './blocks.ts'
import { imageRoutes } from './images.ts'
import { jobRoutes } from './jobs.ts'
import { jobStreamRoutes } from './job-streams.ts'
import { nodeRoutes } from './nodes.ts'
import type { ApiOptions } from './options.ts'
import { serveApi } from './server.ts'
import type { Api } from './server.ts'
import { walletRoutes } from './wallet.ts'

/** Serves the coordinator's HTTP API. */
export async function startApi (options: ApiOptions): Promise<Api> {
  return await serveApi({ ...options, log: options.services.log }, server => {
    for (const routes of [blobRoutes, blockRoutes, jobRoutes, jobStreamRoutes, imageRoutes, nodeRoutes, walletRoutes]) routes(server, options)
  })
}
