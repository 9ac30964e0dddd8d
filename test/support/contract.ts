import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended } from './nodes.ts'
import type { LocalNetwork } from './network.ts'
import { pushPython } from './push.ts'
import type { PushOptions } from './push.ts'

/** What a block sees: its variables, what lies in each folder they name, and whether it may write there. */
const LOOK = `
import json, os, sys
DIRECTORIES = ['SOURCE_DIR', 'CHUNKS_DIR', 'TASK_DIR', 'TASK_RESULTS_DIR', 'OUTPUT_DIR']
def files(folder):
    return sorted(os.path.relpath(os.path.join(base, name), folder) for base, _, names in os.walk(folder) for name in names)
seen = {
    'env': {key: os.environ[key] for key in sorted(os.environ)},
    'directories': {name: files(os.environ[name]) for name in DIRECTORIES if name in os.environ},
    'cwd': sorted(os.listdir('.')),
    'name': __name__,
    'argv0': os.path.basename(sys.argv[0]),
}
`

const PARTITIONER = LOOK + `
for number, text in enumerate(['alpha', 'beta', 'gamma']):
    with open(os.path.join(os.environ['CHUNKS_DIR'], f'data_{number}.bin'), 'w') as chunk:
        json.dump({'text': text, 'partitioner': seen}, chunk)
`

const APP = LOOK + `
with open(os.path.join(os.environ['TASK_DIR'], 'data.bin')) as chunk:
    given = json.load(chunk)
with open(os.path.join(os.environ['TASK_RESULTS_DIR'], 'same.json'), 'w') as result:
    json.dump({'given': given, 'app': seen}, result, sort_keys=True)
os.makedirs(os.path.join(os.environ['TASK_RESULTS_DIR'], 'sub'))
with open(os.path.join(os.environ['TASK_RESULTS_DIR'], 'sub', 'own-%s.txt' % os.environ['CHUNK_NUMBER']), 'w') as result:
    result.write(given['text'])
print('hello from chunk', os.environ['CHUNK_NUMBER'])
`

const ASSEMBLER = LOOK + `
results = os.environ['TASK_RESULTS_DIR']
with open(os.environ['RESULTS_INDEX']) as file:
    index = json.load(file)
contents = {name: open(os.path.join(results, name)).read() for name in files(results)}
with open(os.path.join(os.environ['OUTPUT_DIR'], 'all.json'), 'w') as output:
    json.dump({'assembler': seen, 'index': index, 'contents': contents}, output)
`

export interface ContractOptions {
  readonly open: () => Promise<LocalNetwork>
  /** how each block is pushed */
  readonly blocks: Readonly<Record<'app' | 'partitioner' | 'assembler', PushOptions>>
  readonly allowWasm: boolean
}

/** One job of three Python blocks that report what they see, checked against contract.md whatever they run on. */
export function contractSuite ({ open, blocks, allowWasm }: ContractOptions): void {
  let network: LocalNetwork
  let report: any
  let jobId = ''

  beforeAll(async () => {
    network = await open()
    const { api } = network
    const source = await Promise.all(['one.txt', 'deep/two.txt'].map(async path => ({ path, ...await api.upload(Buffer.from(path)) })))
    const schema = { type: 'object', properties: { level: { type: 'integer', default: 7 } }, additionalProperties: false }
    const { id } = await api.call('POST', '/v1/jobs', {
      name: 'contract',
      app: await pushPython(api, 'app', APP, { ...blocks.app, paramsSchema: schema }),
      partitioner: await pushPython(api, 'partitioner', PARTITIONER, blocks.partitioner),
      assembler: await pushPython(api, 'assembler', ASSEMBLER, blocks.assembler),
      params: { partitioner: { from: 'test' }, app: {}, assembler: {} },
      source,
      config: { replicas: 2, allowWasm }
    }) as { id: string }
    jobId = id
    const job = await api.waitFor(id, ended, 90_000)
    expect(job).toMatchObject({ state: 'COMPLETED', chunks: { total: 3, done: 3 } })
    const { files } = await api.call('GET', `/v1/jobs/${id}/outputs`) as { files: { path: string, sha256: string }[] }
    report = JSON.parse(await api.call('GET', `/v1/blobs/${files.find(file => file.path === 'all.json')?.sha256 ?? ''}`) as string)
  }, 120_000)

  afterAll(async () => { await network.close() })

  const placed = (chunk: number): any => JSON.parse(report.contents[`same_${chunk}.json`] as string)

  it('gives the partitioner its source, its parameters and a folder for chunks', () => {
    const { partitioner } = placed(0).given
    expect(partitioner.directories).toEqual({ SOURCE_DIR: ['deep/two.txt', 'one.txt'], CHUNKS_DIR: [] })
    expect(JSON.parse(partitioner.env.PARTITIONER_PARAMS as string)).toEqual({ from: 'test' })
    expect(partitioner.env.JOB_ID).toBe(jobId)
    expect(partitioner).toMatchObject({ cwd: ['main.py'], name: '__main__', argv0: 'main.py' })
  })

  it.each([0, 1, 2])('gives the app of chunk %i that chunk as data.bin, and its number', chunk => {
    const { app, given } = placed(chunk)
    expect(given.text).toBe(['alpha', 'beta', 'gamma'][chunk])
    expect(app.directories).toEqual({ TASK_DIR: ['data.bin'], TASK_RESULTS_DIR: [] })
    expect(app.env).toMatchObject({ CHUNK_NUMBER: String(chunk), CHUNK_COUNT: '3', JOB_ID: jobId, APP_PARAMS: '{"level":7}', TZ: 'UTC', PYTHONHASHSEED: '0' })
    expect(app.env.CHUNK_SEED).toMatch(/^[0-9a-f]{64}$/)
    expect(app.env.TASK_ID).toBe(`t-${jobId.slice(2)}-${chunk}`)
    expect(app.cwd).toEqual(['main.py'])
  })

  it('gives the assembler all results flat, what two tasks both wrote renamed, and an index of both ways', () => {
    expect(report.assembler.directories).toEqual({
      TASK_RESULTS_DIR: ['same_0.json', 'same_1.json', 'same_2.json', 'sub/own-0.txt', 'sub/own-1.txt', 'sub/own-2.txt'],
      OUTPUT_DIR: []
    })
    expect(report.index.chunks['1']).toEqual(['same_1.json', 'sub/own-1.txt'])
    expect(report.index.files['same_2.json']).toMatchObject({ chunk: 2, path: 'same.json' })
    expect(report.contents['sub/own-1.txt']).toBe('beta')
    expect(report.assembler.env.ASSEMBLER_PARAMS).toBe('{}')
    expect(report.assembler.env.CHUNK_COUNT).toBe('3')
  })

  it('keeps what the app printed', async () => {
    const text = await network.api.call('GET', `/v1/jobs/${jobId}/logs?chunk=2`) as string
    expect(text).toContain('hello from chunk 2')
    expect(text).not.toContain('hello from chunk 1')
  })

  it('passes nothing of the node\'s own environment on', () => {
    const names = Object.keys(placed(0).app.env as object)
    expect(names).not.toContain('PATH_INFO')
    expect(names.filter(name => /TOKEN|SECRET|NPM|NODE_/.test(name))).toEqual([])
  })
}
