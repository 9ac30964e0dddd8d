import { describe, expect, it, onTestFinished } from 'vitest'
import { Dice } from '../../src/cluster/dice.ts'
import { Link } from '../../src/cluster/proxy.ts'
import { startNode, until } from './support/nodes.ts'
import type { TestNode } from './support/nodes.ts'

describe('a connection that is lost again and again', () => {
  /**
   * Loses the connection so often, each time after it lasted `lastedMs`; returns how long was waited before each
   * new dial. Dials before the first connection come to nothing `unreachable` times.
   */
  async function waits (lastedMs: number, times: number, unreachable = 0): Promise<readonly number[]> {
    let now = 1_000_000
    const coordinator = await startNode({ role: 'coordinator' })
    const port = Number(/\/tcp\/(\d+)/.exec(coordinator.address)?.[1])
    const link = await Link.open(unreachable > 0 ? 1 : port, new Dice(1))
    onTestFinished(async () => { await link.close() })
    const worker: TestNode = await startNode({ peers: [`/ip4/127.0.0.1/tcp/${link.port}/p2p/${coordinator.transport.self}`], clock: { now: () => now } })
    const logged = (): number[] => worker.log.flatMap(({ about }) => typeof about['retryInMs'] === 'number' ? [about['retryInMs']] : [])
    await until(() => logged().length >= unreachable)
    link.retarget(port)
    await until(() => worker.ups.length === 1)
    const before = logged().length
    for (let time = 1; time <= times; time++) {
      await until(() => worker.ups.length === time)
      now += lastedMs
      link.reset()
      await until(() => worker.downs.length === time)
    }
    await until(() => logged().length >= before + times)
    return logged().slice(before)
  }

  it('is made anew at once when it had lasted some seconds: a bad line must not keep a worker away for longer than it breaks', async () => {
    for (const wait of await waits(6000, 8)) expect(wait).toBeLessThanOrEqual(200)
  })

  it('is made anew soon although its other side could not be reached for a while before', async () => {
    expect((await waits(10, 1, 4))[0]).toBeLessThanOrEqual(400)
  })

  it('is told of, with a reason, as long as there is none', async () => {
    const coordinator = await startNode({ role: 'coordinator' })
    const link = await Link.open(1, new Dice(1))
    onTestFinished(async () => { await link.close() })
    const address = `/ip4/127.0.0.1/tcp/${link.port}/p2p/${coordinator.transport.self}`
    const worker = await startNode({ peers: ['/ip4/127.0.0.1/tcp/1', address] })
    await until(() => worker.transport.unreached().length === 2)
    const [nobody, broken] = worker.transport.unreached()
    expect(nobody).toMatchObject({ addresses: ['/ip4/127.0.0.1/tcp/1'], why: 'nothing listens there (ECONNREFUSED)', remedy: expect.stringContaining('see that the node there runs') as string })
    expect(broken).toMatchObject({ addresses: [address], peer: coordinator.transport.self })
    link.retarget(Number(/\/tcp\/(\d+)/.exec(coordinator.address)?.[1]))
    await until(() => worker.ups.length === 1)
    await until(() => worker.transport.unreached().length === 1, 15_000)
  })

  it('is told of as one of another version when this is why it ended', async () => {
    const coordinator = await startNode({ role: 'coordinator' })
    const worker = await startNode({ peers: [coordinator.address], version: 9, minVersion: 9 })
    await until(() => worker.transport.unreached().length === 1)
    expect(worker.transport.unreached()[0]).toMatchObject({ why: expect.stringMatching(/versions 1 to 1, this node 9 to 9/) as string, remedy: expect.stringContaining('same version') as string })
  })

  it('is made anew later and later when it never lasts', async () => {
    expect((await waits(10, 4)).at(-1)).toBeGreaterThanOrEqual(800)
  })
})
