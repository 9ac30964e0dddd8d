import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { startWorker } from '../composition/worker-node.ts'
import type { WorkerNode, WorkerOptions } from '../composition/worker-node.ts'
import { VERSION } from '../config/version.ts'
import type { Logger } from '../observe/logger.ts'
import { reachabilityRoute } from './reachability.ts'
import { createServer, serveApi } from './server.ts'
import { serveMetrics, workerMetrics } from './worker-metrics.ts'

/** Longest pause that ends by itself, milliseconds. */
const LONGEST_PAUSE_MS = 366 * 86_400_000

const PauseSchema = Type.Object({
  /** how long; without it until resumed, milliseconds */
  forMs: Type.Optional(Type.Number({ minimum: 1, maximum: LONGEST_PAUSE_MS })),
  /** end what runs and give its memory back, instead of holding it for a while */
  release: Type.Boolean({ default: false })
}, { additionalProperties: false })

export interface ServedWorkerOptions extends WorkerOptions {
  /** port of the metrics page on loopback, for Prometheus; none without it */
  readonly metricsPort?: number
}

/** A worker with its HTTP API on loopback. Throws what `startWorker` throws. */
export async function serveWorker (options: ServedWorkerOptions): Promise<WorkerNode> {
  const node = await startWorker(options)
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => { await Promise.allSettled(closers.map(async it => { await it() })) }
  try {
    const api = await serveApi({ host: '127.0.0.1', port: 0, dataDir: options.dataDir, log: options.log }, server => { workerRoutes(server, node) })
    closers.push(api.close)
    if (options.metricsPort !== undefined) closers.push(await serveMetrics(options.metricsPort, node))
    return {
      ...node,
      close: async ending => {
        try {
          await node.close(ending)
        } finally {
          await close()
        }
      }
    }
  } catch (error) {
    await close()
    await node.close({ drain: false })
    throw error
  }
}

/** A worker's HTTP API, not yet listening, for whoever has the token. */
export function createWorkerApi (node: WorkerNode, log: Logger, token: string): FastifyInstance {
  const server = createServer(log, token)
  workerRoutes(server, node)
  return server
}

/** What the owner of a machine sees of its worker, and says to it. */
function workerRoutes (server: FastifyInstance, node: WorkerNode): void {
  const startedAt = Date.now()
  const status = () => ({ role: 'worker', version: VERSION, uptimeMs: Date.now() - startedAt, addresses: node.addresses(), unreached: node.unreached(), ...node.status() })
  server.get('/v1/status', async () => status())
  reachabilityRoute(server, () => node.reachability())
  server.get('/v1/wallet/peers', async () => ({ worker: node.peerId, coordinators: node.accounts() }))
  server.get('/v1/auctions', async () => ({ worker: node.peerId, auctions: node.auctions() }))
  server.get('/v1/peers', async () => ({ peers: node.introductions() }))
  server.get('/metrics', async (_, reply) => {
    const metrics = workerMetrics(node)
    return await reply.header('content-type', metrics.contentType).send(await metrics.metrics())
  })
  server.post<{ Body: { forMs?: number, release: boolean } }>('/v1/owner/pause', { schema: { body: PauseSchema } }, async ({ body: { forMs, release } }) => {
    await node.say({ kind: 'pause', release, ...forMs === undefined ? {} : { until: Date.now() + forMs } })
    return status()
  })
  server.post('/v1/owner/resume', async () => {
    await node.say(null)
    return status()
  })
  server.post('/v1/owner/finish', async () => {
    await node.say({ kind: 'finish' })
    return status()
  })
  server.post('/v1/owner/drain', async () => {
    await node.drain()
    return status()
  })
}
