import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { VERSION } from '../config/version.ts'
import { detectIsolation } from '../execution/index.ts'
import { readHardware } from '../hardware/index.ts'
import { BASE_CREDIT } from '../ledger/credit.ts'
import { NightshiftError } from '../model/errors.ts'
import type { Executor } from '../model/executor.ts'
import { DEFAULT_PRICES, priceContradiction } from '../model/price-rules.ts'
import type { PriceRules } from '../model/price-rules.ts'
import { nodeSigner } from '../model/messages/signing.ts'
import type { Reachability } from '../model/reachability.ts'
import type { PeerIntroduction, Transport, UnreachedPeer } from '../model/transport.ts'
import { BandwidthMeter, loadIdentity, openTransport } from '../network/index.ts'
import type { ReachOptions } from '../network/index.ts'
import type { Logger } from '../observe/logger.ts'
import { Holds, openBlobStore } from '../storage/index.ts'
import { behaviourOf } from '../worker/behaviour.ts'
import type { BehaviourOptions } from '../worker/behaviour.ts'
import { viewAuctions } from '../worker/auctions.ts'
import type { AuctionView } from '../worker/auctions.ts'
import { boundsOf } from '../worker/bounds.ts'
import { settleTurn, step } from '../worker/core.ts'
import { Admission } from '../worker/admission.ts'
import type { OwnerCommand } from '../worker/owner/conditions.ts'
import { imageDenied } from '../worker/owner/wishes.ts'
import { workerStatus } from '../worker/status.ts'
import type { WorkerStatus } from '../worker/status.ts'
import { viewCoordinators } from '../worker/views.ts'
import type { CoordinatorAccount } from '../worker/views.ts'
import { owesResults } from '../worker/drain.ts'
import type { WorkerEvent } from '../worker/events.ts'
import { loadWorker } from '../worker/load.ts'
import { WorkerPerformer } from '../worker/perform.ts'
import { isQuiet } from '../worker/quiet.ts'
import { receive } from '../worker/receive.ts'
import type { Offered } from '../worker/state.ts'
import { TaskRunner } from '../worker/run-task.ts'
import { WorkerTurn } from '../worker/turn.ts'
import { EngineWatch, NO_CONTAINERS, containerExecutor, deviceNames, enginePasses, withinDisk } from './containers.ts'
import type { ContainerOptions } from './containers.ts'
import { closeExecutors, openExecutors } from './executors.ts'
import { crashHook } from './crash-points.ts'
import { Loop } from './loop.ts'
import { readMeasured } from './machine-file.ts'
import { MachineWatch, lendable } from './machine-watch.ts'
import { openNodeStore } from './node-store.ts'
import { ownNumericClass } from './numeric-class.ts'
import { OwnerWatch, readOwnerSettings } from './owner-watch.ts'
import type { OwnerOptions } from './owner-watch.ts'
import { Opened } from './stack.ts'
import { systemClock, systemRandom } from './system.ts'
import { WalletFile } from './wallet-file.ts'

const TICK_MS = 250
/** Of a worker with nothing to do only every so manyth tick counts: what the clock brings, such as hours that begin, is noticed within a second. */
const QUIET_TICKS = 4
const NOTHING_OFFERED: Offered = { platforms: [], runtimes: [], egress: false }
/** The mirror of a worker's database takes a snapshot after this much, bytes: what a worker must keep is little, and so is its disk. */
const SNAPSHOT_BYTES = 4 * 1024 * 1024
/** A draining worker waits this long for what runs, milliseconds. */
const DRAIN_MS = 30_000
/** After that it waits this long for its last results to be taken, milliseconds. */
const HANDOVER_MS = 3000
const HANDOVER_POLL_MS = 20
/** Longest time a worker takes to drain, seconds. */
export const DRAIN_SECONDS = (DRAIN_MS + HANDOVER_MS) / 1000

