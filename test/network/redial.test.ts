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

  it('is made anew later and later when it never lasts', async () => {
    expect((await waits(10, 4)).at(-1)).toBeGreaterThanOrEqual(800)
  })
})
