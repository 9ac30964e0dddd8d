import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createLogUpdate } from 'log-update'
import { pc } from './colours.ts'
import { ApiClient } from '../api/client.ts'
import { readEndpoint } from '../api/endpoint.ts'
import { clusterFolder, dataFolder } from '../config/paths.ts'
import { NightshiftError } from '../model/errors.ts'
import type { Reachability } from '../model/reachability.ts'
import type { UnreachedPeer } from '../model/transport.ts'
import type { WorkerStatus } from '../worker/status.ts'
import { EXIT, duration, print, printJson, shortPeer } from './output.ts'
import type { Format } from './output.ts'
import { reachLines, unreachedLines } from './reach-status.ts'
import { workerLines } from './worker-status.ts'

interface StatusCommand { readonly data?: string, readonly watch?: boolean, readonly output: Format }

/** What a coordinator says of itself. */
export interface CoordinatorStatus {
  readonly role?: undefined
  readonly peerId: string
  readonly version: string
  readonly state: 'serving' | 'quarantined'
  readonly addresses: readonly string[]
  readonly uptimeMs: number
  readonly workers: number
  readonly jobs?: number
  readonly condition?: { readonly code: string, readonly text: string, readonly remedy?: string }
}
type Status = (CoordinatorStatus | (WorkerStatus & { readonly role: 'worker' })) & { readonly reachability?: Reachability, readonly unreached?: readonly UnreachedPeer[] }

const WATCH_MS = 1000

/** `nightshift status`: the node of the folder named, else every node found in the usual places. */
export async function status (command: StatusCommand): Promise<number> {
  if (command.watch !== true) {
    const found = await read(command.data)
    if (command.output === 'json') printJson(found.length === 1 ? found[0] : { nodes: found })
    else for (const line of found.flatMap(lines)) print(line)
    return found.some(({ state }) => state === 'quarantined') ? EXIT.verification : EXIT.done
  }
  const live = process.stdout.isTTY ? createLogUpdate(process.stdout) : undefined
  for (;;) {
    const text = (await read(command.data)).flatMap(lines).join('\n')
    if (live === undefined) print(text)
    else live(text)
    await delay(WATCH_MS)
  }
}

async function read (dataDir: string | undefined): Promise<Status[]> {
  const folders = dataDir === undefined ? [join(clusterFolder(), 'coordinator'), dataFolder('coordinator'), dataFolder('worker')] : [dataDir]
  const endpoints = (await Promise.all(folders.map(readEndpoint))).filter(endpoint => endpoint !== undefined)
  if (endpoints.length > 0) return await Promise.all(endpoints.map(async endpoint => await readNode(new ApiClient(endpoint, 'node'))))
  throw new NightshiftError('NS_E_NO_COORDINATOR', dataDir === undefined ? 'no node runs on this machine' : `no node runs on ${dataDir}`, {
    remedy: dataDir === undefined ? 'start one with "nightshift up", "nightshift coordinator" or "nightshift worker"' : `start it with "nightshift worker --data ${dataDir}", or "nightshift coordinator" if that is what it is`
  })
}

async function readNode (client: ApiClient): Promise<Status> {
  const status = await client.get<Status>('/v1/status')
  // one in quarantine is on no network
  return status.state === 'quarantined' ? status : { ...status, reachability: await client.get<Reachability>('/v1/reachability') }
}

function lines (found: Status): string[] {
  const now = Date.now()
  const reach = [...unreachedLines(found.unreached ?? [], now), ...found.reachability === undefined ? [] : reachLines(found.reachability, now)]
  if (found.role === 'worker') return [...workerLines(found, now), ...reach]
  return [
    `coordinator ${shortPeer(found.peerId)}, version ${found.version}, up for ${duration(found.uptimeMs)}`,
    ...found.jobs === undefined ? [] : [`  ${found.workers} worker${found.workers === 1 ? '' : 's'} connected, ${found.jobs} job${found.jobs === 1 ? '' : 's'} known`],
    ...found.condition === undefined ? [] : [pc.yellow(`  ${found.condition.code}: ${found.condition.text}`)],
    ...found.condition?.remedy === undefined ? [] : [`  what to do: ${found.condition.remedy}`],
    ...reach,
    ...found.addresses.map(address => `  workers join with: nightshift worker --peer ${address}`)
  ]
}
