import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Listeners } from '../coordinator/listeners.ts'
import type { JobFeed } from '../coordinator/listeners.ts'
import { step, settleTurn } from '../coordinator/core.ts'
import type { CoordinatorEvent } from '../coordinator/events.ts'
import { CredentialFile } from '../coordinator/credentials.ts'
import { imagesInUse } from '../coordinator/images.ts'
import { JobLogs } from '../coordinator/job-logs.ts'
import { BookKeeper } from '../coordinator/keep-books.ts'
import { loadCoordinator } from '../coordinator/load.ts'
import { openingTransfer } from '../coordinator/opening.ts'
import { Performer } from '../coordinator/perform.ts'
import { Receiver } from '../coordinator/receive.ts'
import { Pins } from '../coordinator/pins.ts'
import { BlockRegistry } from '../coordinator/registry.ts'
import type { Services } from '../coordinator/services.ts'
import { Turn } from '../coordinator/turn.ts'
import { VERSION } from '../config/version.ts'
import { NightshiftError } from '../model/errors.ts'
import { nodeSigner } from '../model/messages/signing.ts'
import { parseByc } from '../model/money.ts'
import { detectIsolation } from '../execution/index.ts'
import { readHardware } from '../hardware/index.ts'
import { ImageLibrary } from '../images/index.ts'
import type { Executor } from '../model/executor.ts'
import { imageArchitecture } from '../model/image.ts'
import { loadIdentity, openTransport } from '../network/index.ts'
import type { ReachOptions } from '../network/index.ts'
import type { Logger } from '../observe/logger.ts'
import { archiveFolders, openBlobStore, openJournalArchive } from '../storage/index.ts'
import { BooksRounds, pause } from './books-rounds.ts'
import { NO_CONTAINERS, containerExecutor, enginePasses } from './containers.ts'
import type { ContainerOptions } from './containers.ts'
import { closeExecutors, openExecutors } from './executors.ts'
import { crashHook } from './crash-points.ts'
import { Loop } from './loop.ts'
import { openNodeStore, tellingOfDamage } from './node-store.ts'
import { orQuarantine } from './quarantine.ts'
import type { Quarantine } from './quarantine.ts'
import { ownNumericClass } from './numeric-class.ts'
import { Opened } from './stack.ts'
import { systemClock, systemRandom } from './system.ts'

const TICK_MS = 250
/** Steps of a start, as the log has them. */
export const STARTED = { store: 'database and mirror agree', books: 'books and jobs are read', machine: 'what this machine can run is known' } as const
const LEASE_TTL_MS = 10_000
const DEFAULT_BUDGET = '100'

export interface CoordinatorOptions {
  readonly dataDir: string
  readonly listen: readonly string[]
  readonly peers: readonly string[]
  readonly mdns: boolean
  readonly profile: 'local' | 'open'
  readonly reach?: ReachOptions
  /** ByteChips the user starts with, issued once per data folder */
  readonly openingBalance: string
  /** peers whose single result counts */
  readonly trusted: readonly string[]
  /** books what receipts shown by workers say beyond these books, and counts this start after every other; default false */
  readonly adoptReceipts?: boolean
  /** default: none */
  readonly containers?: ContainerOptions
  readonly log: Logger
}

export interface CoordinatorNode {
  readonly peerId: string
  readonly addresses: readonly string[]
  /** what the API serves */
  readonly services: Services
  readonly registry: BlockRegistry
  readonly feed: JobFeed
  /** Hands a request to the core; resolves when what it decided is on disk, rejects when it is refused. */
  readonly request: (event: CoordinatorEvent) => Promise<void>
  /** Resolves only when the node can no longer serve, with the reason. */
  readonly failed: Promise<Error>
  /** of one that serves nothing: `openQuarantined` */
  readonly quarantine?: Quarantine
  readonly close: () => Promise<void>
}

/**
 * Builds and starts a coordinator, without its API.
 * @throws NS_E_DATA_LOCKED when another node uses the data folder
 * @throws NS_E_QUARANTINED when its database or its books do not verify; its cause says why
 */
