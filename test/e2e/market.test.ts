import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { archiveOf, makeImage, tar } from '../containers/support/image.ts'
import { verifySignature } from '../../src/model/messages/signing.ts'
import { checkEvidence } from '../../src/verification/evidence.ts'
import type { Evidence } from '../../src/verification/evidence.ts'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { CHUNK, EXPECTED, HASHER, INPUT } from '../support/hasher.ts'
import { compileWat, pushWasm } from '../support/wasm.ts'

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
    const { evidence } = await api.call('GET', `/v1/nodes/${liar.peerId.slice(-8)}`) as { evidence: Evidence[] }
    expect(evidence).toHaveLength(2)
    for (const piece of evidence) {
      expect(() => { checkEvidence(piece, { verify: verifySignature }) }).not.toThrow()
      expect(piece).toMatchObject({ coordinator: coordinator.peerId, accused: { worker: liar.peerId } })
    }
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
    // HEAD would keep what it asks about
    const gone = await waitUntil(async () => (await api.request('GET', `/v1/blobs/${createHash('sha256').update(EXPECTED.subarray(0, 8)).digest('hex')}`)).status === 404)
    expect(gone).toBe(true)
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
