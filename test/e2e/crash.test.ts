import { describe, expect, it } from 'vitest'
import { crashAt, crashRig } from '../support/crash.ts'
import { Api } from '../support/nodes.ts'

/** A sample; all points are in crash.full.test.ts. */
describe('kill -9 at a step of a chunk\'s life', () => {
  it.each(['submit:written', 'reveal:written'])('coordinator at %s', async point => { await crashAt('coordinator', point) }, 120_000)
  it.each(['task-done:written'])('worker at %s', async point => { await crashAt('worker', point) }, 120_000)
})

describe('kill -9 of coordinator and workers at once', () => {
  it('loses nothing: all come back, and no chunk that was finished runs again', async () => {
    const rig = await crashRig()
    try {
      const workers = ['w1', 'w2', 'w3']
      const coordinator = await rig.start('coordinator', 'c')
      const flags = [...coordinator.addresses.flatMap(address => ['--peer', address]), '--slots', '1', '--slow', '300']
      const nodes = [coordinator, ...await Promise.all(workers.map(async name => await rig.start('worker', name, flags)))]
      const api = await Api.of(coordinator.dataDir)
      const id = await rig.submit(api) ?? ''
      await api.waitFor(id, job => job.chunks.done >= 3, 60_000)
      const tasksOf = async (from: Api) => (await from.call('GET', `/v1/jobs/${id}/tasks?limit=10000`) as { tasks: { chunk: number, epoch: number, chunkState: string }[] }).tasks
      const finished = (await tasksOf(api)).filter(task => task.chunkState === 'VERIFIED' || task.chunkState === 'DECIDED')
      expect(finished.length).toBeGreaterThan(0)
      await Promise.all(nodes.map(async node => { await node.stop('SIGKILL') }))

      await Promise.all(workers.map(async name => await rig.start('worker', name, flags)))
      const again = await Api.of((await rig.start('coordinator', 'c')).dataDir)
      await rig.expectRight(again, id)
      const attempts = await tasksOf(again)
      for (const { chunk } of finished) {
        const had = (tasks: typeof attempts): number[] => tasks.filter(task => task.chunk === chunk).map(task => task.epoch)
        expect(had(attempts), `attempts of chunk ${chunk}`).toEqual(had(finished))
      }
    } finally {
      await rig.close()
    }
  }, 120_000)
})
