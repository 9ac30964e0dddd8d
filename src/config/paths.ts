import { join } from 'node:path'
import envPaths from 'env-paths'

const paths = envPaths('nightshift', { suffix: '' })

/** Where a node keeps what it must not lose, unless told otherwise with --data. */
export function dataFolder (role: 'coordinator' | 'worker'): string {
  return join(process.env['NIGHTSHIFT_DATA'] ?? paths.data, role)
}

/** Where the local cluster of `nightshift cluster up` lives, unless told otherwise. */
export function clusterFolder (): string {
  return process.env['NIGHTSHIFT_CLUSTER'] ?? join(paths.data, 'cluster')
}

/** What can be made again at any time; shared by all nodes of this user. */
export function cacheFolder (): string {
  return process.env['NIGHTSHIFT_CACHE'] ?? paths.cache
}
