import { setFlagsFromString } from 'node:v8'
import { startCoordinator } from '../api/coordinator.ts'
import type { ServedCoordinator, ServedOptions } from '../api/coordinator.ts'
import { startCrew } from '../api/crew.ts'
import { serveWorker } from '../api/worker.ts'
import type { ServedWorkerOptions } from '../api/worker.ts'
import type { OwnerOptions } from '../composition/owner-watch.ts'
import { condemnsBooks } from '../composition/quarantine.ts'
import { DRAIN_SECONDS } from '../composition/worker-node.ts'
import { PROFILES } from '../model/owner-rules.ts'
import type { PriceRules } from '../model/price-rules.ts'
import type { Tariffs } from '../market/pricing.ts'
import type { OwnerProfile } from '../model/owner-rules.ts'
import { dataFolder } from '../config/paths.ts'
import { NightshiftError } from '../model/errors.ts'
import type { ReachOptions } from '../network/index.ts'
import { isPeerId } from '../model/messages/signing.ts'
import { parseByc } from '../model/money.ts'
import { createLogger } from '../observe/logger.ts'
import type { Logger } from '../observe/logger.ts'
import { containerOptions } from './container-options.ts'
import type { ContainerFlags } from './container-options.ts'
import { EXIT, print, printJson, say } from './output.ts'
import type { Format } from './output.ts'

interface CommonOptions extends ContainerFlags {
  readonly data?: string
  readonly listen?: readonly string[]
  readonly peer?: readonly string[]
  readonly mdns: boolean
  readonly announce?: readonly string[]
  readonly relay?: boolean
  readonly dht: boolean
  readonly upnp?: boolean
  readonly networkKey?: string
  readonly profile: 'local' | 'open' | OwnerProfile
  readonly logLevel: string
  readonly exitWithParent?: boolean
  readonly output: Format
}

export interface CoordinatorCommand extends CommonOptions {
  readonly apiPort: number
  readonly openingBalance: string
  readonly trust?: readonly string[]
  readonly adoptReceipts?: boolean
}

export interface WorkerCommand extends CommonOptions {
  readonly slots?: number
  readonly priceLevel?: number
  readonly tariff?: Tariffs
  readonly priceScript?: string
  readonly minPrice?: number
  readonly maxPrice?: number
  readonly creditLimit?: string
  readonly operator?: string
  readonly owner?: string
  readonly cores?: number
  readonly memory?: number
  readonly allowProcessIsolation?: boolean
  readonly config?: string
  readonly simulate?: string
  readonly metricsPort?: number
  readonly crew?: number
  readonly lie?: boolean
  readonly slow?: number
  readonly flaky?: number
  readonly onOff?: number
  readonly secretive?: boolean
}

/** After a second signal the node has this long to end its tasks and to close its files, milliseconds. */
const HURRY_MS = 5000
const LISTEN = ['/ip4/0.0.0.0/tcp/0']

/**
 * Runs a coordinator until it is told to stop. One whose data does not verify, at
 * its start or later, stays up quarantined, and is opened anew after a repair.
 */
export async function runCoordinator (command: CoordinatorCommand): Promise<number> {
  const log = createLogger(command.logLevel, { role: 'coordinator' })
  const options = {
    ...common(command, log),
    dataDir: command.data ?? dataFolder('coordinator'),
    apiHost: '127.0.0.1',
    apiPort: command.apiPort,
    openingBalance: command.openingBalance,
    trusted: command.trust ?? [],
    adoptReceipts: command.adoptReceipts === true
  }
  let node = await opened(options)
  const { stop } = whenToldToStop(command)
  for (;;) {
    announceCoordinator(command, node)
    const end = await Promise.race([stop, node.failed, ...node.quarantine === undefined ? [] : [node.quarantine.ended.then(() => undefined)]])
    if (end === 'stop') say(node.quarantine === undefined ? 'stopping: all it knows is on disk, and its jobs go on at the next start' : 'stopping: it is still quarantined')
    await node.close()
    if (end === 'stop') return EXIT.done
    if (end !== undefined && !condemnsBooks(end)) throw end
    node = await opened(options, end)
  }
}

