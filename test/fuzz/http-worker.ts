import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createWorkerApi } from '../../src/api/worker.ts'
import { openCoordinator } from '../../src/composition/coordinator-node.ts'
import { startWorker } from '../../src/composition/worker-node.ts'
import type { WorkerNode } from '../../src/composition/worker-node.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { TOKEN, answerTo, renewed, requestOf, routesOf } from './http-requests.ts'
import type { Served } from './http-requests.ts'
import type { Target } from './run.ts'

/** Requests one start of the worker gets: the next one begins with what these made it keep. */
const OF_ONE = 500
const LONGEST_PAUSE_MS = 366 * 86_400_000
/** A worker that drains does so until it ends: of the requests to drain, so many are made. */
const DRAINS = 0.02
const COMMON = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, profile: 'local', log: createLogger('silent') } as const

interface Rig extends Served {
  readonly node: WorkerNode
  readonly close: () => Promise<void>
}

/** A worker that knows a coordinator and has no sandboxes: nothing of its API is about what runs in them. */
async function openRig (dataDir: string, peers: readonly string[]): Promise<Rig> {
  const node = await startWorker({ ...COMMON, dataDir, peers, sandboxes: new Map(), allowProcessIsolation: true, ownerSettings: { profile: 'always' } })
  for (let i = 0; i < 200 && !node.status().coordinators.some(({ admitted }) => admitted); i++) await delay(50)
  const server = createWorkerApi(node, COMMON.log, TOKEN)
  await server.ready()
  return {
    node,
    server,
    names: {},
    routes: routesOf(server, 9),
    queries: [{}, {}, { limit: '10' }],
    samples: { 'POST /v1/owner/pause': { forMs: 60_000, release: true } },
    close: async () => {
      await server.close()
      await node.close({ drain: false })
    }
  }
}

/** What every answer to the owner holds, whatever was said to the worker before. */
function checkStatus (what: string, body: string): void {
  const { role, state, until, uptimeMs } = JSON.parse(body) as { role?: unknown, state?: unknown, until?: unknown, uptimeMs?: unknown }
  const ends = until === undefined || (typeof until === 'number' && until <= Date.now() + LONGEST_PAUSE_MS)
  if (role !== 'worker' || typeof state !== 'string' || typeof uptimeMs !== 'number' || !ends) throw new Error(`${what} was answered in another shape: ${body.slice(0, 500)}`)
}

function checkAnswer (what: string, path: string, body: string): void {
  if (path === '/v1/status' || path.startsWith('/v1/owner/')) checkStatus(what, body)
  else if (path === '/metrics') {
    // only of Node's own figures some have no value at times
    const odd = body.split('\n').find(line => !/^(|#.*|nightshift_\w+(\{.*\})? (-?\d[\d.e+-]*|\+Inf)|nightshift_nodejs_\w+ Nan)$/.test(line))
    if (odd !== undefined) throw new Error(`${what} has a line that is no figure: ${odd}`)
  } else if (typeof JSON.parse(body) !== 'object') throw new Error(`${what} was answered in another shape: ${body.slice(0, 500)}`)
}

/** Every route of a real worker's API, with bodies, queries and headers changed. */
export async function workerHttp (): Promise<Target> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-fuzz-'))
  const coordinator = await openCoordinator({ ...COMMON, dataDir: join(dir, 'coordinator'), peers: [], openingBalance: '1000', trusted: [] })
  const rigs = await renewed(async () => await openRig(join(dir, 'worker'), coordinator.addresses), OF_ONE)
  return {
    name: 'requests to a worker over HTTP',
    every: 20,
    feed: async dice => {
      const rig = await rigs.next()
      const request = requestOf(dice, rig)
      const [path = ''] = request.url.split('?')
      if (path === '/v1/owner/drain' && !dice.chance(DRAINS)) return false
      const { what, taken, body } = await answerTo(rig.server, request)
      if (taken && (request.method as string) !== 'HEAD') checkAnswer(what, path, body)
      return taken
    },
    close: async () => {
      await rigs.close()
      await coordinator.close()
      await rm(dir, { recursive: true, force: true })
    }
  }
}
