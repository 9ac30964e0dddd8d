import type { FastifyInstance } from 'fastify'
import type { Quarantine } from '../composition/quarantine.ts'
import type { ApiOptions } from './options.ts'

/** Where `ledger repair` says that it is done. */
export const QUARANTINE_END = '/v1/quarantine/end'

/** Of a quarantined coordinator everything that would change something is refused, but for the end of the quarantine. */
export function quarantineRoutes (server: FastifyInstance, { quarantine }: ApiOptions): void {
  if (quarantine !== undefined) quarantined(server, quarantine)
}

function quarantined (server: FastifyInstance, { refusal, end }: Quarantine): void {
  server.addHook('onRequest', async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD' && url !== QUARANTINE_END) throw refusal
  })

  /** Opens the coordinator anew, as a start does: what is still damaged is found again. */
  server.post(QUARANTINE_END, async (_, reply) => {
    reply.raw.once('finish', end)
    return await reply.status(202).send({})
  })
}
