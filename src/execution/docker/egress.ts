import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { errorMessage } from '../../model/errors.ts'
import { statusOf } from './engine.ts'
import type { Engine } from './engine.ts'

const run = promisify(execFile)
const NETWORK = 'nightshift-egress'
const BRIDGE = 'nightshift0'
const COMMAND_MS = 10_000

/** Addresses a task with egress never reaches: this machine, its neighbours, and cloud metadata services. */
const FENCED = ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16', '224.0.0.0/4', '240.0.0.0/4']

/**
 * A network of its own for tasks that may reach the internet: they cannot see
 * each other, this machine or its neighbours. Undefined, with the reason logged,
 * where such a fence cannot be built: then no task gets egress.
 */
export async function openEgress (engine: Engine, log: (message: string) => void): Promise<string | undefined> {
  if (engine.info.name !== 'docker' || engine.info.rootless || process.getuid?.() !== 0) {
    log('Tasks get no network: the fence around it needs Docker Engine and a node run by root')
    return undefined
  }
  try {
    await makeNetwork(engine)
    for (const rule of fence()) await ensureRule(rule)
    return NETWORK
  } catch (error) {
    log(`Tasks get no network: the fence around it could not be built: ${errorMessage(error)}`)
    return undefined
  }
}

/** Takes the network and its fence away, unless another node's task still uses it. */
export async function closeEgress (engine: Engine): Promise<void> {
  try {
    await engine.api.getNetwork(NETWORK).remove()
  } catch (error) {
    // 403 and 409: in use; 404: another node took it away
    const status = statusOf(error)
    if (status === 403 || status === 409) return
    if (status !== 404) throw error
  }
  for (const { chain, match } of fence()) await run('iptables', ['--wait', '5', '-D', chain, ...match], { timeout: COMMAND_MS }).catch(() => undefined)
}

async function makeNetwork (engine: Engine): Promise<void> {
  try {
    await engine.api.createNetwork({
      Name: NETWORK,
      CheckDuplicate: true,
      Driver: 'bridge',
      EnableIPv6: false,
      Labels: { 'nightshift.network': 'egress' },
      Options: { 'com.docker.network.bridge.name': BRIDGE, 'com.docker.network.bridge.enable_icc': 'false' }
    })
  } catch (error) {
    // 409: an earlier node made it
    if (statusOf(error) !== 409) throw error
  }
}

interface Rule { readonly chain: string, readonly match: readonly string[] }

/** In the order they are inserted at the top, so the last one is looked at first. */
function fence (): readonly Rule[] {
  return [
    { chain: 'INPUT', match: ['-i', BRIDGE, '-j', 'DROP'] },
    ...FENCED.map(range => ({ chain: 'DOCKER-USER', match: ['-i', BRIDGE, '-d', range, '-j', 'REJECT'] }))
  ]
}

async function ensureRule ({ chain, match }: Rule): Promise<void> {
  const present = await run('iptables', ['--wait', '5', '-C', chain, ...match], { timeout: COMMAND_MS }).then(() => true, () => false)
  if (!present) await run('iptables', ['--wait', '5', '-I', chain, ...match], { timeout: COMMAND_MS })
}
