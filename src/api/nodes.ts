import type { FastifyInstance } from 'fastify'
import { VERSION } from '../config/version.ts'
import { behindReason } from '../coordinator/fencing.ts'
import { viewNodes } from '../coordinator/views.ts'
import type { ApiOptions } from './options.ts'

/** The coordinator itself, the workers it knows, and what was held against them. */
export function nodeRoutes (server: FastifyInstance, { services }: ApiOptions): void {
  const { state, transport, clock, executors } = services
  const startedAt = clock.now()

  server.get('/v1/status', async () => ({
    peerId: state.self,
    version: VERSION,
    incarnation: state.incarnation,
    addresses: transport.addresses(),
    platforms: [...executors.keys()],
    uptimeMs: clock.now() - startedAt,
    workers: [...state.workers.values()].filter(worker => worker.connected && worker.offer !== undefined).length,
    jobs: state.jobs.size,
    condition: behindReason(state)
  }))
  server.get('/v1/nodes', async () => ({ nodes: viewNodes(state, clock.now()) }))
  server.get('/v1/incidents', async () => ({ incidents: state.incidents.slice(-1000) }))
}
