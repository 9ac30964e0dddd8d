import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { HASHER } from '../support/hasher.ts'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { compileWat, pushWasm } from '../support/wasm.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

describe('what a job would take, and what it took', () => {
  let dir = ''
  let api: Api
  let app = ''
  let coordinator: StartedNode
  const nodes: StartedNode[] = []

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-e2e-'))
    nodes.push(coordinator = await startNode('coordinator', join(dir, 'c'), ['--log-level', 'warn']))
    api = await Api.of(coordinator.dataDir)
    const peers = coordinator.addresses.flatMap(address => ['--peer', address])
    for (const name of ['w1', 'w2']) nodes.push(await startNode('worker', join(dir, name), ['--log-level', 'warn', '--slots', '1', ...peers]))
    await vi.waitFor(async () => { expect((await api.call('GET', '/v1/nodes') as { nodes: { slots: number }[] }).nodes.filter(({ slots }) => slots === 1)).toHaveLength(2) }, { timeout: 20_000 })
    app = await pushWasm(api, 'hasher', await compileWat(HASHER))
    await writeFile(join(dir, 'input.bin'), Buffer.alloc(400))
  })

  afterAll(async () => {
    await Promise.all(nodes.map(async node => { await node.stop('SIGKILL') }))
    await rm(dir, { recursive: true, force: true })
  })

  async function command (...args: string[]): Promise<{ code: number, stdout: string }> {
    return await run(process.execPath, [MAIN, ...args, '--data', coordinator.dataDir]).then(({ stdout }) => ({ code: 0, stdout }), (error: { code: number, stdout: string }) => error)
  }
  const job = (): string[] => ['--app', app, '--input', join(dir, 'input.bin'), '--partitioner', 'bytes', '--param', 'partitioner.size=10', '--estimate', '0.1', '--replicas', '2']

  it('is planned with the exact number of chunks, and nothing is submitted or spent', async () => {
    const { code, stdout } = await command('job', 'plan', ...job(), '--output', 'json')
    expect(code).toBe(0)
    const plan = JSON.parse(stdout) as { placed: boolean, chunks: object, workers: object, executions: object, eta: object, matching: object[] }
    expect(plan).toMatchObject({ placed: true, chunks: { count: 40, exact: true, inputBytes: 10 }, workers: { connected: 2, matching: 2 }, executions: { typical: 2 } })
    expect(plan.matching).toHaveLength(2)
    expect((await api.call('GET', '/v1/jobs') as { jobs: object[] }).jobs).toEqual([])
    const text = await command('job', 'plan', ...job(), '--explain')
    expect(text.stdout).toMatch(/40, 10 B each/)
    expect(text.stdout).toMatch(/costs .* price .* time .* failures/)
  })

  it('cannot be placed among too few, says so with a remedy, and ends with 5', async () => {
    const { code, stdout } = await command('job', 'plan', ...job(), '--replicas', '3')
    expect(code).toBe(5)
    expect(stdout).toContain('TOO_FEW_WORKERS')
    expect(stdout).toContain('what to do')
  })

  it('is explained afterwards: executions, prices, time and workers', async () => {
    const { stdout: id } = await command('job', 'run', ...job(), '--id-only')
    await api.waitFor(id.trim(), ended, 60_000)
    const { stdout } = await command('job', 'explain', id.trim(), '--output', 'json')
    const { state, times, account } = JSON.parse(stdout) as { state: string, times: Record<string, number>, account: { executions: number, replicas: number, paid: { results: number }, workers: object[] } }
    expect(state).toBe('COMPLETED')
    expect(Object.keys(times)).toEqual(expect.arrayContaining(['PARTITIONING', 'RUNNING', 'ASSEMBLING']))
    expect(account.executions).toBeGreaterThanOrEqual(80)
    expect(account.paid.results).toBeGreaterThanOrEqual(80)
    expect(account.workers).toHaveLength(2)
    const { stdout: text } = await command('job', 'explain', id.trim())
    expect(text).toMatch(/where its time went: .*running/)
    expect(text).toMatch(/where its money went: .* BYC for \d+ results/)
  })
})
