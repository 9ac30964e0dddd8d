import { openCoordinator } from '../composition/coordinator-node.ts'
import type { CoordinatorOptions } from '../composition/coordinator-node.ts'
import { startApi } from './routes.ts'

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
  readonly close: () => Promise<void>
}

/** A coordinator with its HTTP API. Throws NS_E_DATA_LOCKED when another node uses the data folder. */
export async function startCoordinator (options: ServedOptions): Promise<ServedCoordinator> {
  const node = await openCoordinator(options)
  try {
    const { services, registry, feed, request } = node
    const api = await startApi({ host: options.apiHost, port: options.apiPort, dataDir: options.dataDir, services, registry, feed, request })
    return {
      peerId: node.peerId,
      addresses: node.addresses,
      apiUrl: api.url,
      failed: node.failed,
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
