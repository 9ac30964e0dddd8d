import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DRAIN_SECONDS } from '../../src/composition/worker-node.ts'
import { ended } from '../support/nodes.ts'
import { localNetwork } from '../support/network.ts'
import type { LocalNetwork } from '../support/network.ts'
import { compileWat, pushWasm, NOOP } from '../support/wasm.ts'

const ENDLESS = '(module (memory (export "memory") 1) (func (export "_start") (loop $again (br $again))))'

describe('a worker that is asked to stop', () => {
  let network: LocalNetwork
  beforeAll(async () => { network = await localNetwork(0) }, 60_000)
  afterAll(async () => { await network.close() })

  it('hands over the result of what it still ran', async () => {
    const { api } = network
    const worker = await network.addWorker({ behaviour: { slowMs: 1000 } })
    const app = await pushWasm(api, 'noop', await compileWat(NOOP))
    const { id } = await api.call('POST', '/v1/jobs', { name: 'last', app, config: { replicas: 1 } }) as { id: string }
    await expect.poll(() => worker.running(), { timeout: 30_000 }).toBe(1)
    await worker.close({ drain: true })
    expect(await api.waitFor(id, ended, 1000)).toMatchObject({ state: 'COMPLETED', executions: 1, chunks: { done: 1 } })
  }, 60_000)

  it('gives back what its owner has it hold, instead of waiting for it', async () => {
    const { api } = network
    const worker = await network.addWorker({ ownerSettings: { profile: 'always' } })
    const app = await pushWasm(api, 'endless', await compileWat(ENDLESS))
    const { id } = await api.call('POST', '/v1/jobs', { name: 'held', app, config: { replicas: 1 } }) as { id: string }
    await expect.poll(() => worker.running(), { timeout: 30_000 }).toBe(1)
    await worker.say({ kind: 'pause', release: false })
    await expect.poll(() => worker.status().reason?.code, { timeout: 10_000 }).toBe('OWNER_PAUSED')
    const closed = worker.close({ drain: true }).then(() => 'closed')
    expect(await Promise.race([closed, delay(DRAIN_SECONDS * 1000 / 2, 'still waits')])).toBe('closed')
    const { tasks } = await api.call('GET', `/v1/jobs/${id}/tasks`) as { tasks: unknown[] }
    expect(tasks).toMatchObject([{ worker: worker.peerId, state: 'DECLINED', reason: { code: 'OWNER_PAUSED' } }])
    expect(await api.call('GET', '/v1/incidents')).toEqual({ incidents: [] })
    await api.call('POST', `/v1/jobs/${id}/abort`, {})
  }, 60_000)
})