export interface WorkerOptions {
  readonly dataDir: string
  readonly listen: readonly string[]
  readonly peers: readonly string[]
  readonly mdns: boolean
  readonly profile: 'local' | 'open'
  readonly reach?: ReachOptions
  /** tasks at a time; default half of the cores, at least one */
  readonly slots?: number
  /** price relative to the suggested tariff, per mille; default 1000 */
  readonly priceLevel?: number
  /** what else of its prices differs from the usual; the owner's settings come first */
  readonly price?: Partial<PriceRules>
  /** units a new coordinator may owe; default 1 BYC */
  readonly creditLimit?: bigint
  /** peer id of the coordinator that may net what this worker is owed; default: none */
  readonly belongsTo?: string
  /** name of the one who runs several workers; one replica of a chunk per operator */
  readonly operator?: string
  /** cores and memory offered; default what the machine has */
  readonly cores?: number
  readonly memoryMiB?: number
  /** default: none */
  readonly containers?: ContainerOptions
  /** the executors of whoever runs several workers in one process, who closes them; default: its own */
  readonly sandboxes?: ReadonlyMap<string, Executor>
  /** run strangers' apps although this machine cannot isolate them with namespaces */
  readonly allowProcessIsolation: boolean
  /** for test clusters */
  readonly behaviour?: BehaviourOptions
  /** what the machine's owner allows; default: all of it, always */
  readonly ownerSettings?: OwnerOptions
  readonly log: Logger
}

export interface WorkerNode {
  readonly peerId: string
  readonly addresses: () => readonly string[]
  readonly reachability: () => Reachability
  readonly platforms: readonly string[]
  readonly isolation: string
  readonly slots: number
  /** Resolves only when the node can no longer serve, with the reason. */
  readonly failed: Promise<Error>
  /** tasks that were begun and have not ended */
  readonly running: () => number
  /** what the owner says by hand; resolves when it is on disk. `null` takes it back */
  readonly say: (command: OwnerCommand | null) => Promise<void>
  readonly drain: () => Promise<void>
  readonly status: () => WorkerStatus
  readonly accounts: () => readonly CoordinatorAccount[]
  /** control frames in and out since it was started */
  readonly frames: () => number
  /** the last auctions it was asked in, newest first */
  readonly auctions: () => readonly AuctionView[]
  readonly introductions: () => readonly PeerIntroduction[]
  readonly unreached: () => readonly UnreachedPeer[]
  /**
   * `drain`: takes no new work, finishes what runs and hands over its results, for at most `DRAIN_SECONDS`; then, or
   * when `hurry` aborts, ends what still runs: its leases end, and others get the chunks.
   */
  readonly close: (options: { drain: boolean, hurry?: AbortSignal }) => Promise<void>
}

/** Prices by the options that set them. */
const OPTION: Readonly<Record<string, string>> = { minimum: '--min-price', maximum: '--max-price' }

/** Throws NS_E_CONFIG naming the two options that contradict each other. */
function checkedPrices (price: Partial<PriceRules>): Partial<PriceRules> {
  const clash = priceContradiction({ ...DEFAULT_PRICES, ...price })
  if (clash === undefined) return price
  throw new NightshiftError('NS_E_CONFIG', `the prices "${clash.one}" (${JSON.stringify(price[clash.one])}) and "${clash.other}" (${JSON.stringify(price[clash.other])}) contradict each other: ${clash.why}`, { remedy: `change "${OPTION[clash.one] ?? clash.one}" or "${OPTION[clash.other] ?? clash.other}"` })
}

