import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { crashRig } from '../support/crash.ts'
import type { CrashRig } from '../support/crash.ts'
import { Api } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'

/** Chunks of a job here. */
const CHUNKS = 4
const FULL = process.env['NIGHTSHIFT_TEST_FULL'] === '1'

describe('a node that is asked to stop in the middle of a job', () => {
  let rig: CrashRig
  beforeEach(async () => { rig = await crashRig() })
  afterEach(async () => { await rig.close() })

  async function begin (slow: string): Promise<{ readonly coordinator: StartedNode, readonly workers: readonly StartedNode[], readonly api: Api, readonly id: string, readonly dial: readonly string[] }> {
    const coordinator = await rig.start('coordinator', 'c')
    const dial = coordinator.addresses.flatMap(address => ['--peer', address])
    const workers = await Promise.all(['w1', 'w2'].map(async name => await rig.start('worker', name, [...dial, '--slots', '1', '--slow', slow])))
    const api = await Api.of(coordinator.dataDir)
    const id = await rig.submit(api, CHUNKS) ?? ''
    await api.waitFor(id, job => job.executions >= 2, 30_000)
    return { coordinator, workers, api, id, dial }
  }

  it('finishes what it runs as a worker, and others do the rest', async () => {
    const { workers: [w1], api, id, dial } = await begin('1500')
    await w1?.stop('SIGTERM')
    expect(w1?.process.exitCode).toBe(0)
    await rig.start('worker', 'w3', [...dial, '--slots', '1'])
    await rig.expectRight(api, id, CHUNKS)
  }, 90_000)

  it('drops what it runs as a worker at the second signal, and comes back without harm', async () => {
    const { workers: [w1], api, id, dial } = await begin('25000')
    const gone = once(w1?.process ?? expect.fail('no worker'), 'exit')
    const before = Date.now()
    w1?.process.kill('SIGTERM')
    await expect.poll(() => w1?.log() ?? '', { timeout: 10_000 }).toContain('once more to stop at once')
    w1?.process.kill('SIGTERM')
    await gone
    expect(w1?.process.exitCode).toBe(0)
    expect(Date.now() - before, 'it did not wait for its task').toBeLessThan(20_000)
    for (const name of ['w1', 'w3']) await rig.start('worker', name, [...dial, '--slots', '2'])
    await rig.expectRight(api, id, CHUNKS)
  }, 120_000)

  it.runIf(FULL)('ends within the time it says as a worker, however long its task takes', async () => {
    const { workers: [w1], api, id, dial } = await begin('120000')
    await expect.poll(async () => (await api.call('GET', `/v1/jobs/${id}/tasks`) as { tasks: { worker: string, state: string }[] }).tasks.some(task => task.worker === w1?.peerId && task.state === 'RUNNING'), { timeout: 30_000 }).toBe(true)
    const before = Date.now()
    await w1?.stop('SIGTERM')
    const took = Date.now() - before
    expect(w1?.process.exitCode).toBe(0)
    const [, stated = '0'] = /for at most (\d+) s/.exec(w1?.log() ?? '') ?? []
    expect(Number(stated), 'it says how long').toBeGreaterThan(0)
    expect(took, 'it waited for its task').toBeGreaterThan((Number(stated) - 5) * 1000)
    expect(took, 'and not longer than it said').toBeLessThan((Number(stated) + 5) * 1000)
    for (const name of ['w1', 'w3']) await rig.start('worker', name, [...dial, '--slots', '2'])
    await rig.expectRight(api, id, CHUNKS)
  }, 240_000)

  it('loses nothing as a coordinator, whether it was asked once or twice', async () => {
    const { coordinator, id } = await begin('500')
    const gone = once(coordinator.process, 'exit')
    coordinator.process.kill('SIGTERM')
    coordinator.process.kill('SIGTERM')
    await gone
    expect(coordinator.process.signalCode).toBe(null)
    const again = await rig.start('coordinator', 'c')
    await rig.expectRight(await Api.of(again.dataDir), id, CHUNKS)
  }, 90_000)
})
