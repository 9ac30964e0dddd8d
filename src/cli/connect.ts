import { join } from 'node:path'
import { ApiClient } from '../api/client.ts'
import { readEndpoint } from '../api/endpoint.ts'
import { clusterFolder, dataFolder } from '../config/paths.ts'
import { NightshiftError } from '../model/errors.ts'

/**
 * The coordinator to talk to: that of the data folder named, else the one of the
 * local cluster, else the one of the default data folder.
 * @throws NS_E_NO_COORDINATOR when none runs
 */
export async function connect (dataDir?: string): Promise<ApiClient> {
  const folders = dataDir === undefined ? [join(clusterFolder(), 'coordinator'), dataFolder('coordinator')] : [dataDir]
  for (const folder of folders) {
    const endpoint = await readEndpoint(folder)
    if (endpoint !== undefined) return new ApiClient(endpoint)
  }
  throw new NightshiftError('NS_E_NO_COORDINATOR', dataDir === undefined ? 'no coordinator runs on this machine' : `no coordinator runs on ${dataDir}`, {
    remedy: 'start one with "nightshift up" or "nightshift coordinator"; "nightshift job run --local-cluster 3 …" needs none'
  })
}

/**
 * The worker of the data folder named, else that of this user.
 * @throws NS_E_NO_WORKER when none runs there
 */
export async function connectWorker (dataDir = dataFolder('worker')): Promise<ApiClient> {
  const endpoint = await readEndpoint(dataDir)
  if (endpoint !== undefined) return new ApiClient(endpoint, 'worker')
  throw new NightshiftError('NS_E_NO_WORKER', `no worker runs on ${dataDir}`, { remedy: `start it with "nightshift worker --data ${dataDir}", or name the data folder of one that runs with --data` })
}