export async function openCoordinator (options: CoordinatorOptions): Promise<CoordinatorNode> {
  const { dataDir, log } = options
  const containerOptions = options.containers ?? NO_CONTAINERS
  const opened = new Opened(log)
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const identity = await loadIdentity(dataDir)
    // tried while the books are read back; a failure is thrown where it is awaited
    const giveUp = new AbortController()
    const machine = opened.add('executors', tryMachine(dataDir, log, giveUp.signal), async it => {
      giveUp.abort()
      await it.then(async ({ sandboxes }) => { await closeExecutors(sandboxes) }, () => undefined)
    })
    machine.catch(() => undefined)
    const books = opened.add('store', await orQuarantine(openNodeStore(dataDir, identity, log)), async it => { await it.close() })
    log.debug({}, STARTED.store)
    const blobs = opened.add('blobs', await openBlobStore(join(dataDir, 'blobs')), async it => { await it.close() })
    const logs = opened.add('logs', new JobLogs(join(dataDir, 'logs'), err => { log.error({ err }, 'a job log could not be written') }), async it => { await it.close() })
    const boot = { signer: nodeSigner(identity.peerId, identity.privateKey.raw), bootId: Buffer.from(systemRandom.bytes(16)).toString('hex'), chance: systemRandom.fraction }
    const config = {
      trusted: new Set(options.trusted),
      user: 'local',
      defaultBudget: parseByc(DEFAULT_BUDGET),
      leaseTtlMs: LEASE_TTL_MS,
      // both are known, and put in, before the first event
      platforms: [] as readonly string[],
      numericClass: '',
      adoptReceipts: options.adoptReceipts === true
    }
    const state = await orQuarantine(loadCoordinator(books, boot, config, systemClock.now()))
    log.debug({ entries: state.ledger.head.seq, jobs: state.jobs.size }, STARTED.books)
    await openingTransfer(books, state, parseByc(options.openingBalance), systemClock.now())
    const { hardware, sandboxes } = await machine
    const containers = containerExecutor(containerOptions, { dataDir, node: identity.peerId, slots: 1, cores: hardware.cores, gpus: hardware.gpus, log })
    opened.add('containers', containers, async it => { await it.close() })
    const works = containerOptions.enabled && await enginePasses(containers, log, new AbortController().signal)
    const executors = new Map<string, Executor>([...sandboxes, ...works ? [[containers.platform, containers] as const] : []])
    config.platforms = [...executors.keys()]
    config.numericClass = await ownNumericClass(hardware)
    log.debug({ platforms: config.platforms }, STARTED.machine)

    let fail: (error: Error) => void = () => undefined
    const failed = new Promise<Error>(resolve => { fail = resolve })
    const feed: JobFeed = new Listeners()
    const post = (event: CoordinatorEvent): void => { loop.post(event) }
    const store = tellingOfDamage(books, error => { loop.fail(error) })
    const transport = opened.add('network', await openTransport({
      dataDir,
      listen: options.listen,
      peers: options.peers,
      mdns: options.mdns,
      profile: options.profile,
      ...options.reach,
      role: 'coordinator',
      provides: ['coordinator'],
      hello: () => ({
        version: 1, minVersion: 1, role: 'coordinator', agent: `nightshift/${VERSION}`, incarnation: state.incarnation,
        ledgerSeq: state.ledger.head.seq, ledgerHash: Uint8Array.from(Buffer.from(state.ledger.head.hash, 'hex')),
        bootId: Uint8Array.from(Buffer.from(state.bootId, 'hex'))
      }),
      blobs,
      events: {
        onPeerUp: (peer, hello) => { post({ kind: 'peer-up', peer, role: hello.role }) },
        onPeerDown: peer => { post({ kind: 'peer-down', peer }) },
        onFrame: frame => { receiver.receive(frame) }
      },
      log
    }), async it => { await it.close() })
    const images = new ImageLibrary({
      blobs,
      store,
      local: async reference => await containers.localImage(reference),
      architecture: imageArchitecture(),
      maxBytes: containerOptions.rules.maxBytes,
      quotaBytes: containerOptions.rules.quotaBytes,
      needed: () => imagesInUse(state),
      now: systemClock.now,
      log: message => { log.info({}, message) }
    })
    const credentials = new CredentialFile(join(dataDir, 'image-credentials.json'))
    const archive = await openJournalArchive(archiveFolders(dataDir), message => { log.warn({}, message) })
    const services: Services = { state, store, archive, blobs, transport, executors, images, credentials, logs, pins: new Pins(systemClock), clock: systemClock, random: systemRandom, log, post }
    const receiver = new Receiver(services)
    const performer = opened.add('steps', new Performer(services, jobId => { feed.tell(jobId) }), async it => { await it.close() })
    const onPhase = crashHook()
    const loop = opened.add('loop', new Loop<CoordinatorEvent, Turn>({
      core: {
        begin: now => new Turn(state, now),
        step,
        finish: settleTurn,
        perform: async turn => {
          await performer.perform(turn)
          const newer = turn.effects.find(effect => effect.kind === 'superseded')
          if (newer !== undefined) fail(superseded(state.incarnation, newer))
          if (turn.effects.some(effect => effect.kind === 'checkpointed')) rounds.wake()
        },
        ...onPhase === undefined ? {} : { onPhase }
      },
      store,
      now: systemClock.now,
      log,
      onFatal: fail
    }), async it => { await it.close() })
    const keeper = new BookKeeper({ state, store, archive, request: async event => { await loop.request(event) }, pause })
    const rounds = opened.add('books', new BooksRounds(keeper, log, error => { loop.fail(error) }), async it => { await it.close() })
    loop.post({ kind: 'start' })
    const ticker = setInterval(() => { loop.post({ kind: 'tick' }) }, TICK_MS)
    opened.add('ticker', ticker, async it => { clearInterval(it) })
    return {
      peerId: identity.peerId,
      addresses: transport.addresses(),
      services,
      registry: new BlockRegistry(store, blobs),
      feed,
      request: async event => { await loop.request(event) },
      failed,
      close: async () => { await opened.close() }
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** What this machine is, and the sandboxes that have worked on it. */
async function tryMachine (dataDir: string, log: Logger, signal: AbortSignal) {
  const [isolation, hardware] = await Promise.all([detectIsolation(), readHardware(dataDir)])
  return { hardware, sandboxes: await openExecutors({ isolation, slots: 1, ready: 0, signal, log }) }
}

function superseded (incarnation: number, newer: { readonly incarnation: number, readonly worker: string }): NightshiftError {
  return new NightshiftError('NS_E_SUPERSEDED', `this is start ${incarnation} of this coordinator, and worker ${newer.worker} has obeyed its start ${newer.incarnation}: a later process runs, or ran, with this identity`, {
    remedy: 'keep the other process, its books are newer. If there is none (its disk is lost, or this folder is a backup put back), start this one with --adopt-receipts'
  })
}
