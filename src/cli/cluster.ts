import { WORKER } from '../cluster/cluster.ts'
import { clusterDown, clusterIsRunning, clusterUp, readCluster } from '../cluster/local.ts'
import { nodeIsRunning } from '../cluster/node-process.ts'
import { clusterFolder } from '../config/paths.ts'
import { NightshiftError } from '../model/errors.ts'
import { print, printJson, printRows, say, shortPeer } from './output.ts'
import type { Format } from './output.ts'

export interface ClusterUpCommand {
  readonly data?: string
  readonly workers: number
  readonly liars: number
  readonly slow: number
  readonly output: Format
}

export async function up (command: ClusterUpCommand): Promise<number> {
  const dir = command.data ?? clusterFolder()
  const again = await readCluster(dir) !== undefined
  say(`starting a coordinator and ${command.workers} workers${again ? ' again, with the jobs and books they had' : ''}`)
  const { workers, coordinator } = await clusterUp({ dir, workers: command.workers, liars: command.liars, slow: command.slow })
  if (command.output === 'json') {
    printJson({ coordinator, workers })
    return 0
  }
  printRows('table', 'workers', workers, { worker: row => shortPeer(row.peerId), behaviour: row => row.behaviour, pid: row => String(row.pid) })
  return 0
}

/** `nightshift up`: a cluster, and what to do with it. */
export async function upWithHelp (command: ClusterUpCommand): Promise<number> {
  const existing = await readCluster(command.data ?? clusterFolder())
  if (existing === undefined || !await clusterIsRunning(existing)) await up(command)
  else say(`a cluster of ${existing.workers.length} workers runs already`)
  if (command.output === 'json') return 0
  print(`
What to do next:
  nightshift app new hello                       make an app that runs as it is
  seq 1000 > numbers.txt
  nightshift app test hello --input numbers.txt  run it here once, with logs and results
  nightshift job run --app hello --partitioner lines --param partitioner.count=100 --input numbers.txt --out result
  nightshift node list                           the workers and what they earned
  nightshift wallet balance                      the books
  nightshift cluster down                        end it all, leaving nothing behind`)
  return 0
}

export async function down (command: { readonly data?: string, readonly output: Format }): Promise<number> {
  const was = await clusterDown(command.data ?? clusterFolder())
  if (command.output === 'json') printJson({ stopped: was })
  else print(was ? 'the cluster is down; nothing of it is left' : 'no cluster runs')
  return 0
}

export async function status (command: { readonly data?: string, readonly output: Format }): Promise<number> {
  const cluster = await readCluster(command.data ?? clusterFolder())
  if (cluster === undefined) throw new NightshiftError('NS_E_CLUSTER', 'no cluster runs', { remedy: 'start one with "nightshift cluster up --workers 3"' })
  const nodes = [{ ...cluster.coordinator, role: 'coordinator', behaviour: 'honest' }, ...cluster.workers.map(worker => ({ ...worker, role: 'worker' }))]
  const rows = await Promise.all(nodes.map(async node => ({ ...node, running: await nodeIsRunning(node) })))
  printRows(command.output, 'nodes', rows, {
    role: row => row.role, peer: row => shortPeer(row.peerId), behaviour: row => row.behaviour, pid: row => String(row.pid), state: row => row.running ? 'running' : 'gone'
  })
  if (rows.every(row => row.running)) return 0
  const gone = rows.filter(row => !row.running)
  if (gone.some(row => row.role === 'coordinator')) say('what to do: "nightshift cluster up" starts them again with the jobs and books they had; "nightshift cluster down" removes them')
  else {
    say('what to do: the others go on without; to have them again,')
    const peer = cluster.coordinator.addresses[0] ?? ''
    for (const { dataDir } of gone) say(`  nightshift ${WORKER.join(' ')} --no-mdns --profile local --peer ${peer} --data ${dataDir}`)
  }
  return 1
}
