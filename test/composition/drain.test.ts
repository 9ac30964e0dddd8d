import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended } from '../support/nodes.ts'
import { localNetwork } from '../support/network.ts'
import type { LocalNetwork } from '../support/network.ts'
import { compileWat, pushWasm, NOOP } from '../support/wasm.ts'

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
})
