import { beforeAll, describe, expect, it } from 'vitest'
import { readBlock } from '../../src/blocks/index.ts'
import { openBench } from '../../src/cli/block-bench.ts'
import { repeat } from '../../src/cli/repeat.ts'
import { selfTest } from '../../src/cli/self-test.ts'
import { buildRunners } from '../execution/support/runners.ts'
import { folder } from '../support/folder.ts'

const MANIFEST = { name: 'demo', version: '1.0', platform: 'python-wasm', entrypoint: 'main.py' }
const OUT = "open(os.environ['TASK_RESULTS_DIR'] + '/out.txt', 'w')"

const FULL = process.env['NIGHTSHIFT_TEST_FULL'] === '1'
/** Of the cases below, those that run with every change. */
const SAMPLE = ['a clock', 'noise within what a comparator allows', 'a checker that is not']

async function block (script: string, manifest: object = {}, files: Record<string, string> = {}) {
  return await readBlock(await folder({ 'manifest.json': { ...MANIFEST, ...manifest }, 'app/main.py': `import os, time, random, sys\n${script}`, 'example/data.bin': 'abc', ...files }))
}

describe('runs of the same chunk', () => {
  beforeAll(() => { buildRunners() }, 120_000)
  const { signal } = new AbortController()

  const cases: readonly [string, string, object, Record<string, string>, string | undefined][] = [
    ['a quiet app', `${OUT}.write(str(random.random()) + str({'a', 'b'}))`, {}, {}, undefined],
    ['a clock', `${OUT}.write(time.strftime('%Y-%m-%d %H:%M:%S'))`, {}, {}, 'out.txt differs, probably in time stamps'],
    ['chance nobody seeded', `${OUT}.write(str(random.SystemRandom().randrange(10**6)))`, {}, {}, 'out.txt differs, probably in numbers'],
    ['names by chance', "open(os.environ['TASK_RESULTS_DIR'] + f'/{os.urandom(8).hex()}', 'w')", {}, {}, 'is there in some runs only'],
    ['chance, and nothing promised', `${OUT}.write(os.urandom(8).hex())`, { determinism: 'none' }, {}, undefined],
    ['noise within what a comparator allows', `${OUT}.write(str(1 + random.SystemRandom().random() / 1e9))`, { determinism: 'fuzzy', comparator: 'like.py' },
      { 'app/like.py': "import os, sys\na, b = (float(open(os.environ[d] + '/out.txt').read()) for d in ('FIRST_RESULT_DIR', 'SECOND_RESULT_DIR'))\nsys.exit(0 if abs(a - b) < 1e-6 else 10)" }, undefined],
    ['a comparator that takes nothing', `${OUT}.write('x')`, { determinism: 'fuzzy', comparator: 'like.py' }, { 'app/like.py': 'import sys\nsys.exit(10)' }, 'like.py does not find a result like itself'],
    ['a comparator that crashes', `${OUT}.write('x')`, { determinism: 'fuzzy', comparator: 'like.py' }, { 'app/like.py': '1/0' }, 'like.py gives no answer'],
    ['a comparator that minds who comes first', `${OUT}.write(os.urandom(8).hex())`, { determinism: 'fuzzy', comparator: 'like.py' },
      { 'app/like.py': "import os, sys\na, b = (open(os.environ[d] + '/out.txt').read() for d in ('FIRST_RESULT_DIR', 'SECOND_RESULT_DIR'))\nsys.exit(0 if a <= b else 10)" }, 'once that they are alike, and once that they are not'],
    ['a checker that is content', `${OUT}.write(os.urandom(8).hex())`, { determinism: 'self-checked', checker: 'check.py' }, { 'app/check.py': "import os\nassert len(open(os.environ['RESULT_DIR'] + '/out.txt').read()) == 16" }, undefined],
    ['a checker that is not', `${OUT}.write('x')`, { determinism: 'self-checked', checker: 'check.py' }, { 'app/check.py': 'import sys\nsys.exit(10)' }, 'check.py finds the result of run 1 wrong']
  ]

  it.each(cases.filter(([name]) => FULL || SAMPLE.includes(name)))('%s', async (_, script, manifest, files, problem) => {
    const made = await block(script, manifest, files)
    const bench = await openBench(made, { allowWasm: false, timeoutS: 30, memoryMiB: 512 })
    try {
      const { problems, failure } = await repeat(bench, made.block.manifest, { params: {}, input: [{ path: 'data.bin', size: 0, content: new Uint8Array() }] }, 3, signal)
      expect(failure).toBeUndefined()
      if (problem === undefined) expect(problems).toEqual([])
      else expect(problems.join('; ')).toContain(problem)
    } finally {
      await bench.close()
    }
  }, 60_000)

  it('are made of the example before an app is pushed, which is refused when they differ', async () => {
    await expect(selfTest(await block(`${OUT}.write(os.urandom(8).hex())`), signal)).rejects.toMatchObject({
      code: 'NS_E_NOT_DETERMINISTIC', message: expect.stringContaining('out.txt differs, probably in random identifiers') as string, remedy: expect.stringContaining('"fuzzy"') as string
    })
    await expect(selfTest(await block('sys.exit(4)'), signal)).rejects.toMatchObject({ code: 'NS_E_APP_FAILED', message: expect.stringContaining('exited with code 4') as string })
    await selfTest(await block(`${OUT}.write('x')`), signal)
  }, 60_000)

  it('use the parameters of the example', async () => {
    const made = await block("import json\nassert json.loads(os.environ['APP_PARAMS']) == {'n': 3}\nassert open(os.environ['TASK_DIR'] + '/data.bin').read() == 'abc'", {}, { 'example/params.json': '{"n": 3}' })
    await selfTest(made, signal)
  }, 60_000)
})
