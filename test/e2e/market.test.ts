import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { archiveOf, makeImage, tar } from '../containers/support/image.ts'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { compileWat, pushWasm } from '../support/wasm.ts'

/**
 * An app with real work in it: it reads its chunk, a number of lines, sums their
 * bytes into a 64-bit hash over many rounds, and writes the hash as its result.
 */
const HASHER = `(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $dirname (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 4)
  (data (i32.const 64) "data.bin")
  (data (i32.const 80) "hash.bin")
  (global $task (mut i32) (i32.const -1))
  (global $results (mut i32) (i32.const -1))
  ;; the pre-opened folders are told apart by their first file: the task folder is the one that has data.bin
  (func $try (param $fd i32) (result i32)
    (call $open (local.get $fd) (i32.const 0) (i32.const 64) (i32.const 8) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
  (func (export "_start")
    (local $fd i32) (local $n i32) (local $i i32) (local $round i32) (local $hash i64)
    (local.set $fd (i32.const 3))
    (block $done (loop $next
      (br_if $done (i32.ne (call $prestat (local.get $fd) (i32.const 32)) (i32.const 0)))
      (if (i32.eqz (call $try (local.get $fd)))
        (then (global.set $task (i32.load (i32.const 16)))))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br_if $next (i32.lt_s (local.get $fd) (i32.const 16)))))
    (if (i32.lt_s (global.get $task) (i32.const 0)) (then (call $exit (i32.const 41))))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 200000))
    (drop (call $read (global.get $task) (i32.const 0) (i32.const 1) (i32.const 8)))
    (local.set $n (i32.load (i32.const 8)))
    (local.set $hash (i64.const 1469598103934665603))
    (loop $rounds
      (local.set $i (i32.const 0))
      (loop $bytes
        (local.set $hash (i64.mul (i64.xor (local.get $hash) (i64.load8_u (i32.add (i32.const 1024) (local.get $i)))) (i64.const 1099511628211)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $bytes (i32.lt_u (local.get $i) (local.get $n))))
      (local.set $round (i32.add (local.get $round) (i32.const 1)))
      (br_if $rounds (i32.lt_u (local.get $round) (i32.const 200))))
    (i64.store (i32.const 1024) (local.get $hash))
    (i32.store (i32.const 4) (i32.const 8))
    ;; the results folder is the one in which a new file can be made
    (local.set $fd (i32.const 3))
    (block $made (loop $again
      (if (i32.eqz (call $open (local.get $fd) (i32.const 0) (i32.const 80) (i32.const 8) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))
        (then
          (drop (call $write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))
          (br $made)))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br_if $again (i32.lt_s (local.get $fd) (i32.const 16))))
      (call $exit (i32.const 42)))))`

/** What the app computes, here. */
function reference (chunk: Uint8Array): Buffer {
  let hash = 1469598103934665603n
  for (let round = 0; round < 200; round++) for (const byte of chunk) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(hash)
  return bytes
}

const CHUNK = 1000
const INPUT = Buffer.from(Array.from({ length: 40 * CHUNK }, (_, i) => (i * 31 + (i >> 8)) & 0xff))
const EXPECTED = Buffer.concat(Array.from({ length: 40 }, (_, i) => reference(INPUT.subarray(i * CHUNK, (i + 1) * CHUNK))))

