import type { FastifyInstance } from 'fastify'
import { VERSION } from '../config/version.ts'
import { behindReason } from '../coordinator/fencing.ts'
import { viewNodes } from '../coordinator/views.ts'
import type { ApiOptions } from './options.ts'

/** The coordinator itself, the workers it knows, and what was held against them. */
export function nodeRoutes (server: FastifyInstance, { peerId, services, quarantine }: ApiOptions): void {
  const { state, transport, clock, executors } = services
  const startedAt = clock.now()

  server.get('/v1/status', async () => {
    const always = { peerId, version: VERSION, uptimeMs: clock.now() - startedAt }
    if (quarantine !== undefined) {
      const { why } = quarantine
      return { ...always, state: 'quarantined', addresses: [], platforms: [], workers: 0, condition: { code: 'QUARANTINED', text: why.message, remedy: why.remedy } }
    }
    return {
      ...always,
      state: 'serving',
      incarnation: state.incarnation,
      addresses: transport.addresses(),
      platforms: [...executors.keys()],
      workers: [...state.workers.values()].filter(worker => worker.connected && worker.offer !== undefined).length,
      jobs: state.jobs.size,
      condition: behindReason(state)
    }
  })
  server.get('/v1/nodes', async () => ({ nodes: viewNodes(state, clock.now()) }))
  server.get('/v1/incidents', async () => ({ incidents: state.incidents.slice(-1000) }))
}
