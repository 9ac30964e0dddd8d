import type { Quarantine } from '../composition/quarantine.ts'
import type { CoordinatorEvent } from '../coordinator/events.ts'
import type { JobFeed } from '../coordinator/listeners.ts'
import type { BlockRegistry } from '../coordinator/registry.ts'
import type { Services } from '../coordinator/services.ts'

/** What the routes work with. */
export interface ApiOptions {
  readonly host: string
  /** 0 takes a free port */
  readonly port: number
  /** `api.json` with address and token is written there, readable by its owner only */
  readonly dataDir: string
  readonly peerId: string
  readonly services: Services
  readonly registry: BlockRegistry
  readonly feed: JobFeed
  /** hands a request to the core; resolves when it is on disk */
  readonly request: (event: CoordinatorEvent) => Promise<void>
  /** set for a coordinator that only shows what it can read */
  readonly quarantine?: Quarantine
}
