import type { FastifyInstance } from 'fastify'
import type { Reachability } from '../model/reachability.ts'

/** Whether others can dial this node. */
export function reachabilityRoute (server: FastifyInstance, read: () => Reachability): void {
  server.get('/v1/reachability', async () => read())
}
