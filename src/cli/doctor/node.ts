import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ApiClient } from '../../api/client.ts'
import { readEndpoint } from '../../api/endpoint.ts'
import { VERSION } from '../../config/version.ts'
import { NightshiftError } from '../../model/errors.ts'
import type { PeerIntroduction, UnreachedPeer } from '../../model/transport.ts'
import type { WorkerStatus } from '../../worker/status.ts'
import { duration } from '../output.ts'
import type { CoordinatorStatus } from '../status.ts'
import { checkAuctions } from './auctions.ts'
import type { SeenAuction } from './auctions.ts'
import { broken, note, ok } from './finding.ts'
import type { Finding } from './finding.ts'
import { checkFolder, checkOpenFiles } from './folder.ts'
import { checkClock, checkUnreached, checkVersions } from './peers.ts'
import { checkReachability } from './reachability.ts'
import type { Reachability } from './reachability.ts'
import { checkOwnerFile, checkWorker } from './worker.ts'

type Status = (CoordinatorStatus | (WorkerStatus & { readonly role: 'worker', readonly version: string })) & { readonly uptimeMs: number, readonly unreached?: readonly UnreachedPeer[] }

/** The node of one data folder: by what it says itself while it runs, else by what can be seen of its folder. */
export async function checkNode (dataDir: string): Promise<readonly Finding[]> {
  const { findings, pid } = await askNode(dataDir)
  return [...findings, ...await checkFolder(dataDir), ...await checkOpenFiles(pid)]
}

async function askNode (dataDir: string): Promise<{ readonly findings: readonly Finding[], readonly pid?: number }> {
  let api: ApiClient | undefined
  try {
    const endpoint = await readEndpoint(dataDir)
    if (endpoint === undefined) return { findings: [broken('NOT_RUNNING', `no node runs on ${dataDir}`, `start it with "nightshift worker --data ${dataDir}", or "nightshift coordinator" if that is what it is, or as a service with "nightshift service install"`), ...await offline(dataDir)] }
    api = new ApiClient(endpoint)
    const status = await api.get<Status>('/v1/status')
    const pid = await pidOf(dataDir)
    return { findings: await askRunning(api, status), ...pid === undefined ? {} : { pid } }
  } catch (error) {
    if (!(error instanceof NightshiftError)) throw error
    if (error.code !== 'NS_E_NO_COORDINATOR') return { findings: [broken('NODE_SICK', error.message, error.remedy)] }
    return { findings: [broken('NOT_RUNNING', `the node of ${dataDir} ended without saying so: it crashed or was killed`, 'start it again: it goes on where it was. Its log, or "journalctl --user -u nightshift-worker", says how it ended'), ...await offline(dataDir)] }
  }
}

async function offline (dataDir: string): Promise<readonly Finding[]> {
  return basename(dataDir) === 'coordinator' ? [] : await checkOwnerFile(dataDir, Date.now())
}

async function askRunning (api: ApiClient, status: Status): Promise<readonly Finding[]> {
  if (status.state === 'quarantined') return [broken('QUARANTINED', `the coordinator is quarantined: ${status.condition?.text ?? ''}`, status.condition?.remedy ?? 'see its log')]
  const role = status.role ?? 'coordinator'
  const { peers } = await api.get<{ readonly peers: readonly PeerIntroduction[] }>('/v1/peers')
  const common = [
    ok('RUNNING', `the ${role} runs, for ${duration(status.uptimeMs)}`),
    checkReachability(await ifThere<Reachability>(api, '/v1/reachability'), role),
    ...checkUnreached(status.unreached ?? [], Date.now()),
    checkClock(peers),
    ...checkVersions(peers, status.version, VERSION)
  ]
  if (status.role !== 'worker') return [...common, ...checkCoordinator(status)]
  const seen = await ifThere<{ readonly auctions: readonly SeenAuction[] }>(api, '/v1/auctions')
  return [...common, ...checkWorker(status), ...seen === undefined ? [note('AUCTIONS_UNKNOWN', 'which auctions it saw is not known: this version keeps no record')] : checkAuctions(seen.auctions, Date.now())]
}

function checkCoordinator ({ condition, workers }: CoordinatorStatus): readonly Finding[] {
  return [
    ...condition === undefined ? [] : [broken(condition.code, condition.text, condition.remedy ?? 'see its log')],
    workers > 0 ? ok('WORKERS', `${workers} worker${workers === 1 ? '' : 's'} connected`) : note('NO_WORKERS', 'no worker is connected', 'start one with "nightshift worker --peer ADDRESS"; "nightshift status" prints the address')
  ]
}

/** Undefined where this node has no such route. */
async function ifThere<T> (api: ApiClient, path: string): Promise<T | undefined> {
  try {
    return await api.get<T>(path)
  } catch (error) {
    if (error instanceof NightshiftError && error.code === 'NS_E_USAGE' && error.message.startsWith('there is no ')) return undefined
    throw error
  }
}

async function pidOf (dataDir: string): Promise<number | undefined> {
  const { pid } = JSON.parse(await readFile(join(dataDir, 'api.json'), 'utf8').catch(() => '{}')) as { readonly pid?: unknown }
  return Number.isSafeInteger(pid) ? pid as number : undefined
}
