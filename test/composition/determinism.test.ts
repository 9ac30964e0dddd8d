import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localNetwork } from '../support/network.ts'
import type { LocalNetwork } from '../support/network.ts'
import { ended } from '../support/nodes.ts'
import { pushPython } from '../support/push.ts'

/** Half of a number, with noise of its own in the last digits of each run. */
const HALVES = `import os, random
n = int(open(os.environ['TASK_DIR'] + '/data.bin').read())
value = n / 2 + random.SystemRandom().random() * 1e-9
open(os.environ['TASK_RESULTS_DIR'] + '/half', 'w').write(repr(value))
`
const CHUNKS = ['10', '21', '32', '43']
const LIKE = `import os, sys
first, second = (float(open(os.environ[name] + '/half').read()) for name in ('FIRST_RESULT_DIR', 'SECOND_RESULT_DIR'))
sys.exit(0 if abs(first - second) < 1e-6 else 10)
`
const CHECK = `import json, os, sys
n = int(open(os.environ['TASK_DIR'] + '/data.bin').read())
assert json.loads(os.environ['APP_PARAMS']) == {'of': 2}
value = float(open(os.environ['RESULT_DIR'] + '/half').read())
sys.exit(0 if abs(value * 2 - n) < 1e-6 else 10)
`

describe('apps whose results differ from run to run', () => {
  let network: LocalNetwork
  beforeAll(async () => {
    network = await localNetwork(2)
    await network.addWorker({ behaviour: { lie: true } })
  }, 60_000)
  afterAll(async () => { await network.close() })

  const run = async (manifest: object, files: Record<string, string>, config: object = {}, chunks = CHUNKS, script = HALVES): Promise<any> => {
    const { api } = network
    const app = await pushPython(api, 'app', script, { manifest, files })
    const source = await Promise.all(chunks.map(async text => ({ path: text, ...await api.upload(Buffer.from(text)) })))
    const { id } = await api.call('POST', '/v1/jobs', { name: 'halves', app, params: { partitioner: {}, app: { of: 2 }, assembler: {} }, source, config }) as { id: string }
    const job = await api.waitFor(id, ended, 90_000)
    const { files: outputs } = await api.call('GET', `/v1/jobs/${id}/outputs`) as { files: { path: string, sha256: string }[] }
    const values = await Promise.all(outputs.map(async ({ sha256 }) => Number(await api.call('GET', `/v1/blobs/${sha256}`))))
    return { ...job, values }
  }

  it.each([
    ['fuzzy', { determinism: 'fuzzy', comparator: 'like.py' }, { 'like.py': LIKE }, { replicas: 2 }],
    ['self-checked', { determinism: 'self-checked', checker: 'check.py' }, { 'check.py': CHECK }, {}]
  ])('%s: right results count although no two are the same, in real sandboxes', async (_, manifest, files, config) => {
    const job = await run(manifest, files, config)
    expect(job).toMatchObject({ state: 'COMPLETED', chunks: { done: 4, failed: 0 } })
    expect(job.values).toHaveLength(4)
    for (const [i, n] of CHUNKS.entries()) expect(job.values[i]).toBeCloseTo(Number(n) / 2, 5)
    // a liar changes the last byte: a digit that nobody compares, or something the script cannot read. Either way nobody honest is struck
    const { nodes } = await network.api.call('GET', '/v1/nodes') as { nodes: { peer: string, strikes: number }[] }
    for (const { peerId } of network.workers.slice(0, 2)) expect(nodes.find(({ peer }) => peer === peerId)?.strikes).toBe(0)
  }, 100_000)

  it('class: machines of one class check each other, and say which it is', async () => {
    const { nodes } = await network.api.call('GET', '/v1/nodes') as { nodes: { numericClass: string }[] }
    expect(new Set(nodes.map(({ numericClass }) => numericClass)).size).toBe(1)
    expect(nodes[0]?.numericClass).toContain('python-wasm=pyodide-')
    const job = await run({ determinism: 'class' }, {}, { replicas: 2 }, ['10'], HALVES.replace('random.SystemRandom().random()', 'random.random()'))
    expect(job).toMatchObject({ state: 'COMPLETED', chunks: { done: 1 } })
  }, 100_000)

  it('a comparator that crashes is the app\'s own fault, and says so in the logs', async () => {
    const job = await run({ determinism: 'fuzzy', comparator: 'like.py' }, { 'like.py': 'raise SystemError("no tolerance set")' }, { replicas: 2, retries: 0 }, ['10'])
    expect(job.state).toBe('FAILED')
    expect(job.error.message).toContain('EXAMINER_FAILED')
    expect(await network.api.call('GET', `/v1/jobs/${job.id as string}/logs`)).toContain('no tolerance set')
  }, 100_000)

  it('refuses a fuzzy app without comparator, and --replicas for one that checks itself', async () => {
    const { api } = network
    await expect(pushPython(api, 'app', HALVES, { manifest: { determinism: 'fuzzy' } })).rejects.toThrow('names no comparator')
    const app = await pushPython(api, 'app', HALVES, { manifest: { determinism: 'self-checked', checker: 'check.py' }, files: { 'check.py': CHECK } })
    const refused = await api.request('POST', '/v1/jobs', { name: 'x', app, config: { replicas: 3 } })
    expect(refused.body.error.message).toContain('its own checker judges each')
  })
})
