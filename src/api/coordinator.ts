import { openCoordinator } from '../composition/coordinator-node.ts'
import type { CoordinatorNode, CoordinatorOptions } from '../composition/coordinator-node.ts'
import { openQuarantined } from '../composition/quarantine.ts'
import type { Quarantine } from '../composition/quarantine.ts'
import { NightshiftError } from '../model/errors.ts'
import { startApi } from './server.ts'

export interface ServedOptions extends CoordinatorOptions {
  readonly apiHost: string
  /** 0 takes a free port */
  readonly apiPort: number
}

export interface ServedCoordinator {
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly apiUrl: string
  /** Resolves only when the node can no longer serve, with the reason. */
  readonly failed: Promise<Error>
  /** set for one that only shows what it can read */
  readonly quarantine?: Quarantine
  readonly close: () => Promise<void>
}

/**
 * A coordinator with its HTTP API; a quarantined one when its data does not verify.
 * @param why what was found while it worked, for one that is to be quarantined whatever its data look like
 * @throws NS_E_DATA_LOCKED when another node uses the data folder
 */
export async function startCoordinator (options: ServedOptions, why?: NightshiftError): Promise<ServedCoordinator> {
  const node = why === undefined ? await openOrQuarantine(options) : await openQuarantined(options, why)
  try {
    const { peerId, services, registry, feed, request, quarantine } = node
    const api = await startApi({
      host: options.apiHost, port: options.apiPort, dataDir: options.dataDir, peerId, services, registry, feed, request,
      ...quarantine === undefined ? {} : { quarantine }
    })
    return {
      peerId,
      addresses: node.addresses,
      apiUrl: api.url,
      failed: node.failed,
      ...quarantine === undefined ? {} : { quarantine },
      close: async () => {
        await api.close()
        await node.close()
      }
    }
  } catch (error) {
    await node.close()
    throw error
  }
}

async function openOrQuarantine (options: ServedOptions): Promise<CoordinatorNode> {
  try {
    return await openCoordinator(options)
  } catch (error) {
    if (error instanceof NightshiftError && error.code === 'NS_E_QUARANTINED') return await openQuarantined(options, error)
    throw error
  }
}
