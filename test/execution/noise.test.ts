import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import wabt from 'wabt'
import { createPythonWasmExecutor, createWasmExecutor } from '../../src/execution/index.ts'
import type { Executor } from '../../src/model/executor.ts'
import { buildRunners } from './support/runners.ts'
import { cacheDir, inMemory, pythonTask, run, wasmTask } from './support/tasks.ts'

/** What every task sees, on every machine. */
const QUIET = {
  TZ: 'UTC', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', SOURCE_DATE_EPOCH: '0', PYTHONHASHSEED: '0', HOSTNAME: 'nightshift', HOME: '/tmp',
  OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', NUMEXPR_NUM_THREADS: '1', GOMAXPROCS: '1', PYTHON_CPU_COUNT: '1'
}
const SEED = { CHUNK_SEED: '42' }

/** A WASI command that prints its whole environment, null bytes between the variables. */
const PRINT_ENV = `(module
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $env (i32.const 1024) (i32.const 16384)))
    (i32.store (i32.const 8) (i32.const 16384)) (i32.store (i32.const 12) (i32.load (i32.const 4)))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16)))))`

describe('what tasks see alike on every machine', () => {
  const opened: Executor[] = []
  let python: Executor
  let wasm: Executor
  beforeAll(async () => {
    buildRunners()
    opened.push(python = await createPythonWasmExecutor({ cacheDir, slots: 1 }), wasm = await createWasmExecutor({ slots: 1 }))
  }, 120_000)
  afterAll(async () => { for (const executor of opened) await executor.close() })

  it('python-wasm: environment, hash order, zone, threads, and chance seeded by the chunk', async () => {
    const source = `import datetime, json, os, random, sys, time
print(json.dumps({'env': dict(os.environ), 'hash': sys.flags.hash_randomization, 'order': list({'b', 'a', 'c', 'd'}), 'random': random.random(),
  'zone': time.timezone, 'day': datetime.datetime.fromtimestamp(0).isoformat(), 'encoding': sys.getfilesystemencoding()}))`
    const seen = async (seed: string): Promise<any> => JSON.parse((await run(python, pythonTask(source, { env: { CHUNK_SEED: seed } }))).outcome.logs.stdout)
    const [one, again, other] = [await seen('42'), await seen('42'), await seen('43')]
    expect(one.env).toMatchObject({ ...QUIET, ...SEED })
    expect(one).toMatchObject({ zone: 0, day: '1970-01-01T00:00:00', encoding: 'utf-8' })
    expect(again).toEqual(one)
    expect(other.order).toEqual(one.order)
    expect(other.random).not.toBe(one.random)
  })

  it('wasm: the same environment', async () => {
    const toolkit = await wabt()
    const { outcome } = await run(wasm, wasmTask(toolkit.parseWat('env.wat', PRINT_ENV).toBinary({}).buffer, { env: SEED }))
    const env = Object.fromEntries(outcome.logs.stdout.split('\0').filter(line => line !== '').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
    expect(env).toMatchObject({ ...QUIET, ...SEED })
  })

  it.each(['python-wasm', 'wasm'] as const)('%s: further folders to read, empty ones too', async platform => {
    const extraInputs = { RESULT_DIR: [inMemory('deep/a.txt', 'A')], EMPTY_DIR: [] }
    if (platform === 'python-wasm') {
      const { outcome } = await run(python, pythonTask("import os\nprint(open(os.environ['RESULT_DIR'] + '/deep/a.txt').read(), os.listdir(os.environ['EMPTY_DIR']))", { extraInputs }))
      expect(outcome.logs.stdout).toBe('A []\n')
      return
    }
    const toolkit = await wabt()
    const { outcome } = await run(wasm, wasmTask(toolkit.parseWat('env.wat', PRINT_ENV).toBinary({}).buffer, { extraInputs }))
    expect(outcome.logs.stdout).toContain('RESULT_DIR=/extra/RESULT_DIR\0')
    expect(outcome.logs.stdout).toContain('EMPTY_DIR=/extra/EMPTY_DIR\0')
  })
})
