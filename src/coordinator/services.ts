import type { ImageLibrary } from '../images/index.ts'
import type { Clock, Random } from '../model/clock.ts'
import type { Executor } from '../model/executor.ts'
import type { JournalArchive } from '../model/archive.ts'
import type { DurableBlobStore, Store } from '../model/store.ts'
import type { Transport } from '../model/transport.ts'
import type { Logger } from '../observe/logger.ts'
import type { CoordinatorEvent } from './events.ts'
import type { CredentialFile } from './credentials.ts'
import type { JobLogs } from './job-logs.ts'
import type { Pins } from './pins.ts'
import type { CoordinatorState } from './state.ts'

/** What the steps of a job that touch the world work with. */
export interface Services {
  readonly state: CoordinatorState
  readonly store: Store
  /** the journal's entries that have left the store */
  readonly archive: JournalArchive
  readonly blobs: DurableBlobStore
  readonly transport: Transport
  /** by platform: what this coordinator can run itself */
  readonly executors: ReadonlyMap<string, Executor>
  readonly images: ImageLibrary
  readonly credentials: CredentialFile
  readonly logs: JobLogs
  readonly pins: Pins
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** hands an event to the core */
  readonly post: (event: CoordinatorEvent) => void
}