/** Builds and starts a worker. Throws NS_E_DATA_LOCKED, NS_E_DATA_CORRUPT when its database is damaged, or NS_E_ISOLATION where strangers' apps could not be contained. */
export async function startWorker (options: WorkerOptions): Promise<WorkerNode> {
  const { dataDir, log } = options
  const containerOptions = options.containers ?? NO_CONTAINERS
  const opened = new Opened(log)
  try {
    const isolation = await detectIsolation()
    if (isolation === 'process' && !options.allowProcessIsolation) {
      throw new NightshiftError('NS_E_ISOLATION', 'this machine cannot put strangers\' apps into namespaces of their own: bubblewrap is missing or does not work', {
        remedy: 'install the package "bubblewrap"; or accept that only Node\'s permission model stands between an app and your files, with --allow-process-isolation'
      })
    }
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const identity = await loadIdentity(dataDir)
    const store = opened.add('store', await openNodeStore(dataDir, identity, log, { snapshotBytes: SNAPSHOT_BYTES }), async it => { await it.close() })
    const blobs = opened.add('blobs', await openBlobStore(join(dataDir, 'blobs')), async it => { await it.close() })
    const hardware = await readHardware(dataDir)
    const slots = options.slots ?? Math.max(1, Math.floor(hardware.cores / 2))
    const wanted = { ...options.cores === undefined ? {} : { cores: options.cores }, ...options.memoryMiB === undefined ? {} : { memoryMiB: options.memoryMiB } }
    const { cores, memoryMiB } = lendable(wanted, hardware)
    if (cores < (options.cores ?? 0) || memoryMiB < (options.memoryMiB ?? 0)) log.warn({ cores, memoryMiB }, 'more was to be lent than this machine has: it lends what there is')
    const state = await loadWorker(store, nodeSigner(identity.peerId, identity.privateKey.raw), {
      slots,
      priceLevel: options.priceLevel ?? 1000,
      ...options.price === undefined ? {} : { price: checkedPrices(options.price) },
      images: containerOptions.rules,
      isolation,
      operator: options.operator ?? '',
      hardware,
      numericClass: await ownNumericClass(hardware),
      memoryMiB,
      cores,
      creditLimit: options.creditLimit ?? BASE_CREDIT,
      ...options.belongsTo === undefined ? {} : { belongsTo: options.belongsTo }
    }, NOTHING_OFFERED)
    const settings = options.ownerSettings === undefined ? undefined : await readOwnerSettings(dataDir, options.ownerSettings)
    if (settings !== undefined) state.owner.rules = settings.rules
    // apps step back behind everything else as far as the owner says at the moment they start
    const niceness = (): number => state.owner.rules?.nice ?? 0
    const sandboxes = options.sandboxes ?? opened.add('executors', await openExecutors({ isolation, slots, ready: slots, niceness, log }), closeExecutors)
    const containers = containerExecutor(withinDisk(containerOptions, state.owner.rules), { dataDir, node: identity.peerId, slots, cores, gpus: hardware.gpus, niceness, log })
    opened.add('containers', containers, async it => { await it.close() })
    const works = containerOptions.enabled && await enginePasses(containers, log, new AbortController().signal)
    const executors = new Map<string, Executor>([...sandboxes, [containers.platform, containers]])
    const offered = (withContainers: boolean): Offered => ({
      platforms: [...withContainers ? [containers.platform] : [], ...sandboxes.keys()],
      runtimes: withContainers ? containers.features?.runtimes ?? [] : [],
      egress: withContainers && containers.features?.egress === true
    })
    state.offered = offered(works)

    let fail: (error: Error) => void = () => undefined
    const failed = new Promise<Error>(resolve => { fail = resolve })
    const post = (event: WorkerEvent): void => { loop.post(event) }
    const meter = new BandwidthMeter(systemClock, (await readMeasured(dataDir)).bandwidth)
    const transport = opened.add('network', await openTransport({
      dataDir,
      listen: options.listen,
      peers: options.peers,
      mdns: options.mdns,
      profile: options.profile,
      ...options.reach,
      role: 'worker',
      provides: state.offered.platforms.map(platform => `worker/${platform}`),
      hello: () => ({ version: 1, minVersion: 1, role: 'worker', agent: `nightshift/${VERSION}`, incarnation: 0, ledgerSeq: 0, ledgerHash: new Uint8Array() }),
      blobs,
      events: {
        onPeerUp: (peer, hello) => { post({ kind: 'peer-up', peer, role: hello.role, incarnation: hello.incarnation }) },
        onPeerDown: peer => { post({ kind: 'peer-down', peer }) },
        onFrame: frame => { receive({ blobs, log, post }, frame) }
      },
      log
    }), async it => { await it.close() })
    const behaviour = behaviourOf(options.behaviour ?? {}, systemRandom, slots)
    const holds = new Holds()
    const admission = new Admission(slots, state.owner.allowance)
    const measured: Pick<Transport, 'fetch' | 'send'> = {
      send: transport.send,
      fetch: async (peer, ref, into, signal) => { await meter.measure(ref.size, async () => { await transport.fetch(peer, ref, into, signal) }) }
    }
    const runner = new TaskRunner({ blobs, holds, transport: measured, executors, random: systemRandom, clock: systemClock, log, behaviour, bounds: () => boundsOf(state), admission, unwanted: image => imageDenied(state, image) })
    const performer = opened.add('tasks', new WorkerPerformer({ blobs, holds, transport, runner, admission, executors, behaviour, log, post }), async it => { await it.close() })
    const onPhase = crashHook()
    const loop = opened.add('loop', new Loop<WorkerEvent, WorkerTurn>({
      core: {
        begin: now => new WorkerTurn(state, now),
        step,
        finish: settleTurn,
        perform: async turn => { await performer.perform(turn) },
        ...onPhase === undefined ? {} : { onPhase }
      },
      store,
      now: systemClock.now,
      log,
      onFatal: fail
    }), async it => { await it.close() })
    opened.add('wallet file', new WalletFile(dataDir, state, log), async it => { await it.close() })
    if (settings !== undefined) {
      opened.add('owner watch', await OwnerWatch.start({
        dataDir,
        settings,
        traffic: () => transport.traffic() + containers.trafficBytes,
        imageBytes: () => containers.imageBytes,
        containersCpuMs: () => containers.cpuMs,
        log,
        post: news => { loop.post({ kind: 'owner', news }) }
      }), async it => { await it.close() })
    }
    opened.add('machine watch', await MachineWatch.start({
      dataDir, hardware, wanted, log,
      bandwidth: () => meter.bytesPerSecond,
      post: machine => { loop.post({ kind: 'machine', machine }) },
      onGpus: gpus => { containers.useGpus(deviceNames(gpus)) }
    }), async it => { await it.close() })
    let skipped = 0
    const ticker = setInterval(() => {
      if (isQuiet(state) && ++skipped < QUIET_TICKS) return
      skipped = 0
      loop.post({ kind: 'tick' })
    }, TICK_MS)
    opened.add('ticker', ticker, async it => { clearInterval(it) })
    if (containerOptions.enabled) {
      opened.add('engine watch', new EngineWatch(containers, works, log, working => { loop.post({ kind: 'offered', offered: offered(working) }) }), async it => { await it.close() })
    }
    return {
      peerId: identity.peerId,
      addresses: transport.addresses,
      reachability: transport.reachability,
      platforms: state.offered.platforms,
      isolation,
      slots,
      failed,
      say: async command => { await loop.request({ kind: 'owner', news: { command } }) },
      drain: async () => { await loop.request({ kind: 'drain' }) },
      status: () => workerStatus(state, systemClock.now()),
      accounts: () => viewCoordinators(state, systemClock.now()),
      auctions: () => viewAuctions(state),
      introductions: transport.introductions,
      unreached: transport.unreached,
      frames: () => transport.frames(),
      running: () => [...state.attempts.values()].filter(attempt => attempt.state === 'RUNNING').length,
      close: async ({ drain, hurry = new AbortController().signal }) => {
        try {
          if (!drain) return
          await loop.request({ kind: 'drain' })
          await performer.idle(AbortSignal.any([hurry, AbortSignal.timeout(DRAIN_MS)]))
          const patience = AbortSignal.any([hurry, AbortSignal.timeout(HANDOVER_MS)])
          do {
            await loop.request({ kind: 'tick' })
            await delay(HANDOVER_POLL_MS)
          } while (owesResults(state) && !patience.aborted)
        } finally {
          await opened.close()
        }
      }
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}