describe('a job among strangers, over real processes and sockets', () => {
  let dir = ''
  let nodes: StartedNode[] = []

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-e2e-'))
    nodes = []
  })

  afterEach(async () => {
    await Promise.all(nodes.map(async node => { await node.stop('SIGKILL') }))
    await rm(dir, { recursive: true, force: true })
  })

  async function start (role: 'coordinator' | 'worker', name: string, args: readonly string[] = []): Promise<StartedNode> {
    const node = await startNode(role, join(dir, name), ['--log-level', 'warn', ...args])
    nodes.push(node)
    return node
  }

  const dial = (coordinator: StartedNode): string[] => coordinator.addresses.flatMap(address => ['--peer', address])

  async function submit (api: Api, config: object = {}): Promise<string> {
    const app = await pushWasm(api, 'hasher', await compileWat(HASHER))
    const input = await api.upload(INPUT)
    const { id } = await api.call('POST', '/v1/jobs', {
      name: 'hashes',
      app,
      partitioner: 'bytes',
      assembler: 'concat',
      params: { partitioner: { size: CHUNK }, app: {}, assembler: { output: 'hashes.bin' } },
      source: [{ path: 'input.bin', ...input }],
      config: { replicas: 2, estimate: 0.05, ...config }
    }) as { id: string }
    return id
  }

  async function output (api: Api, id: string): Promise<string> {
    const { files } = await api.call('GET', `/v1/jobs/${id}/outputs`) as { files: { path: string, sha256: string }[] }
    expect(files.map(file => file.path)).toEqual(['hashes.bin'])
    return files[0]?.sha256 ?? ''
  }

  async function expectBalancedBooks (api: Api): Promise<void> {
    const { accounts, books } = await api.call('GET', '/v1/wallet') as { accounts: { id: string, balance: string, pending: string }[], books: { balanced: boolean } }
    expect(books.balanced).toBe(true)
    expect(accounts.reduce((sum, account) => sum + Number(account.balance), 0)).toBeCloseTo(0, 6)
    for (const account of accounts) expect(account.pending, account.id).toBe('0')
    for (const escrow of accounts.filter(account => account.id.startsWith('escrow:'))) expect(escrow.balance).toBe('0')
  }

  const expected = createHash('sha256').update(EXPECTED).digest('hex')

  it('gets the reference output with a liar, a slow worker and one killed mid-chunk', async () => {
    const coordinator = await start('coordinator', 'c')
    const api = await Api.of(coordinator.dataDir)
    await start('worker', 'honest', dial(coordinator))
    const slow = await start('worker', 'slow', [...dial(coordinator), '--slow', '300'])
    const liar = await start('worker', 'liar', [...dial(coordinator), '--lie'])
    const mortal = await start('worker', 'mortal', [...dial(coordinator), '--slow', '4000'])
    const id = await submit(api)

    await api.waitFor(id, job => job.chunks.done > 0, 30_000)
    const busy = await waitUntil(async () => {
      const { nodes: views } = await api.call('GET', '/v1/nodes') as { nodes: { peer: string, running: number }[] }
      return (views.find(view => view.peer === mortal.peerId)?.running ?? 0) > 0
    })
    expect(busy, 'the worker to be killed has a chunk').toBe(true)
    await mortal.stop('SIGKILL')

    const job = await api.waitFor(id, ended, 90_000)
    expect(job).toMatchObject({ state: 'COMPLETED', chunks: { total: 40, done: 40, failed: 0 } })
    expect(await output(api, id)).toBe(expected)
    await expectBalancedBooks(api)

    const { nodes: views } = await api.call('GET', '/v1/nodes') as { nodes: { peer: string, earned: string, strikes: number, banned: boolean }[] }
    const view = (node: StartedNode): typeof views[number] | undefined => views.find(candidate => candidate.peer === node.peerId)
    expect(view(liar)).toMatchObject({ banned: true, earned: '0' })
    expect(view(slow)).toMatchObject({ strikes: 0, banned: false })
    const { tasks } = await api.call('GET', `/v1/jobs/${id}/tasks?limit=1000`) as { tasks: { worker: string, state: string }[] }
    expect(tasks.filter(task => task.worker === liar.peerId && task.state === 'SETTLED')).toEqual([])
    const lost = tasks.filter(task => task.worker === mortal.peerId)
    expect(lost.length).toBeGreaterThan(0)
    for (const task of lost) expect(['EXPIRED', 'RECALLED']).toContain(task.state)
  })

  it('continues a job after the coordinator was killed, and runs no finished chunk again', async () => {
    const first = await start('coordinator', 'c')
    const port = /\/tcp\/(\d+)/.exec(first.addresses[0] ?? '')?.[1] ?? ''
    const api = await Api.of(first.dataDir)
    for (const name of ['w1', 'w2']) await start('worker', name, [...dial(first), '--slow', '150'])
    const id = await submit(api)
    await api.waitFor(id, job => job.chunks.done >= 5, 60_000)
    await first.stop('SIGKILL')

    const second = await start('coordinator', 'c', ['--listen', `/ip4/127.0.0.1/tcp/${port}`])
    expect(second.peerId).toBe(first.peerId)
    const again = await Api.of(second.dataDir)
    const job = await again.waitFor(id, ended, 90_000)
    expect(job).toMatchObject({ state: 'COMPLETED', chunks: { total: 40, done: 40 } })
    expect(await output(again, id)).toBe(expected)
    await expectBalancedBooks(again)
    const { tasks } = await again.call('GET', `/v1/jobs/${id}/tasks?limit=1000`) as { tasks: { chunk: number, state: string }[] }
    expect(tasks.filter(task => task.state === 'SETTLED')).toHaveLength(80)
  })

  it('lets a worker that comes back keep its identity and its finished results', async () => {
    const coordinator = await start('coordinator', 'c')
    const api = await Api.of(coordinator.dataDir)
    await start('worker', 'w1', dial(coordinator))
    const before = await start('worker', 'w2', [...dial(coordinator), '--slow', '200'])
    const id = await submit(api)
    await api.waitFor(id, job => job.chunks.done > 3, 60_000)
    await before.stop('SIGKILL')
    const after = await start('worker', 'w2', dial(coordinator))
    expect(after.peerId).toBe(before.peerId)
    const job = await api.waitFor(id, ended, 90_000)
    expect(job.state).toBe('COMPLETED')
    expect(await output(api, id)).toBe(expected)
    await expectBalancedBooks(api)
  })

  it('refuses a second coordinator on the same data folder, with a remedy', async () => {
    await start('coordinator', 'c')
    await expect(start('coordinator', 'c')).rejects.toThrow('NS_E_DATA_LOCKED')
  })

  it('holds a job that nobody can run, says why, and does not disturb another', async () => {
    const coordinator = await start('coordinator', 'c')
    const api = await Api.of(coordinator.dataDir)
    for (const name of ['w1', 'w2']) await start('worker', name, [...dial(coordinator), '--no-containers'])
    await api.call('PUT', '/v1/images', await archiveOf(makeImage([await tar([{ name: 'etc/hello', content: 'hello' }])]), 'nobody-runs:1'))
    const ref = await api.upload(Buffer.from('echo hello'))
    const { hash } = await api.call('POST', '/v1/blocks', {
      manifest: {
        name: 'needs-docker', version: '1.0', type: 'app', description: '', entrypoint: 'run.sh', platform: 'docker',
        platform_config: { container: 'nobody-runs:1' }, device_requirements: {}, determinism: 'bitwise'
      },
      files: [{ path: 'run.sh', ...ref }],
      register: false
    }) as { hash: string }
    const { id: held } = await api.call('POST', '/v1/jobs', { name: 'held', app: `sha256:${hash}`, config: {} }) as { id: string }
    const other = await submit(api)
    const waiting = await api.waitFor(held, job => job.state === 'HELD', 20_000)
    expect(waiting.reason.code).toBe('PLATFORM_NOT_OFFERED')
    expect((await api.waitFor(other, ended, 60_000)).state).toBe('COMPLETED')
    const aborted = await api.call('POST', `/v1/jobs/${held}/abort`) as { state: string }
    expect(aborted.state).toBe('CANCELLED')
    await expectBalancedBooks(api)
  })

  it('leaves no content of an ended job behind but its output', async () => {
    const coordinator = await start('coordinator', 'c')
    const api = await Api.of(coordinator.dataDir)
    for (const name of ['w1', 'w2']) await start('worker', name, dial(coordinator))
    const id = await submit(api)
    await api.waitFor(id, ended, 60_000)
    const keys = await waitUntil(async () => (await api.request('HEAD', `/v1/blobs/${createHash('sha256').update(EXPECTED.subarray(0, 8)).digest('hex')}`)).status === 404)
    expect(keys).toBe(true)
    expect(await output(api, id)).toBe(expected)
  })

  it('ends by itself when asked to, with nothing that keeps the process alive', async () => {
    const coordinator = await start('coordinator', 'c')
    const worker = await start('worker', 'w1', dial(coordinator))
    await Promise.all([coordinator.stop('SIGTERM'), worker.stop('SIGTERM')])
    expect([coordinator.process.exitCode, worker.process.exitCode]).toEqual([0, 0])
  }, 30_000)
})

async function waitUntil (holds: () => Promise<boolean>, timeoutMs = 15_000): Promise<boolean> {
  const end = Date.now() + timeoutMs
  while (Date.now() < end) {
    if (await holds()) return true
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return false
}
