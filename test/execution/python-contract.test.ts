import { truncateSync, writeFileSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPythonWasmExecutor } from '../../src/execution/index.ts'
import type { Executor } from '../../src/model/executor.ts'
import { buildRunners } from './support/runners.ts'
import { MIB, cacheDir, inMemory, pythonTask, run, scratch } from './support/tasks.ts'

describe('the contract of a Python task', () => {
  let executor: Executor
  beforeAll(async () => {
    buildRunners()
    executor = await createPythonWasmExecutor({ cacheDir, slots: 2 })
    await executor.selfTest(new AbortController().signal)
  }, 120_000)
  afterAll(() => executor.close())

  it('runs main.py like python main.py', async () => {
    const { outcome } = await run(executor, pythonTask(
      'import sys, os, helper, package.part\nprint(__name__, sys.argv, os.getcwd(), sys.path[0], __file__, helper.X, package.part.Y, repr(sys.stdin.read()))\nimport __main__\nprint(__main__.helper is helper)',
      {}, { 'helper.py': 'X = 1', 'package/__init__.py': '', 'package/part.py': 'Y = 2' }))
    expect(outcome.logs).toEqual({ stdout: "__main__ ['main.py'] /app /app /app/main.py 1 2 ''\nTrue\n", stderr: '', truncated: false })
    expect(outcome.ok).toBe(true)
  })

  it.each([
    ['import sys\nsys.exit(3)', 3, 'exited with code 3', ''],
    ['import sys\nsys.exit("no good")', 1, 'exited with code 1: no good', 'no good\n'],
    ['import os\nos._exit(5)', 5, 'exited with code 5', ''],
    ['raise ValueError("bad chunk")', 1, 'exited with code 1: ValueError: bad chunk', 'Traceback (most recent call last):\n  File "/app/main.py", line 1, in <module>\n    raise ValueError("bad chunk")\nValueError: bad chunk\n']
  ])('reports the exit of %j', async (source, exitCode, message, stderr) => {
    const { outcome } = await run(executor, pythonTask(source))
    expect(outcome).toMatchObject({ ok: false, failureClass: 'app', code: 'EXIT_NONZERO', exitCode, message, logs: { stderr } })
  })

  it('runs exit handlers and asyncio programs', async () => {
    const { outcome } = await run(executor, pythonTask('import atexit, asyncio\natexit.register(print, "bye")\nasync def f():\n    return await asyncio.gather(asyncio.sleep(0.01, 1), asyncio.sleep(0, 2))\nprint(asyncio.run(f()))'))
    expect(outcome.logs.stdout).toBe('[1, 2]\nbye\n')
  })

  it.each([
    ['SOURCE_DIR', 'CHUNKS_DIR'], ['TASK_DIR', 'TASK_RESULTS_DIR'], ['TASK_RESULTS_DIR', 'OUTPUT_DIR']
  ] as const)('reads from %s and collects %s in path order', async (directory, output) => {
    const order: string[] = []
    const task = pythonTask(`import os, json
source, target = os.environ['${directory}'], os.environ['${output}']
os.makedirs(target + '/b/c')
for name in ('z', 'b/c/x', 'a'): open(f'{target}/{name}', 'wb').write(open(source + '/in/one.bin', 'rb').read() + name.encode())
print(open(os.environ['RESULTS_INDEX']).read(), os.environ['APP_PARAMS'], os.environ['TZ'])`, {
      input: { directory, files: [inMemory('in/one.bin', 'A')] },
      output,
      env: { APP_PARAMS: '{"n":1}' },
      extraFiles: { RESULTS_INDEX: inMemory('index.json', '[]') }
    })
    const outcome = await executor.run(task, {
      signal: new AbortController().signal,
      collect: async (file) => {
        let text = ''
        for await (const piece of file.data) text += Buffer.from(piece).toString()
        order.push(`${file.path}=${text}`)
      }
    })
    expect(outcome).toMatchObject({ ok: true, logs: { stdout: '[] {"n":1} UTC\n' } })
    expect(order).toEqual(['a=Aa', 'b/c/x=Ab/c/x', 'z=Az'])
  })

  it('passes large files both ways, from a file of the host', async () => {
    const path = join(scratch(), 'data.bin')
    writeFileSync(path, 'start')
    truncateSync(path, 9 * MIB)
    const { outcome, files } = await run(executor, pythonTask("import os\nd = open(os.environ['TASK_DIR'] + '/data.bin', 'rb').read()\nopen(os.environ['TASK_RESULTS_DIR'] + '/out', 'wb').write(d)", {
      input: { directory: 'TASK_DIR', files: [{ path: 'data.bin', size: 9 * MIB, content: { hostPath: path } }] }
    }))
    expect(outcome).toMatchObject({ ok: true })
    expect(files.get('out')?.length).toBe(9 * MIB)
    expect(files.get('out')?.subarray(0, 5).toString()).toBe('start')
  })

  it('gives the same bytes twice, whether or not it started from a snapshot', async () => {
    const source = "import os, random, json\nr = {'hash': hash('nightshift'), 'set': list({'a', 'b', 'c', 'd'}), 'random': random.random(), 'env': dict(os.environ), 'dir': sorted(os.listdir('/'))}\nopen(os.environ['TASK_RESULTS_DIR'] + '/r', 'w').write(json.dumps(r))"
    const slow = await createPythonWasmExecutor({ cacheDir, slots: 1, snapshot: false })
    try {
      const runs = await Promise.all([executor, executor, slow].map((one) => run(one, pythonTask(source, { env: { CHUNK_SEED: '7' } }))))
      for (const { outcome } of runs) expect(outcome.ok ? '' : outcome.message).toBe('')
      const bytes = runs.map(({ files }) => files.get('r')?.toString())
      expect(bytes[0]).toContain('"hash"')
      expect(bytes[1]).toBe(bytes[0])
      expect(bytes[2]).toBe(bytes[0])
    } finally {
      await slow.close()
    }
  })

  it('replaces a damaged snapshot and leaves no parts', async () => {
    const dir = scratch()
    try {
      const first = await createPythonWasmExecutor({ cacheDir: dir, slots: 1 })
      await first.selfTest(new AbortController().signal)
      await first.close()
      const name = (await readdir(dir)).find((file) => file.endsWith('.snapshot')) ?? ''
      await writeFile(join(dir, name), 'damaged')
      await writeFile(join(dir, `${name}.left.part`), 'left')
      const second = await createPythonWasmExecutor({ cacheDir: dir, slots: 1 })
      await second.selfTest(new AbortController().signal)
      await second.close()
      expect((await readdir(dir)).filter((file) => !file.endsWith('.sha256'))).toEqual([name])
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  }, 60_000)
})
