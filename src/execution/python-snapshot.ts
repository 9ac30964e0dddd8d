import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { lock } from 'proper-lockfile'
import { FRAME } from './runner/wire.ts'
import { HARNESS, PREPARE } from './runner/python-source.ts'
import { RunnerProcess } from './runner-process.ts'
import { sandboxCommand } from './sandbox.ts'
import type { RunnerIsolation } from './sandbox.ts'

const MAX_BYTES = 256 * 1024 * 1024
const TAKE_MS = 180_000

/**
 * Path of a memory image of a prepared interpreter in `cacheDir`, taken now
 * if there is none for this Pyodide and this Node. Several processes may ask
 * at once. A damaged image is replaced.
 */
export async function ensureSnapshot (cacheDir: string, isolation: RunnerIsolation, signal: AbortSignal): Promise<string> {
  await mkdir(cacheDir, { recursive: true })
  const path = join(cacheDir, `python-${snapshotKey()}.snapshot`)
  if (await isWhole(path)) return path
  const release = await lock(cacheDir, { lockfilePath: `${path}.lock`, retries: { retries: 600, minTimeout: 100, maxTimeout: 500, factor: 1.2 }, stale: 20_000 })
  try {
    signal.throwIfAborted()
    if (await isWhole(path)) return path
    await removeParts(cacheDir)
    await take(path, isolation, signal)
    return path
  } finally {
    await release()
  }
}

/** Everything an image depends on, as a short hash. */
function snapshotKey (): string {
  const { version } = createRequire(import.meta.url)('pyodide/package.json') as { version: string }
  return createHash('sha256').update([version, process.version, process.arch, PREPARE, HARNESS].join('\0')).digest('hex').slice(0, 16)
}

async function take (path: string, isolation: RunnerIsolation, signal: AbortSignal): Promise<void> {
  const part = `${path}.${randomUUID()}.part`
  const file = await open(part, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    for await (const piece of snapshotBytes(isolation, signal)) {
      hash.update(piece)
      await file.write(piece)
    }
    await file.sync()
    await file.close()
    const sum = await open(`${path}.sha256`, 'w', 0o600)
    await sum.write(hash.digest('hex'))
    await sum.close()
    await rename(part, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(part, { force: true })
    throw error
  }
}

async function * snapshotBytes (isolation: RunnerIsolation, signal: AbortSignal): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  let complete = false
  const runner = new RunnerProcess(await sandboxCommand({ kind: 'python-runner', isolation, args: ['snapshot'] }), {
    onFrame: (kind, payload) => {
      bytes += payload.byteLength
      if (kind !== FRAME.snapshot || bytes > MAX_BYTES) return runner.kill()
      if (payload.byteLength === 0) complete = true
      else pieces.push(payload)
    },
    onExit: () => undefined
  })
  const stop = (): void => { runner.kill() }
  const timer = setTimeout(stop, TAKE_MS)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const exit = await runner.exited
    signal.throwIfAborted()
    if (!complete) throw new Error(`no memory snapshot of the interpreter could be taken: ${exit.stderr.trim().slice(-500)}`)
    yield * pieces
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    runner.kill()
  }
}

async function isWhole (path: string): Promise<boolean> {
  try {
    const wanted = await readFile(`${path}.sha256`, 'utf8')
    if ((await stat(path)).size > MAX_BYTES) return false
    const hash = createHash('sha256')
    for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(piece as Buffer)
    return hash.digest('hex') === wanted
  } catch {
    return false
  }
}

/** Parts left by a process that ended while it wrote; the lock is held, so nobody writes now. */
async function removeParts (cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) if (name.endsWith('.part')) await rm(join(cacheDir, name), { force: true })
}
