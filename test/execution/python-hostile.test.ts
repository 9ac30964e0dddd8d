import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPythonWasmExecutor, detectIsolation } from '../../src/execution/index.ts'
import type { Executor } from '../../src/model/executor.ts'
import { sandboxCommand } from '../../src/execution/sandbox.ts'
import { buildRunners } from './support/runners.ts'
import { cacheDir, pythonTask, run } from './support/tasks.ts'

/** Restores the bridges that the runner hides, as an attacker would, from what the interpreter still holds. */
const REACH = `
import gc, sys, types, importlib
def reach(name):
    for o in gc.get_objects():
        if isinstance(o, types.ModuleType) and getattr(o, '__name__', '') == name:
            return o
    sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != 'Hidden']
    return importlib.import_module(name)
def proxy():
    return reach('_pyodide_core').create_proxy(lambda: 1)
`

const ESCAPES: Readonly<Record<string, string>> = {
  'mounting a host folder': `${REACH}
import os
os.mkdir('/mnt')
try:
    reach('pyodide_js').mountNodeFS('/mnt', '/etc')
except BaseException as e:
    fs = next(o for o in gc.get_objects() if hasattr(o, 'mountNodeFS'))
    fs.mountNodeFS('/mnt', '/etc')
print('ESCAPED', open('/mnt/passwd').read())`,
  'JavaScript from a string': `${REACH}
print('ESCAPED', proxy().constructor.constructor('return process.version')())`,
  'the process object': `${REACH}
p = proxy()
print('ESCAPED', p.constructor.constructor('return globalThis.process.env')())`,
  'the js module': 'import js\nprint("ESCAPED", js.process)',
  'the pyodide bridge': 'from pyodide.code import run_js\nprint("ESCAPED", run_js("process.pid"))',
  'a host file': 'print("ESCAPED", open("/etc/passwd").read())',
  'the files of proc': 'print("ESCAPED", open("/proc/self/environ").read())',
  'a subprocess': 'import subprocess\nprint("ESCAPED", subprocess.run(["id"], capture_output=True))',
  'a shell': 'import os\nprint("ESCAPED", os.system("id"))',
  'fork': 'import os\nprint("ESCAPED", os.fork())',
  'a thread': 'import threading\nthreading.Thread(target=print, args=("ESCAPED",)).start()',
  'exec of a program': 'import os\nos.execv("/bin/sh", ["sh", "-c", "echo ESCAPED"])'
}

const isolations = await detectIsolation() === 'namespaces' ? ['namespaces', 'process'] as const : ['process'] as const

describe.each(isolations)('a hostile Python app under isolation %s', (isolation) => {
  let executor: Executor
  beforeAll(async () => {
    buildRunners()
    process.env['NIGHTSHIFT_TEST_SECRET'] = 'a-secret-of-the-node'
    executor = await createPythonWasmExecutor({ cacheDir, slots: 2, isolation })
    await executor.selfTest(new AbortController().signal)
  }, 120_000)
  afterAll(async () => {
    delete process.env['NIGHTSHIFT_TEST_SECRET']
    await executor.close()
  })

  it.each(Object.entries(ESCAPES))('does not get %s', async (_name, source) => {
    const { outcome } = await run(executor, pythonTask(source))
    expect(outcome.logs.stdout).not.toContain('ESCAPED')
    expect(outcome).toMatchObject({ ok: false, failureClass: 'app', code: 'EXIT_NONZERO' })
  })

  it('reaches the Function constructor but cannot compile with it', async () => {
    const { outcome } = await run(executor, pythonTask(ESCAPES['JavaScript from a string'] ?? ''))
    expect(outcome.logs.stderr).toContain('EvalError: Code generation from strings disallowed')
  })

  it.each([
    ['host files', "require('fs').readFileSync('/etc/passwd')"],
    ['programs', "require('child_process').execFileSync('/bin/true')"],
    ['workers', "new (require('worker_threads').Worker)('1', { eval: true })"],
    ['writing', "require('fs').writeFileSync('/tmp/nightshift-escaped', 'x')"]
  ])('is denied %s even as JavaScript in the runner', async (_name, script) => {
    const { file, args, env } = await sandboxCommand({ kind: 'python-runner', isolation })
    const entry = args.findIndex((arg) => arg.endsWith('python-runner.js'))
    const child = spawnSync(file, [...args.slice(0, entry), '-e', `try { ${script}; console.log('ESCAPED') } catch (error) { console.log(error.code) }`], { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], encoding: 'utf8' })
    expect(child.stdout.trim()).toBe('ERR_ACCESS_DENIED')
  })

  it('does not reach the network', async () => {
    let connections = 0
    const server = createServer((socket) => { connections++; socket.destroy() })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    try {
      const { outcome } = await run(executor, pythonTask(`import socket\nsocket.create_connection(('127.0.0.1', ${(server.address() as AddressInfo).port}), timeout=2)\nprint('ESCAPED')`))
      expect(outcome).toMatchObject({ ok: false, code: 'EXIT_NONZERO' })
      expect(outcome.logs.stdout).toBe('')
      expect(connections).toBe(0)
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  it('does not see the environment of the node', async () => {
    const { outcome } = await run(executor, pythonTask('import os, gc\nprint(sorted(os.environ))\nprint("a-secret-of-the" + "-node" in repr(gc.get_objects()))'))
    expect(outcome.ok).toBe(true)
    expect(outcome.logs.stdout).not.toContain('NIGHTSHIFT')
    expect(outcome.logs.stdout).toContain('\nFalse\n')
  })

  it('leaves nothing for the next task', async () => {
    const leave = 'import os, builtins, sys\nopen("/tmp/left", "w").write("x")\nopen("/home/left", "w").write("x")\nbuiltins.left = 1\nos.chmod("/app", 0o777)\nos.chmod("/app/main.py", 0o666)\nopen("/app/main.py", "w").write("print(\'CHANGED\')")\nopen("/lib/left.py", "w").write("x=1")'
    const look = 'import os, builtins\nprint(os.path.exists("/tmp/left"), os.path.exists("/home/left"), hasattr(builtins, "left"), os.path.exists("/lib/left.py"))'
    const shared = { bundleKey: 'the-same' }
    expect((await run(executor, pythonTask(leave, shared))).outcome).toMatchObject({ ok: true })
    const { outcome } = await run(executor, pythonTask(look, shared))
    expect(outcome.logs.stdout).toBe('False False False False\n')
  })

  it('cannot write to its app folder', async () => {
    const { outcome } = await run(executor, pythonTask('open("/app/new", "w")'))
    expect(outcome).toMatchObject({ ok: false, code: 'EXIT_NONZERO' })
    expect(outcome.logs.stderr).toContain('PermissionError')
  })
})
