import { constants, readFileSync } from 'node:fs'
import type { PyodideAPI } from 'pyodide'
import { HARNESS, PREPARE } from './python-source.ts'
import type { EmscriptenFs } from './memfs.ts'

/** A ready CPython in WebAssembly. */
export interface Interpreter {
  readonly fs: EmscriptenFs
  readonly fromSnapshot: boolean
  /** Runs a script of the app folder to its end; returns its exit code and whether memory ran out. */
  run: (entrypoint: string, env: Readonly<Record<string, string>>) => { exit: number, memory: boolean }
  /** Where the app's output goes. */
  onOutput: (stdout: (bytes: Uint8Array) => void, stderr: (bytes: Uint8Array) => void) => void
  /** bytes of WebAssembly memory in use */
  memoryBytes: () => number
}

interface Internals { readonly FS: EmscriptenFs, readonly _module: { readonly HEAP8: Uint8Array } }

type LoadOptions = NonNullable<Parameters<typeof import('pyodide')['loadPyodide']>[0]>

/** The environment that is baked into an interpreter: hash order and clock zone must not differ between runs. */
const BASE: LoadOptions = {
  jsglobals: {},
  stdin: () => null,
  env: { HOME: '/tmp', PYTHONHASHSEED: '0', PYTHONINSPECT: '', PYTHONDONTWRITEBYTECODE: '1', TZ: 'UTC', LANG: 'C.UTF-8' }
}

/** Memory image of a freshly prepared interpreter. */
export async function takeSnapshot (): Promise<Uint8Array> {
  const python = await load({ ...BASE, _makeSnapshot: true })
  python.runPython(PREPARE)
  return python.makeMemorySnapshot()
}

/**
 * Starts an interpreter from the snapshot at `snapshotPath`, or the slow way
 * when there is none or it does not load.
 */
export async function startInterpreter (snapshotPath: string | undefined): Promise<Interpreter> {
  if (snapshotPath !== undefined) {
    try {
      return seal(await load({ ...BASE, _loadSnapshot: new Uint8Array(readFileSync(snapshotPath)) }), true)
    } catch {
      // A snapshot that does not load only costs time; the parent is told by `fromSnapshot`.
    }
  }
  const python = await load(BASE)
  python.runPython(PREPARE)
  return seal(python, false)
}

async function load (options: LoadOptions): Promise<PyodideAPI> {
  // Pyodide asks for file constants at its start through an API that the permission model refuses.
  Object.assign(process, { binding: () => ({ fs: constants }) })
  const { loadPyodide } = await import('pyodide')
  return await loadPyodide(options)
}

function seal (python: PyodideAPI, fromSnapshot: boolean): Interpreter {
  python.unregisterJsModule('js')
  python.unregisterJsModule('pyodide_js')
  const run = python.runPython(HARNESS) as (entrypoint: string, env: string) => string
  python.setStdin({ stdin: () => null })
  const internals = python as unknown as Internals
  return {
    fs: internals.FS,
    fromSnapshot,
    run: (entrypoint, env) => {
      const [exit, memory] = run(entrypoint, JSON.stringify(env)).split(' ')
      return { exit: Number(exit), memory: memory === '1' }
    },
    onOutput: (stdout, stderr) => {
      python.setStdout({ write: writer(stdout), isatty: false })
      python.setStderr({ write: writer(stderr), isatty: false })
    },
    memoryBytes: () => internals._module.HEAP8.byteLength
  }
}

function writer (sink: (bytes: Uint8Array) => void): (bytes: Uint8Array) => number {
  return (bytes) => {
    sink(bytes)
    return bytes.byteLength
  }
}
