import { describe, expect, it } from 'vitest'
import type { Reachability } from '../../src/model/reachability.ts'
import { whyNoNetworks } from '../support/netns.ts'
import type { Api } from '../support/nodes.ts'
import { reachRig } from '../support/reach.ts'

const CHUNKS = 4
const why = await whyNoNetworks()
if (why !== undefined) console.log(`skipped, the tests of routers and relays: ${why}`)

describe.skipIf(why !== undefined)('nodes behind routers', () => {
  const rig = reachRig()

  async function reach (api: Api, expected: object): Promise<Reachability> {
    let found: Reachability | undefined
    await expect.poll(async () => {
      found = await api.call('GET', '/v1/reachability') as Reachability
      return found
    }, { timeout: 40_000, interval: 100 }).toMatchObject(expected)
    return found ?? expect.fail('unreachable')
  }

  it('work for a coordinator that is behind one too, by way of a relay, and know what they can be dialled at', async () => {
    const { internet, start, jobs } = rig()
    await internet.host('relay', 2)
    for (const [index, name] of ['home', 'w1', 'w2'].entries()) await internet.hidden(name, 11 + index)
    const relay = await start('worker', 'relay', ['--relay'])
    const dial = ['--peer', `/ip4/11.22.33.2/tcp/4001/p2p/${relay.peerId}`]
    const coordinator = await start('coordinator', 'home', dial)
    const api = await internet.api('home', coordinator.dataDir)
    const { addresses } = await reach(api, { dialable: false, relay: { peer: relay.peerId } })
    expect(addresses).toEqual(expect.arrayContaining([
      expect.objectContaining({ address: '/ip4/11.22.33.11/tcp/4001', dialable: false, by: relay.peerId, reason: expect.stringContaining('drops new connections') as string }),
      expect.objectContaining({ address: '/ip4/10.77.0.2/tcp/4001', dialable: 'unknown' })
    ]))
    await reach(await internet.api('relay', relay.dataDir), { dialable: true })
    // all they know is the relay: where the coordinator is they learn from the DHT
    await Promise.all(['w1', 'w2'].map(async name => await start('worker', name, dial)))
    const id = await jobs.submit(api, CHUNKS)
    await jobs.expectRight(api, id ?? '', CHUNKS)
  }, 120_000)
})
