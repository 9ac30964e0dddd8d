import { join } from 'node:path'
import { NightshiftError } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import type { Identity } from '../network/index.ts'
import type { Logger } from '../observe/logger.ts'
import { openDurableStore } from '../storage/index.ts'

/** Where in its data folder a node keeps its database, and the second copy of it. */
export function storeFolders (dataDir: string): { readonly dir: string, readonly mirrorDir: string } {
  return { dir: join(dataDir, 'state'), mirrorDir: join(dataDir, 'mirror') }
}

/**
 * What a node must not lose: its durable store, with snapshots it signs itself.
 * @throws NS_E_DATA_LOCKED, or NS_E_DATA_CORRUPT when it is damaged, with what to do
 */
export async function openNodeStore (dataDir: string, identity: Identity, log: Logger, options: { readonly snapshotBytes?: number } = {}): Promise<Store> {
  return await openDurableStore({
    ...storeFolders(dataDir),
    ...options,
    sign: async bytes => ({ peer: identity.peerId, signature: Buffer.from(await identity.privateKey.sign(bytes)).toString('hex') }),
    log: message => { log.warn({}, message) }
  })
}

/** The same store, which also tells when something is read from it that is not what was written. */
export function tellingOfDamage (store: Store, tell: (error: NightshiftError) => void): Store {
  const told = (error: unknown): unknown => {
    if (error instanceof NightshiftError && error.code === 'NS_E_DATA_CORRUPT') tell(error)
    return error
  }
  return {
    get: async key => await store.get(key).catch((error: unknown) => { throw told(error) }),
    range: async function * (bounds) {
      try {
        yield * store.range(bounds)
      } catch (error) {
        throw told(error)
      }
    },
    batch: async (writes, options) => { await store.batch(writes, options) },
    close: async () => { await store.close() }
  }
}
