import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended } from '../support/nodes.ts'
import { localNetwork } from '../support/network.ts'
import type { LocalNetwork } from '../support/network.ts'
import { pushPython } from '../support/push.ts'

const FINE = `
import os, shutil
shutil.copy(os.path.join(os.environ['TASK_DIR'], 'data.bin'), os.path.join(os.environ['TASK_RESULTS_DIR'], 'out.bin'))
`

describe('bad input gets a reason, and other jobs go on', () => {
  let network: LocalNetwork
  beforeAll(async () => { network = await localNetwork(2, '200') }, 60_000)
  afterAll(async () => { await network.close() })

  async function submit (request: object): Promise<{ status: number, body: any }> {
    return await network.api.request('POST', '/v1/jobs', { name: 'x', config: { replicas: 1 }, ...request })
  }

  async function endOf (request: object): Promise<any> {
    const { status, body } = await submit(request)
    expect(status, JSON.stringify(body)).toBe(201)
    return await network.api.waitFor(body.id as string, ended, 60_000)
  }

  it('refuses an unknown tag, an unknown engine, and a body that is not a job', async () => {
    expect((await submit({ app: 'nobody@1.0' })).body.error).toMatchObject({ code: 'NS_E_BLOCK_UNKNOWN', remedy: expect.any(String) as string })
    const app = await pushPython(network.api, 'app', FINE)
    expect((await submit({ app, partitioner: 'nothing-like-this' })).body.error).toMatchObject({ code: 'NS_E_BLOCK_UNKNOWN', message: expect.stringMatching(/built-in partitioners are: passthrough, .*rows/) as string })
    expect((await submit({ app, config: { replicas: 99 } })).body.error).toMatchObject({ code: 'NS_E_USAGE' })
    expect((await submit({ app, surprise: true })).status).toBe(400)
  })

  it('refuses parameters that do not fit the schema, before anything runs', async () => {
    const app = await pushPython(network.api, 'app', FINE, { paramsSchema: { type: 'object', properties: { size: { type: 'integer' } }, additionalProperties: false } })
    const { body } = await submit({ app, params: { app: { size: 'large', colour: 1 } } })
    expect(body.error.code).toBe('NS_E_PARAMS_INVALID')
    expect(body.error.message).toMatch(/size/)
    expect(body.error.message).toMatch(/colour/)
    expect((await submit({ app, partitioner: 'bytes', params: { partitioner: { size: -1 } } })).body.error.code).toBe('NS_E_PARAMS_INVALID')
  })

  it('refuses an input that was not uploaded, a budget that is not there, and an app whose results cannot be compared', async () => {
    const app = await pushPython(network.api, 'app', FINE)
    const ghost = { path: 'ghost', size: 3, sha256: 'e'.repeat(64) }
    expect((await submit({ app, source: [ghost] })).body.error.code).toBe('NS_E_BLOB_MISSING')
    expect((await submit({ app, source: [{ ...ghost, path: '../ghost' }] })).body.error.code).toBe('NS_E_PATH_UNSAFE')
    expect((await submit({ app, config: { replicas: 1, budget: '100000' } })).body.error.code).toBe('NS_E_FUNDS')
  })

  it.each([['open', 'strangers could read'], ['verified', 'strangers could read'], ['private', 'hands out none'], ['local', 'hands out none']])('refuses a block that asks for secrets with --trust %s', async (trust, why) => {
    const app = await pushPython(network.api, 'app', FINE, { config: { secrets: ['API_KEY'] } })
    const { body } = await submit({ app, config: { replicas: 1, trust } })
    expect(body.error).toMatchObject({ code: 'NS_E_CONFIG', message: expect.stringContaining(why) as string })
  })

  it('fails a job whose partitioner makes no chunk, a hole, or fails itself', async () => {
    const app = await pushPython(network.api, 'app', FINE)
    const none = await pushPython(network.api, 'partitioner', 'pass\n')
    expect((await endOf({ app, partitioner: none })).error.code).toBe('NS_E_NO_CHUNKS')
    const hole = await pushPython(network.api, 'partitioner', "import os\nfor i in (0, 2): open(os.path.join(os.environ['CHUNKS_DIR'], f'data_{i}.bin'), 'w').close()\n")
    const failed = await endOf({ app, partitioner: hole })
    expect(failed.error.code).toBe('NS_E_CHUNK_HOLE')
    expect(failed.error.message).toContain('data_1.bin')
    const broken = await pushPython(network.api, 'partitioner', "raise SystemExit('no such luck')\n")
    expect((await endOf({ app, partitioner: broken })).error).toMatchObject({ code: 'NS_E_ENGINE_FAILED', message: expect.stringContaining('exited with code 1') as string })
  })

  it('fails a job whose app fails on two workers, with what it printed, and keeps its money', async () => {
    const app = await pushPython(network.api, 'app', "import sys\nprint('out of cheese', file=sys.stderr)\nsys.exit(3)\n")
    const job = await endOf({ app })
    expect(job).toMatchObject({ state: 'FAILED', cost: '0', error: { code: 'NS_E_CHUNK_FAILED' } })
    expect(job.error.message).toContain('out of cheese')
    expect(job.error.message).toMatch(/code 3/)
  })

  it('fails a job whose assembler fails, and assembles again on retry', async () => {
    const app = await pushPython(network.api, 'app', FINE)
    const assembler = await pushPython(network.api, 'assembler', "raise SystemExit('cannot')\n")
    const job = await endOf({ app, assembler })
    expect(job).toMatchObject({ state: 'FAILED', chunks: { done: 1 } })
    const before = job.executions as number
    await network.api.call('POST', `/v1/jobs/${job.id as string}/retry`)
    const again = await network.api.waitFor(job.id as string, ended, 60_000)
    expect(again).toMatchObject({ state: 'FAILED', executions: before })
  })

  it('answers only who has the token, and knows no job by another id', async () => {
    expect((await fetch(network.coordinator.apiUrl + '/v1/jobs')).status).toBe(401)
    expect((await network.api.request('GET', '/v1/jobs/j-zzzz')).body.error.code).toBe('NS_E_JOB_UNKNOWN')
    expect((await network.api.request('GET', '/v1/nowhere')).status).toBe(404)
    expect((await network.api.request('POST', '/v1/blocks', { manifest: {} })).status).toBe(400)
  })

  it('still runs the next job, with books that balance', async () => {
    const app = await pushPython(network.api, 'app', FINE)
    const input = await network.api.upload(Buffer.from('a\nb\nc\n'))
    const job = await endOf({ app, partitioner: 'lines', source: [{ path: 'in.txt', ...input }], params: { partitioner: { count: 1 } }, config: { replicas: 2 } })
    expect(job).toMatchObject({ state: 'COMPLETED', chunks: { total: 3, done: 3 } })
    const { accounts, books } = await network.api.call('GET', '/v1/wallet') as { accounts: { id: string, balance: string }[], books: { balanced: boolean } }
    expect(books.balanced).toBe(true)
    expect(accounts.filter(account => account.id.startsWith('escrow:')).every(account => account.balance === '0')).toBe(true)
  })
})
