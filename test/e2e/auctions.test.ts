import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HASHER } from '../support/hasher.ts'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { compileWat, pushWasm } from '../support/wasm.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const SOON = { timeout: 20_000, interval: 50 }

describe('an auction among real workers', () => {
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

  async function submit (api: Api, chunks: number, config: object): Promise<string> {
    const app = await pushWasm(api, 'hasher', await compileWat(HASHER))
    const input = await api.upload(new Uint8Array(chunks * 10))
    const { id } = await api.call('POST', '/v1/jobs', {
      name: 'hashes', app, partitioner: 'bytes', assembler: 'concat', source: [{ path: 'input.bin', ...input }],
      params: { partitioner: { size: 10 }, app: {}, assembler: { output: 'hashes.bin' } }, config: { replicas: 1, estimate: 0.05, ...config }
    }) as { id: string }
    return id
  }

  it('is explained to whoever lost it, by the API and the command', async () => {
    const coordinator = await start('coordinator', 'c')
    const peers = coordinator.addresses.flatMap(address => ['--peer', address])
    const api = await Api.of(coordinator.dataDir)
    await start('worker', 'cheap', [...peers, '--slots', '1'])
    const dear = await start('worker', 'dear', [...peers, '--slots', '1', '--price-level', '2500'])
    await vi.waitFor(async () => {
      const { nodes: views } = await api.call('GET', '/v1/nodes') as { nodes: { slots: number }[] }
      expect(views.filter(({ slots }) => slots === 1)).toHaveLength(2)
    }, SOON)
    const owner = await Api.of(dear.dataDir)
    let id = ''
    // on a machine with much else to do a bid may come too late for its round, which is another reason
    await vi.waitFor(async () => {
      id = await submit(api, 1, {})
      await api.waitFor(id, ended, 60_000)
      const { auctions } = await owner.call('GET', '/v1/auctions') as { auctions: object[] }
      expect(auctions[0]).toMatchObject({ job: id, state: 'lost', lostOn: { term: 'price' }, reason: { code: 'OUTSCORED' } })
    }, { timeout: 120_000, interval: 500 })
    const { stdout } = await run(process.execPath, [MAIN, 'node', 'auctions', '--data', dear.dataDir])
    expect(stdout).toContain(id)
    expect(stdout).toMatch(/lost .*price, by \d/)
    const { stdout: json } = await run(process.execPath, [MAIN, 'node', 'auctions', '--data', dear.dataDir, '--output', 'json'])
    expect((JSON.parse(json) as { auctions: object[] }).auctions[0]).toMatchObject({ job: id, state: 'lost' })
  })

  it('of two coordinators shares one worker between them, and lends what one does not use to the other', async () => {
    const [one, two] = [await start('coordinator', 'c1'), await start('coordinator', 'c2')]
    const [first, second] = [await Api.of(one.dataDir), await Api.of(two.dataDir)]
    const worker = await start('worker', 'w', [...[one, two].flatMap(({ addresses }) => addresses.flatMap(address => ['--peer', address])), '--slots', '2', '--slow', '100'])
    const slots = async (api: Api): Promise<number> => {
      const { nodes: views } = await api.call('GET', '/v1/nodes') as { nodes: { peer: string, slots: number }[] }
      return views.find(({ peer }) => peer === worker.peerId)?.slots ?? 0
    }
    await vi.waitFor(async () => { expect([await slots(first), await slots(second)]).toEqual([2, 2]) }, SOON)
    const long = await submit(first, 900, {})
    await first.waitFor(long, job => job.chunks.done >= 20, 60_000)
    expect(await slots(first), 'alone, it is offered all').toBe(2)
    const short = await submit(second, 80, {})
    const doneOf = async (): Promise<number> => (await first.call('GET', `/v1/jobs/${long}`) as { chunks: { done: number } }).chunks.done
    const begun = (await second.waitFor(short, job => job.chunks.done >= 10, 60_000)).chunks.done as number
    const before = await doneOf()
    expect(await slots(first), 'with another, half').toBe(1)
    const later = (await second.waitFor(short, job => job.chunks.done >= 60, 60_000)).chunks.done as number
    const ratio = (await doneOf() - before) / (later - begun)
    // the one that was there first neither starves the other nor is starved by it
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
    expect((await second.waitFor(short, ended, 60_000)).state).toBe('COMPLETED')
    await vi.waitFor(async () => { expect(await slots(first)).toBe(2) }, SOON)
  })
})
