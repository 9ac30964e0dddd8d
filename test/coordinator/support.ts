import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CredentialFile } from '../../src/coordinator/credentials.ts'
import type { CoordinatorEvent } from '../../src/coordinator/events.ts'
import { JobLogs } from '../../src/coordinator/job-logs.ts'
import { newJob } from '../../src/coordinator/new-job.ts'
import { KEYS } from '../../src/coordinator/keys.ts'
import { freshState } from '../../src/coordinator/load.ts'
import { Pins } from '../../src/coordinator/pins.ts'
import { encodeChunk, newChunk } from '../../src/coordinator/records.ts'
import type { Services } from '../../src/coordinator/services.ts'
import type { Job, JobRecord } from '../../src/coordinator/state.ts'
import { ImageLibrary } from '../../src/images/index.ts'
import { EMPTY_LEDGER, Ledger } from '../../src/ledger/ledger.ts'
import type { FileRef } from '../../src/model/block.ts'
import type { BlobRef, Store } from '../../src/model/store.ts'
import type { Transport } from '../../src/model/transport.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { openBlobStore, openStore } from '../../src/storage/index.ts'
import type { OpenBlobStore } from '../../src/storage/index.ts'
import { simulatedJob } from '../simulation/jobs.ts'
import { SeededRandom } from '../simulation/random.ts'
import { namedSigner } from '../support/signer.ts'

/** A coordinator's real stores with the services its steps work with; what they post is collected. */
export class Bench {
  readonly posted: CoordinatorEvent[] = []
  /** what the workers answer */
  fetch: Transport['fetch'] = () => Promise.reject(new Error('no worker is connected'))
  onPost: (event: CoordinatorEvent) => void = () => undefined
  readonly services: Services
  readonly #dir: string
  readonly #store: Store
  readonly #blobs: OpenBlobStore
  readonly #logs: JobLogs

  private constructor (dir: string, store: Store, blobs: OpenBlobStore) {
    this.#dir = dir
    this.#store = store
    this.#blobs = blobs
    this.#logs = new JobLogs(join(dir, 'logs'), () => undefined)
    const clock = { now: () => 1_000_000 }
    this.services = {
      state: freshState({ signer: namedSigner('coordinator'), bootId: '0'.repeat(32) }, 1, { trusted: new Set(), user: 'local', defaultBudget: 1n, leaseTtlMs: 10_000, platforms: [] }, new Ledger(EMPTY_LEDGER)),
      store,
      archive: { append: () => Promise.reject(new Error('nothing is archived here')), pieces: async function * () {} },
      blobs,
      transport: {
        self: 'coordinator', addresses: () => [], reachability: () => ({ dialable: 'unknown', addresses: [] }), peers: () => [], traffic: () => 0, frames: () => 0, introductions: () => [],
      unreached: () => [], rtt: () => undefined, send: () => true, disconnect: () => Promise.resolve(), close: () => Promise.resolve(),
        fetch: async (...args) => { await this.fetch(...args) }
      },
      executors: new Map(),
      images: new ImageLibrary({
        blobs, store, architecture: 'amd64', maxBytes: 1, quotaBytes: 1, needed: () => new Set(), now: clock.now, log: () => undefined
      }),
      credentials: new CredentialFile(join(dir, 'image-credentials.json')),
      logs: this.#logs,
      pins: new Pins(clock),
      clock,
      random: new SeededRandom(1),
      log: createLogger('silent'),
      post: event => {
        this.posted.push(event)
        this.onPost(event)
      }
    }
  }

  static async open (): Promise<Bench> {
    const dir = await mkdtemp(join(tmpdir(), 'nightshift-test-'))
    return new Bench(dir, await openStore(join(dir, 'state')), await openBlobStore(join(dir, 'blobs')))
  }

  async close (): Promise<void> {
    await this.#logs.close()
    await this.#store.close()
    await this.#blobs.close()
    await rm(this.#dir, { recursive: true, force: true })
  }

  /** A job with one chunk of this input and result, as the store has it. */
  async job (id: string, state: JobRecord['state'], input?: BlobRef, result: readonly FileRef[] = []): Promise<Job> {
    const job = newJob({ ...simulatedJob(id), state })
    this.services.state.jobs.set(id, job)
    if (input === undefined) return job
    const chunk = newChunk(0, input, 2)
    job.chunks.push(chunk)
    await this.#store.batch([
      { key: KEYS.chunk(id, 0), value: encodeChunk(chunk) },
      { key: KEYS.result(id, 0), value: JSON.stringify(result) }
    ], { sync: false })
    return job
  }

  async put (text: string): Promise<FileRef> {
    return { path: 'out.bin', ...await this.#blobs.put(Buffer.from(text)) }
  }

  async has (ref: BlobRef): Promise<boolean> {
    return await this.#blobs.has(ref.sha256)
  }
}
