import { describe, expect, it } from 'vitest'
import { reachRig } from '../support/reach.ts'
import { whyNoNetworks } from '../support/netns.ts'

const CHUNKS = 12
const why = await whyNoNetworks()
if (why !== undefined) console.log(`skipped, the tests of broken networks: ${why}`)

describe.skipIf(why !== undefined)('a job on a network that breaks', () => {
  const rig = reachRig()

  it('is finished after workers were cut off from the coordinator, and came back', async () => {
    const { internet, start, jobs } = rig()
    await internet.host('coordinator', 2)
    for (const [index, name] of ['w1', 'w2'].entries()) await internet.hidden(name, 11 + index)
    const coordinator = await start('coordinator', 'coordinator')
    const dial = ['--slow', '700', '--peer', `/ip4/11.22.33.2/tcp/4001/p2p/${coordinator.peerId}`]
    await Promise.all(['w1', 'w2'].map(async name => await start('worker', name, dial)))
    const api = await internet.api('coordinator', coordinator.dataDir)
    const id = await jobs.submit(api, CHUNKS) ?? ''
    await api.waitFor(id, job => job.executions >= 3, 60_000)
    await internet.link('w1', 'down')
    await internet.link('w2', 'down')
    // nobody has closed these connections: the coordinator notices by itself that they are dead
    await expect.poll(async () => (await api.call('GET', '/v1/status') as { workers: number }).workers, { timeout: 90_000 }).toBe(0)
    await internet.link('w1', 'up')
    await internet.link('w2', 'up')
    await jobs.expectRight(api, id, CHUNKS)
  }, 240_000)

  it('is finished although the coordinator moved to another address, where workers find it through the peer both know, itself away for a while', async () => {
    const { internet, start, jobs } = rig()
    await internet.host('bootstrap', 2)
    await internet.host('coordinator', 3)
    for (const [index, name] of ['w1', 'w2'].entries()) await internet.hidden(name, 11 + index)
    let bootstrap = await start('worker', 'bootstrap')
    const known = ['--peer', `/ip4/11.22.33.2/tcp/4001/p2p/${bootstrap.peerId}`]
    const coordinator = await start('coordinator', 'coordinator', known)
    await Promise.all(['w1', 'w2'].map(async name => await start('worker', name, ['--slow', '700', ...known])))
    const api = await internet.api('coordinator', coordinator.dataDir)
    await expect.poll(async () => (await api.call('GET', '/v1/status') as { workers: number }).workers, { timeout: 60_000 }).toBeGreaterThanOrEqual(2)
    const id = await jobs.submit(api, CHUNKS) ?? ''
    await api.waitFor(id, job => job.executions >= 2, 60_000)
    await bootstrap.stop('SIGKILL')
    bootstrap = await start('worker', 'bootstrap')
    await internet.move('coordinator', 33)
    await jobs.expectRight(api, id, CHUNKS)
  }, 300_000)
})
