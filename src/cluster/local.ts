import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NightshiftError } from '../model/errors.ts'
import { startCluster, stopCluster } from './cluster.ts'
import type { Cluster, ClusterOptions } from './cluster.ts'
import { nodeIsRunning } from './node-process.ts'

const STATE = 'cluster.json'
const TEMP_PREFIX = 'nightshift-local-'

/** The cluster that `cluster up` left in this folder; undefined when there is none. */
export async function readCluster (dir: string): Promise<Cluster | undefined> {
  const text = await readFile(join(dir, STATE), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text) as Cluster
}

export async function clusterIsRunning (cluster: Cluster): Promise<boolean> {
  return await nodeIsRunning(cluster.coordinator)
}

/**
 * Starts a cluster that outlives this process. One whose coordinator has ended, by a reboot for instance, is started
 * again: its identities, jobs and books go on. Throws NS_E_CLUSTER when one runs there already.
 */
export async function clusterUp (options: Omit<ClusterOptions, 'owned'>): Promise<Cluster> {
  const existing = await readCluster(options.dir)
  if (existing !== undefined && await clusterIsRunning(existing)) {
    throw new NightshiftError('NS_E_CLUSTER', `a cluster of ${existing.workers.length} workers runs already`, { remedy: 'use it, or end it with "nightshift cluster down"' })
  }
  const cluster = await startCluster({ ...options, owned: false }, existing)
  const file = join(options.dir, STATE)
  await writeFile(`${file}.new`, JSON.stringify(cluster, undefined, 2), { mode: 0o600 })
  await rename(`${file}.new`, file)
  return cluster
}

/** Ends the cluster in this folder and removes it. False when there was none. */
export async function clusterDown (dir: string): Promise<boolean> {
  const cluster = await readCluster(dir)
  if (cluster === undefined) return false
  await stopCluster(cluster)
  return true
}

/**
 * A cluster for one job, in a folder of its own that is removed with it. Its
 * nodes end with this process even when it is killed; the folder of a killed one
 * is removed at the next start.
 */
export async function throwAwayCluster (options: { workers: number, liars?: number, slow?: number }): Promise<{ readonly cluster: Cluster, readonly close: () => Promise<void> }> {
  const dir = await throwAwayFolder()
  const cluster = await startCluster({ dir, workers: options.workers, liars: options.liars ?? 0, slow: options.slow ?? 0, owned: true })
  return { cluster, close: async () => { await stopCluster(cluster) } }
}

/** A folder that goes with this process: when it cannot remove it itself, the next one does. */
export async function throwAwayFolder (): Promise<string> {
  await removeLeftovers()
  const dir = await mkdtemp(join(tmpdir(), TEMP_PREFIX))
  await writeFile(join(dir, 'owner'), String(process.pid))
  return dir
}

async function removeLeftovers (): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(TEMP_PREFIX)) continue
    const dir = join(tmpdir(), name)
    const owner = Number(await readFile(join(dir, 'owner'), 'utf8').catch(() => '0'))
    if (owner === 0 || isAlive(owner)) continue
    await rm(dir, { recursive: true, force: true })
  }
}

function isAlive (pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
