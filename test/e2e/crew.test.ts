import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Api, ended } from '../support/nodes.ts'
import { NOOP, compileWat, pushWasm } from '../support/wasm.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

describe('a cluster of more workers than processes', () => {
  let parent: string
  let dir: string
  const cluster = async (...args: readonly string[]): Promise<string> => (await run(process.execPath, [MAIN, 'cluster', ...args, '--data', dir])).stdout

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'nightshift-test-'))
    dir = join(parent, 'cluster')
  })

  afterAll(async () => {
    await cluster('down')
    await rm(parent, { recursive: true, force: true })
  })

  it('is up, works with all of them, says who is gone, and leaves nothing', async () => {
    const { workers } = JSON.parse(await cluster('up', '--workers', '17', '--output', 'json')) as { workers: { pid: number, peerId: string }[] }
    expect(new Set(workers.map(({ peerId }) => peerId)).size).toBe(17)
    expect(new Set(workers.map(({ pid }) => pid)).size).toBe(1)
    const api = await Api.of(join(dir, 'coordinator'))
    const app = await pushWasm(api, 'noop', await compileWat(NOOP))
    const { id } = await api.call('POST', '/v1/jobs', {
      name: 'noop', app, partitioner: 'replicate', assembler: 'passthrough',
      params: { partitioner: { n: 300 }, app: {}, assembler: {} }, config: { replicas: 1, estimate: 0.01 }
    }) as { id: string }
    expect(await api.waitFor(id, ended, 120_000)).toMatchObject({ state: 'COMPLETED' })
    const { nodes } = await api.call('GET', '/v1/nodes') as { nodes: { accepted: number }[] }
    expect(nodes).toHaveLength(17)
    expect(nodes.filter(({ accepted }) => accepted > 0).length).toBeGreaterThan(8)

    process.kill(workers[0]?.pid ?? 0, 'SIGKILL')
    await expect.poll(async () => await cluster('status').catch((error: unknown) => (error as { stdout: string }).stdout), { timeout: 10_000 }).toMatch(/worker +\S+ +honest +\d+ +gone/)
    await cluster('down')
    expect(existsSync(dir)).toBe(false)
  })
})
