import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import wabt from 'wabt'
import { createWasmExecutor, detectIsolation } from '../../src/execution/index.ts'
import type { Executor } from '../../src/model/executor.ts'
import { buildRunners } from './support/runners.ts'
import { MIB, fixture, inMemory, run, wasmTask } from './support/tasks.ts'

const toolkit = await wabt()
const compile = (source: string): Uint8Array => toolkit.parseWat('test.wat', source).toBinary({}).buffer
const WASI = '(import "wasi_snapshot_preview1"'
/** A command with the given body, memory and data; `$exit`, `$write`, `$open`, `$unlink` are imported. */
const command = (body: string, memory = '1', data = ''): Uint8Array => compile(`(module
  ${WASI} "proc_exit" (func $exit (param i32)))
  ${WASI} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  ${WASI} "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  ${WASI} "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (memory (export "memory") ${memory}) ${data}
  (func $loop (export "loop") (call $loop) (call $loop))
  (func (export "_start") ${body}))`)
const create = (path: string, fd = 6): string => `(call $open (i32.const ${fd}) (i32.const 0) (i32.const 1024) (i32.const ${path.length}) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16))`
const name = (path: string): string => `(data (i32.const 1024) "${path}")`
const flood = (fd: string): string => `(i32.store (i32.const 0) (i32.const 2048)) (i32.store (i32.const 4) (i32.const 60000))
  (loop $more (br_if $more (i32.eqz (call $write ${fd} (i32.const 0) (i32.const 1) (i32.const 8))))) (call $exit (i32.const 9))`

const copy = compile(fixture('copy.wat').toString())
const isolations = await detectIsolation() === 'namespaces' ? ['namespaces', 'process'] as const : ['process'] as const

describe.each(isolations)('a WebAssembly task under isolation %s', (isolation) => {
  let executor: Executor
  beforeAll(async () => {
    buildRunners()
    executor = await createWasmExecutor({ slots: 1, isolation })
  })
  afterAll(() => executor.close())

  it('copies its input', async () => {
    const { outcome, files } = await run(executor, wasmTask(copy, { input: { directory: 'TASK_DIR', files: [inMemory('data.bin', new Uint8Array(3 * MIB).fill(7))] } }))
    expect(outcome).toMatchObject({ ok: true })
    expect([...files.keys()]).toEqual(['copy'])
    expect(files.get('copy')?.equals(Buffer.alloc(3 * MIB, 7))).toBe(true)
  })

  it('passes the self-test', () => executor.selfTest(new AbortController().signal))

  it.each<readonly [string, () => Uint8Array, Parameters<typeof wasmTask>[1], object]>([
    ['an exit code', () => command('(call $exit (i32.const 3))'), {}, { code: 'EXIT_NONZERO', exitCode: 3, message: 'exited with code 3' }],
    ['a trap', () => command('unreachable'), {}, { failureClass: 'app', code: 'EXIT_NONZERO', message: 'was stopped by an error it could not handle: unreachable' }],
    ['a stack overflow', () => command('(call $loop)'), {}, { failureClass: 'app', code: 'EXIT_NONZERO', message: expect.stringContaining('call stack') }],
    ['a runaway loop', () => command('(loop $l (br $l))'), { limits: { wallMs: 700 } }, { failureClass: 'app', code: 'TIMEOUT', message: 'ran longer than 700 ms' }],
    ['a memory hog', () => command('(loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))) unreachable'), { limits: { memoryMiB: 32 } }, { failureClass: 'app', code: 'MEMORY_EXCEEDED', message: expect.stringContaining('used more than 32 MiB') }],
    ['a module that starts too large', () => command('', '1024'), { limits: { memoryMiB: 32 } }, { failureClass: 'app', code: 'MEMORY_EXCEEDED', message: 'used more than 32 MiB of memory: starts with 64 MiB of memory' }],
    ['10 GB of results', () => command(`(drop ${create('big')}) ${flood('(i32.load (i32.const 16))')}`, '1', name('big')), { limits: { outputBytes: MIB } }, { code: 'OUTPUT_EXCEEDED', message: 'wrote more than 1 MiB of results' }],
    ['a path out of its folder', () => command(`(call $exit ${create('../x')})`, '1', name('../x')), {}, { code: 'EXIT_NONZERO', exitCode: 76 }],
    ['writing to the app folder', () => command(`(call $exit ${create('x', 3)})`, '1', name('x')), {}, { code: 'EXIT_NONZERO', exitCode: 69 }],
    ['removing its own module', () => command('(call $exit (call $unlink (i32.const 3) (i32.const 1024) (i32.const 9)))', '1', name('main.wasm')), {}, { code: 'EXIT_NONZERO', exitCode: 69 }],
    ['an import of the host', () => compile('(module (import "env" "system" (func)) (memory (export "memory") 1) (func (export "_start")))'), {}, { failureClass: 'app', code: 'ENTRYPOINT_INVALID', message: expect.stringContaining('imports env.system') }],
    ['an imported memory', () => compile('(module (import "env" "memory" (memory 1)) (func (export "_start")))'), {}, { code: 'ENTRYPOINT_INVALID' }],
    ['a file that is no module', () => Buffer.from('not wasm at all'), {}, { code: 'ENTRYPOINT_INVALID', message: 'the entrypoint main.wasm is not a WebAssembly module' }],
    ['a module cut short', () => copy.subarray(0, 60), {}, { code: 'ENTRYPOINT_INVALID' }]
  ])('stops %s with a clear reason and stays healthy', async (_name, module, change, expected) => {
    const { outcome, files } = await run(executor, wasmTask(module(), change))
    expect(outcome).toMatchObject({ ok: false, ...expected })
    expect(files.size).toBe(0)
    expect((await run(executor, wasmTask(copy))).outcome).toMatchObject({ ok: true })
  })

  it('keeps the limit of endless output', async () => {
    const { outcome, live } = await run(executor, wasmTask(command(flood('(i32.const 1)')), { limits: { logBytes: 5000, wallMs: 700 } }))
    expect(outcome).toMatchObject({ ok: false, code: 'TIMEOUT', logs: { truncated: true } })
    expect(live.length).toBe(5000)
  })

  it('runs many tasks of one bundle, and returns those behind a stuck one to the line', async () => {
    const task = wasmTask(copy)
    const warm = await Promise.all(Array.from({ length: 200 }, () => run(executor, task)))
    const stuck = run(executor, wasmTask(command('(loop $l (br $l))'), { limits: { wallMs: 500 } }))
    const behind = await Promise.all(Array.from({ length: 20 }, () => run(executor, task)))
    expect((await stuck).outcome).toMatchObject({ code: 'TIMEOUT' })
    expect([...warm, ...behind].every(({ outcome, files }) => outcome.ok && files.get('copy')?.toString() === 'hello')).toBe(true)
  })

  it('cancels a running task and one that waits', async () => {
    const stop = new AbortController()
    const endless = wasmTask(command(`(i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 1))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (loop $l (br $l))`, '1', name('x')))
    const running = run(executor, endless, stop.signal, () => { stop.abort() })
    const waiting = run(executor, wasmTask(copy), stop.signal)
    expect((await running).outcome).toMatchObject({ code: 'CANCELLED', logs: { stdout: 'x' } })
    expect((await waiting).outcome).toMatchObject({ code: 'CANCELLED' })
    expect((await run(executor, wasmTask(copy))).outcome.ok).toBe(true)
  })
})