/** A heap that may double before it is swept costs a job of 100,000 chunks hundreds of MiB; one kept small while books are read back would cost a second. */
async function opened (options: ServedOptions, why?: NightshiftError): Promise<ServedCoordinator> {
  setFlagsFromString('--no-optimize-for-size')
  try {
    return await startCoordinator(options, why)
  } finally {
    setFlagsFromString('--optimize-for-size')
  }
}

function announceCoordinator (command: CoordinatorCommand, { peerId, addresses, apiUrl, quarantine }: ServedCoordinator): void {
  if (quarantine === undefined) {
    announce(command.output, { event: 'ready', peerId, addresses, apiUrl }, [
      `coordinator ${peerId}`,
      ...addresses.map(address => `  workers join with: nightshift worker --peer ${address}`),
      `  API: ${apiUrl}`
    ])
    return
  }
  const { code, message, remedy } = quarantine.why
  announce(command.output, { event: 'quarantined', peerId, addresses, apiUrl, error: { code, message, remedy } }, [
    `coordinator ${peerId} is QUARANTINED: it shows what it can read, and serves nobody`,
    `  why: ${message}`,
    `  what to do: ${remedy}`,
    `  API: ${apiUrl}`
  ])
}

export async function runWorker (command: WorkerCommand): Promise<number> {
  if (command.crew !== undefined) return await runCrew(command, command.crew)
  const log = createLogger(command.logLevel, { role: 'worker' })
  const node = await serveWorker(workerOptions(command, log))
  announce(command.output, { event: 'ready', peerId: node.peerId, addresses: node.addresses() }, [
    `worker ${node.peerId}`,
    `  runs ${node.platforms.join(' and ')}, ${node.slots} at a time, isolated by ${node.isolation}`,
    (command.peer ?? []).length === 0 && !command.mdns ? '  knows no coordinator: give it one with --peer' : '  waits for work'
  ])
  return await serve(command, node.failed, {
    what: `stopping: it finishes what runs and hands it over, for at most ${DRAIN_SECONDS} s; once more to stop at once`,
    close: async hurry => { await node.close({ drain: true, hurry }) }
  })
}

/** So many workers in this process, each with an identity and a data folder of its own. */
async function runCrew (command: WorkerCommand, count: number): Promise<number> {
  const log = createLogger(command.logLevel, { role: 'worker' })
  const crew = await startCrew(count, workerOptions(command, log))
  const members = crew.workers.map(({ node, dataDir }) => ({ peerId: node.peerId, addresses: node.addresses(), dataDir }))
  announce(command.output, { event: 'ready', peerId: members[0]?.peerId ?? '', addresses: members[0]?.addresses ?? [], crew: members }, members.map(({ peerId }) => `worker ${peerId}`))
  return await serve(command, crew.failed, {
    what: `stopping: they finish what runs and hand it over, for at most ${DRAIN_SECONDS} s; once more to stop at once`,
    close: async hurry => { await crew.close({ drain: true, hurry }) }
  })
}

function workerOptions (command: WorkerCommand, log: Logger): ServedWorkerOptions {
  return {
    ...common(command, log),
    dataDir: command.data ?? dataFolder('worker'),
    ...(command.slots === undefined ? {} : { slots: command.slots }),
    ...(command.priceLevel === undefined ? {} : { priceLevel: command.priceLevel }),
    ...priceOptions(command),
    ...(command.creditLimit === undefined ? {} : { creditLimit: parseByc(command.creditLimit) }),
    ...(command.owner === undefined ? {} : { belongsTo: peerIdOption(command.owner) }),
    ...(command.operator === undefined ? {} : { operator: command.operator }),
    ...(command.cores === undefined ? {} : { cores: command.cores }),
    ...(command.memory === undefined ? {} : { memoryMiB: Math.round(command.memory * 1024) }),
    allowProcessIsolation: command.allowProcessIsolation === true,
    ...rulesOptions(command),
    ...(command.metricsPort === undefined ? {} : { metricsPort: command.metricsPort }),
    behaviour: {
      lie: command.lie === true,
      secretive: command.secretive === true,
      ...(command.slow === undefined ? {} : { slowMs: command.slow }),
      ...(command.flaky === undefined ? {} : { flaky: command.flaky / 100 }),
      ...(command.onOff === undefined ? {} : { onOff: command.onOff })
    }
  }
}

