import type { ContainerOptions } from '../../src/composition/containers.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCoordinator } from '../../src/api/coordinator.ts'
import type { ServedCoordinator } from '../../src/api/coordinator.ts'
import { startWorker } from '../../src/composition/worker-node.ts'
import type { WorkerNode, WorkerOptions } from '../../src/composition/worker-node.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { Api } from './nodes.ts'

export interface LocalNetwork {
  readonly dir: string
  readonly api: Api
  readonly coordinator: ServedCoordinator
  readonly workers: readonly WorkerNode[]
  readonly addWorker: (options?: Partial<WorkerOptions>) => Promise<WorkerNode>
  readonly close: () => Promise<void>
}

/** A coordinator and workers in this process, over real libp2p on loopback, real LevelDB and real sandboxes. */
export async function localNetwork (workers: number, openingBalance = '1000', containers?: ContainerOptions): Promise<LocalNetwork> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-test-'))
  const log = createLogger(process.env['NIGHTSHIFT_TEST_LOG'] ?? 'silent')
  const common = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, profile: 'local' as const, log, ...containers === undefined ? {} : { containers } }
  const coordinator = await startCoordinator({
    ...common, dataDir: join(dir, 'coordinator'), peers: [], apiHost: '127.0.0.1', apiPort: 0, openingBalance, trusted: []
  })
  const started: WorkerNode[] = []
  const addWorker = async (options: Partial<WorkerOptions> = {}): Promise<WorkerNode> => {
    const worker = await startWorker({
      ...common, dataDir: join(dir, `worker-${started.length}`), peers: coordinator.addresses, slots: 1, allowProcessIsolation: true, ...options
    })
    started.push(worker)
    return worker
  }
  for (let i = 0; i < workers; i++) await addWorker()
  return {
    dir,
    api: await Api.of(join(dir, 'coordinator')),
    coordinator,
    workers: started,
    addWorker,
    close: async () => {
      await Promise.all(started.map(async worker => { await worker.close({ drain: false }) }))
      await coordinator.close()
      await rm(dir, { recursive: true, force: true })
    }
  }
}
