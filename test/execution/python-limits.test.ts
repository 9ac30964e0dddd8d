import { readFileSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPythonWasmExecutor } from '../../src/execution/index.ts'
import type { Executor } from '../../src/model/executor.ts'
import { buildRunners } from './support/runners.ts'
import { MIB, cacheDir, inMemory, pythonTask, run } from './support/tasks.ts'

describe('limits of a Python task', () => {
  let executor: Executor
  beforeAll(async () => {
    buildRunners()
    executor = await createPythonWasmExecutor({ cacheDir, slots: 2 })
    await executor.selfTest(new AbortController().signal)
  }, 120_000)
  afterAll(() => executor.close())

  const CASES: ReadonlyArray<readonly [string, string, Parameters<typeof pythonTask>[1], object]> = [
    ['a runaway loop', 'print("started")\nwhile True: pass', { limits: { wallMs: 1500 } }, { failureClass: 'app', code: 'TIMEOUT', message: 'ran longer than 1.5 s' }],
    ['a memory hog', 'x = []\nwhile True: x.append(bytearray(1 << 20))', { limits: { memoryMiB: 128 } }, { failureClass: 'app', code: 'MEMORY_EXCEEDED', message: 'used more than 128 MiB of memory' }],
    ['a hog of files in memory', 'f = open("/tmp/x", "wb")\nwhile True: f.write(bytes(1 << 20))', { limits: { memoryMiB: 128 } }, { failureClass: 'app', code: 'MEMORY_EXCEEDED', message: 'used more than 128 MiB of memory' }],
    ['one impossible file', 'import os\nos.truncate(os.open("/tmp/x", os.O_CREAT | os.O_RDWR), 10**12)', {}, { code: 'MEMORY_EXCEEDED' }],
    ['10 GB of results', 'import os\nf = open(os.environ["TASK_RESULTS_DIR"] + "/x", "wb")\nfor _ in range(10_000): f.write(bytes(10**6))', { limits: { outputBytes: 3 * MIB } }, { failureClass: 'app', code: 'OUTPUT_EXCEEDED', message: 'wrote more than 3 MiB of results' }],
    ['results moved in from elsewhere', 'import os\nopen("/tmp/x", "wb").write(bytes(2000))\nos.rename("/tmp/x", os.environ["TASK_RESULTS_DIR"] + "/x")', { limits: { outputBytes: 1000 } }, { code: 'OUTPUT_EXCEEDED', message: 'wrote more than 1000 bytes of results' }],
    ['too many result files', 'import os\nfor i in range(4): open(os.environ["TASK_RESULTS_DIR"] + f"/{i}", "w")', { limits: { outputFiles: 3 } }, { code: 'OUTPUT_EXCEEDED', message: 'wrote more than 3 result files' }],
    ['a link among the results', 'import os\nos.symlink("/app/main.py", os.environ["TASK_RESULTS_DIR"] + "/link")', {}, { failureClass: 'app', code: 'OUTPUT_INVALID' }],
    ['a linked folder among the results', 'import os\nos.symlink("/app", os.environ["TASK_RESULTS_DIR"] + "/link")', {}, { code: 'OUTPUT_INVALID' }],
    ['a result with a control character in its name', 'import os\nopen(os.environ["TASK_RESULTS_DIR"] + "/a\\nb", "w")', {}, { code: 'OUTPUT_INVALID' }],
    ['an abort of the interpreter', 'import os\nos.abort()', {}, { failureClass: 'app', code: 'EXIT_NONZERO' }],
    ['a fault in native code', 'import ctypes\nctypes.memset(1 << 31, 1, 100)', {}, { failureClass: 'app', code: 'EXIT_NONZERO' }],
    ['a stack overflow', 'def f(): exec("f()")\nimport sys\nsys.setrecursionlimit(10**6)\nf()', {}, { failureClass: 'app', code: 'EXIT_NONZERO' }],
    ['an input larger than its memory', 'pass', { limits: { memoryMiB: 1 }, input: { directory: 'TASK_DIR', files: [inMemory('data.bin', new Uint8Array(2 * MIB))] } }, { code: 'MEMORY_EXCEEDED' }],
    ['an input that is gone', 'pass', { input: { directory: 'TASK_DIR', files: [{ path: 'data.bin', size: 5, content: { hostPath: '/nonexistent/data.bin' } }] } }, { failureClass: 'node', code: 'INPUT_UNAVAILABLE' }]
  ]

  it.each(CASES)('stops %s with a clear reason and stays healthy', async (_name, source, change, expected) => {
    const { outcome, files } = await run(executor, pythonTask(source, change))
    expect(outcome).toMatchObject({ ok: false, ...expected })
    expect(files.size).toBe(0)
    expect((await run(executor, pythonTask('print("healthy")'))).outcome).toMatchObject({ ok: true, logs: { stdout: 'healthy\n' } })
  })

  it('keeps the limit of endless output and drops the rest', async () => {
    const { outcome, live } = await run(executor, pythonTask('for _ in range(200_000): print("x" * 999)', { limits: { logBytes: 5000 } }))
    expect(outcome.ok).toBe(true)
    expect(outcome.logs).toEqual({ stdout: live, stderr: '', truncated: true })
    expect(live.length).toBe(5000)
  })

  it('shows output while the app still runs, and cancels', async () => {
    const stop = new AbortController()
    const { outcome } = await run(executor, pythonTask('print("alive")\nwhile True: pass'), stop.signal, (_stream, text) => { if (text.includes('alive')) stop.abort() })
    expect(outcome).toMatchObject({ ok: false, failureClass: 'transport', code: 'CANCELLED' })
  })

  it.skipIf(process.platform !== 'linux')('survives kill -9 of a runner', async () => {
    const { outcome } = await run(executor, pythonTask('print("alive")\nwhile True: pass'), undefined, () => {
      for (const pid of descendants(process.pid)) process.kill(pid, 'SIGKILL')
    })
    expect(outcome).toMatchObject({ ok: false, failureClass: 'node', code: 'SANDBOX_CRASHED' })
    expect((await run(executor, pythonTask('pass'))).outcome.ok).toBe(true)
  })

  it.skipIf(process.platform !== 'linux')('gives a task another runner when its own was killed while it waited', async () => {
    for (let i = 0; i < 3; i++) {
      for (const pid of descendants(process.pid)) process.kill(pid, 'SIGKILL')
      expect((await run(executor, pythonTask('pass'))).outcome.ok).toBe(true)
    }
  })

  it('ends a running task, and refuses new ones, when it closes', async () => {
    const other = await createPythonWasmExecutor({ cacheDir, slots: 1 })
    const { outcome } = await run(other, pythonTask('print("alive")\nwhile True: pass'), undefined, () => { void other.close() })
    expect(outcome).toMatchObject({ ok: false, code: 'CANCELLED' })
    await other.close()
    expect((await run(other, pythonTask('pass'))).outcome).toMatchObject({ ok: false, code: 'CANCELLED' })
  })
})

function descendants (root: number): number[] {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0])] as const]
    } catch {
      return []
    }
  })
  const found = new Set([root])
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid)
  }
  found.delete(root)
  return [...found].filter(isRunner)
}

function isRunner (pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('python-runner')
  } catch {
    return false
  }
}