/** What the owner's settings say of prices comes before these. */
function priceOptions ({ tariff, priceScript, minPrice, maxPrice }: WorkerCommand): { price?: Partial<PriceRules> } {
  if (tariff !== undefined && priceScript !== undefined) throw new NightshiftError('NS_E_CONFIG', '"--tariff" and "--price-script" contradict each other: a price is made one way', { remedy: 'leave one of them out' })
  const price: Partial<PriceRules> = {
    ...tariff === undefined ? {} : { strategy: 'tariff', ...tariff },
    ...priceScript === undefined ? {} : { strategy: 'script', script: [priceScript] },
    ...minPrice === undefined ? {} : { minimum: minPrice },
    ...maxPrice === undefined ? {} : { maximum: maxPrice }
  }
  return Object.keys(price).length === 0 ? {} : { price }
}

function peerIdOption (peer: string): string {
  if (!isPeerId(peer)) throw new NightshiftError('NS_E_USAGE', `${peer} is no peer id of this network`, { remedy: 'name your coordinator by the id that "nightshift coordinator" and "nightshift status" print' })
  return peer
}

function common (command: CommonOptions, log: Logger) {
  return { listen: command.listen ?? LISTEN, peers: command.peer ?? [], mdns: command.mdns, profile: command.profile === 'local' ? 'local' as const : 'open' as const, reach: reachOptions(command), containers: containerOptions(command), log }
}

function reachOptions ({ announce: addresses, relay, dht, upnp, networkKey }: CommonOptions): ReachOptions {
  return { ...addresses === undefined ? {} : { announce: addresses }, serveRelay: relay === true, upnp: upnp === true, ...dht ? {} : { dht: false }, ...networkKey === undefined ? {} : { networkKey } }
}

/** A node of a local cluster lends all there is, unless settings are named; any other does what its owner's rules allow. */
function rulesOptions ({ config, profile, simulate }: WorkerCommand): { ownerSettings?: OwnerOptions } {
  if (profile === 'local' && config === undefined) return {}
  const known = PROFILES.find(name => name === profile)
  return { ownerSettings: { ...config === undefined ? {} : { file: config }, ...known === undefined ? {} : { profile: known }, ...simulate === undefined ? {} : { simulate } } }
}

function announce (format: Format, ready: object, lines: readonly string[]): void {
  if (format === 'json') printJson(ready)
  else for (const line of lines) print(line)
  process.send?.(ready)
}

/** Serves until told to stop, or until the node fails. */
async function serve (command: CommonOptions, failed: Promise<Error>, ending: { readonly what: string, readonly close: (hurry: AbortSignal) => Promise<void> }): Promise<number> {
  const { stop, hurry } = whenToldToStop(command)
  const end = await Promise.race([stop, failed])
  if (end === 'stop') say(ending.what)
  await ending.close(hurry)
  if (end === 'stop') return 0
  throw end
}

/** A second signal ends what the first would wait for, a third the process. */
function whenToldToStop (command: CommonOptions): { readonly stop: Promise<'stop'>, readonly hurry: AbortSignal } {
  const hurry = new AbortController()
  const stop = new Promise<'stop'>(resolve => {
    let signals = 0
    const onSignal = (): void => {
      signals++
      if (signals === 1) resolve('stop')
      else if (signals === 2) hurryUp(hurry)
      else process.exit(1)
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
    if (command.exitWithParent === true) whenParentGoes(() => { process.exit(1) })
  })
  return { stop, hurry: hurry.signal }
}

function hurryUp (hurry: AbortController): void {
  hurry.abort()
  setTimeout(() => { process.exit(1) }, HURRY_MS).unref()
}

/** The parent's end of our pipe closes when it is gone, however it went. Watching it does not keep this process alive. */
function whenParentGoes (then: () => void): void {
  if (process.send !== undefined) {
    process.once('disconnect', then)
    process.channel?.unref()
    return
  }
  process.stdin.once('end', then).once('close', then).resume()
  if ('unref' in process.stdin) process.stdin.unref()
}
