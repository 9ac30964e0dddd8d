import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiClient } from '../../api/client.ts'
import { readEndpoint } from '../../api/endpoint.ts'
import { NightshiftError } from '../../model/errors.ts'
import { LOCAL, WORKER, flagsOf } from '../cluster.ts'
import type { Behaviour } from '../cluster.ts'
import { Link } from '../proxy.ts'
import { MortalNode } from './mortal-node.ts'
import { behavioursOf, conditionsOf, diceOf } from './plan.ts'
import type { ChaosOptions } from './plan.ts'

export interface HostileWorker {
  readonly node: MortalNode
  readonly behaviour: Behaviour
  /** its only way to the coordinator */
  readonly link: Link
  partitions: number
}

/** A coordinator and workers as processes, each worker behind a link of its own that can go wrong. */
export class HostileCluster {
  readonly #dir: string
  readonly #keep: boolean
  readonly coordinator: MortalNode
  readonly workers: readonly HostileWorker[]

  private constructor (dir: string, keep: boolean, coordinator: MortalNode, workers: readonly HostileWorker[]) {
    this.#dir = dir
    this.#keep = keep
    this.coordinator = coordinator
    this.workers = workers
  }

  /**
   * Starts it below `dir`, with the links as bad as they are to be. When a node does not come up, or the
   * signal aborts, everything is taken down again. With `keep` logs and data stay when it closes.
   */
  static async open (dir: string, options: ChaosOptions, keep: boolean, signal: AbortSignal): Promise<HostileCluster> {
    const links: Link[] = []
    const nodes: MortalNode[] = []
    const start = async (name: string, args: readonly string[]): Promise<MortalNode> => {
      signal.throwIfAborted()
      const node = await MortalNode.start({ name, args: [...args, ...LOCAL], dataDir: join(dir, name), logFile: join(dir, 'logs', `${name}.log`) })
      nodes.push(node)
      return node
    }
    const startWorker = async (behaviour: Behaviour, index: number, coordinator: MortalNode): Promise<HostileWorker> => {
      const name = `worker-${index + 1}`
      const link = await Link.open(portOf(coordinator), diceOf(options.seed, `link of ${name}`))
      links.push(link)
      link.set(conditionsOf(options))
      const peer = `/ip4/127.0.0.1/tcp/${link.port}/p2p/${coordinator.peerId}`
      return { node: await start(name, [...WORKER, '--peer', peer, ...flagsOf(behaviour)]), behaviour, link, partitions: 0 }
    }
    try {
      const coordinator = await start('coordinator', ['coordinator'])
      const results = await Promise.allSettled(behavioursOf(options).map(async (behaviour, index) => await startWorker(behaviour, index, coordinator)))
      signal.throwIfAborted()
      const failed = results.find(result => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      return new HostileCluster(dir, keep, coordinator, results.map(result => (result as PromiseFulfilledResult<HostileWorker>).value))
    } catch (error) {
      await Promise.allSettled([...nodes.map(async node => { await node.stop() }), ...links.map(async link => { await link.close() })])
      if (!keep) await rm(dir, { recursive: true, force: true })
      throw error
    }
  }

  /** The coordinator's API as of its last start. */
  async api (): Promise<ApiClient> {
    const endpoint = await readEndpoint(this.coordinator.dataDir)
    if (endpoint === undefined) throw new NightshiftError('NS_E_NO_COORDINATOR', 'the coordinator of the test cluster does not run')
    return new ApiClient(endpoint)
  }

  /** Starts the coordinator again; it listens on another port, and the links lead there. */
  async restartCoordinator (): Promise<void> {
    await this.coordinator.restart()
    for (const { link } of this.workers) link.retarget(portOf(this.coordinator))
  }

  /** Ends every trouble: everybody runs, nobody is frozen, and every link is a good one. */
  async heal (): Promise<void> {
    await this.restartCoordinator()
    await Promise.all(this.workers.map(async ({ node, link }) => {
      link.heal()
      await node.thaw()
      await node.restart()
    }))
  }

  async close (): Promise<void> {
    const results = await Promise.allSettled([...this.workers.map(async ({ node }) => { await node.stop() }), this.coordinator.stop()])
    await Promise.all(this.workers.map(async ({ link }) => { await link.close() }))
    const failed = results.find(result => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    if (!this.#keep) await rm(this.#dir, { recursive: true, force: true })
  }
}

function portOf ({ addresses }: MortalNode): number {
  const port = /\/tcp\/(\d+)/.exec(addresses[0] ?? '')?.[1]
  if (port === undefined) throw new NightshiftError('NS_E_CLUSTER', `the coordinator listens on no TCP port: ${addresses.join(', ')}`)
  return Number(port)
}
