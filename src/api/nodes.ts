import type { FastifyInstance } from 'fastify'
import { VERSION } from '../config/version.ts'
import { behindReason } from '../coordinator/fencing.ts'
import { viewNode, viewNodes } from '../coordinator/views.ts'
import { NightshiftError } from '../model/errors.ts'
import type { ApiOptions } from './options.ts'
import { reachabilityRoute } from './reachability.ts'

/** The coordinator itself, the workers it knows, and what was held against them. */
export function nodeRoutes (server: FastifyInstance, { peerId, services, quarantine }: ApiOptions): void {
  const { state, transport, clock, executors } = services
  const startedAt = clock.now()

  reachabilityRoute(server, () => transport.reachability())

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
      unreached: transport.unreached(),
      platforms: [...executors.keys()],
      workers: [...state.workers.values()].filter(worker => worker.connected && worker.offer !== undefined).length,
      jobs: state.jobs.size,
      condition: behindReason(state)
    }
  })
  server.get('/v1/peers', async () => ({ peers: quarantine === undefined ? transport.introductions() : [] }))
  server.get('/v1/nodes', async () => ({ nodes: viewNodes(state, clock.now()) }))
  /** One of them, by its peer id or any unique end of it, with what is held against it. */
  server.get<{ Params: { readonly peer: string } }>('/v1/nodes/:peer', async ({ params }) => viewNode(state, peerBy(params.peer), clock.now()))

  function peerBy (end: string): string {
    const found = viewNodes(state, clock.now()).map(({ peer }) => peer).filter(peer => peer.endsWith(end))
    const [peer] = found
    if (peer === undefined || found.length > 1) {
      throw new NightshiftError('NS_E_USAGE', found.length > 1 ? `${end} is the end of ${found.length} peer ids` : `no worker ${end} is known here`, { remedy: '"nightshift node list" shows all' })
    }
    return peer
  }

  server.get('/v1/incidents', async () => ({ incidents: state.incidents.slice(-1000) }))
}
