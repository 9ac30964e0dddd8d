import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../simulation/random.ts'
import { COORDINATOR_POINTS, WORKER_POINTS, crashAt, crashRig } from '../support/crash.ts'
import { Api } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'

describe('kill -9 at every step of a chunk\'s life', () => {
  it.each(COORDINATOR_POINTS)('coordinator at %s', async point => { await crashAt('coordinator', point) }, 120_000)
  it.each(WORKER_POINTS)('worker at %s', async point => { await crashAt('worker', point) }, 120_000)
})

describe('a storm', () => {
  const JOBS = 20
  const KILLS = 200
  it(`${KILLS} kills over ${JOBS} jobs lose nothing, pay nothing twice, and the balance is exact`, async () => {
    const seed = Number(process.env['NIGHTSHIFT_SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed} (NIGHTSHIFT_SEED replays its choices)`)
    const random = new SeededRandom(seed)
    const rig = await crashRig()
    try {
      let coordinator = await rig.start('coordinator', 'c')
      const dial = coordinator.addresses.flatMap(address => ['--peer', address])
      const flags = [...dial, '--slots', '1', '--slow', '100']
      const workers = new Map<string, StartedNode>()
      for (const name of ['w1', 'w2', 'w3']) workers.set(name, await rig.start('worker', name, flags))
      let api = await Api.of(coordinator.dataDir)
      const ids: string[] = []
      for (let i = 0; i < JOBS; i++) ids.push(await rig.submit(api) ?? '')
      for (let kill = 0; kill < KILLS; kill++) {
        await new Promise(resolve => { setTimeout(resolve, 200 + random.fraction() * 1500) })
        const who = random.fraction()
        if (who < 0.4) {
          await coordinator.stop('SIGKILL')
          coordinator = await rig.start('coordinator', 'c')
          api = await Api.of(coordinator.dataDir)
        } else {
          const name = ['w1', 'w2', 'w3'][Math.floor(random.fraction() * 3)] ?? 'w1'
          await workers.get(name)?.stop('SIGKILL')
          workers.set(name, await rig.start('worker', name, flags))
        }
      }
      for (const id of ids) await rig.expectRight(api, id)
      const { accounts } = await api.call('GET', '/v1/wallet') as { accounts: { balance: string, pending: string }[] }
      expect(accounts.reduce((sum, { balance }) => sum + Number(balance), 0)).toBeCloseTo(0, 6)
      for (const { pending } of accounts) expect(pending).toBe('0')
    } catch (error) {
      console.log(rig.tails())
      throw error
    } finally {
      await rig.close()
    }
  }, 3_600_000)
})
