import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Api, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

interface Check { readonly code: string, readonly severity: string, readonly text: string, readonly remedy?: string }

describe('nightshift doctor', () => {
  let dir = ''
  let coordinator: StartedNode
  let worker: StartedNode

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-e2e-'))
    coordinator = await startNode('coordinator', join(dir, 'c'), ['--no-containers'])
    worker = await startNode('worker', join(dir, 'w'), ['--no-containers', ...coordinator.addresses.flatMap(address => ['--peer', address])])
  })
  afterAll(async () => {
    await Promise.all([worker, coordinator].map(async node => { await node.stop('SIGKILL') }))
    await rm(dir, { recursive: true, force: true })
  })

  /** Of the folder alone: what this machine has is not the test's business. */
  async function doctor (folder: string, ...words: readonly string[]): Promise<{ readonly exit: number, readonly checks: readonly Check[] }> {
    const { stdout, code = 0 } = await run(process.execPath, [MAIN, ...words, 'doctor', '--data', folder, '--output', 'json']).catch((error: unknown) => error as { stdout: string, code: number }) as { stdout: string, code?: number }
    const { checks } = JSON.parse(stdout) as { checks: (Check & { readonly dataDir?: string })[] }
    return { exit: code, checks: checks.filter(({ dataDir }) => dataDir === folder) }
  }
  const severities = (checks: readonly Check[]): Record<string, string> => Object.fromEntries(checks.map(({ code, severity }) => [code, severity]))

  it('finds a worker well that works for a coordinator', async () => {
    await vi.waitFor(async () => { expect((await (await Api.of(worker.dataDir)).call('GET', '/v1/status') as { coordinators: { admitted: boolean }[] }).coordinators).toMatchObject([{ admitted: true }]) }, { timeout: 20_000, interval: 50 })
    const { checks } = await doctor(worker.dataDir, 'node')
    expect(severities(checks)).toMatchObject({ RUNNING: 'ok', CLOCK: 'ok', VERSION: 'ok', OWNER_RULES: 'ok', COORDINATORS: 'ok', PLATFORMS: 'ok', DATA_FOLDER: 'ok', OPEN_FILES: expect.anything() })
    expect(checks.filter(({ severity }) => severity === 'broken')).toEqual([])
    for (const { severity, remedy } of checks) if (severity === 'warning') expect(remedy).toBeTruthy()
  })

  it('finds a coordinator well', async () => {
    expect(severities((await doctor(coordinator.dataDir)).checks)).toMatchObject({ RUNNING: 'ok', CLOCK: 'ok', VERSION: 'ok', WORKERS: 'ok' })
  })

  it('shows what was advertised to whoever lists the workers', async () => {
    const list = async (...args: readonly string[]): Promise<string> => (await run(process.execPath, [MAIN, 'node', 'list', '--data', coordinator.dataDir, ...args])).stdout
    await vi.waitFor(async () => { expect((JSON.parse(await list('--output', 'json')) as { nodes: { speed: number }[] }).nodes).toMatchObject([{ speed: expect.any(Number), arch: process.arch }]) }, { timeout: 20_000, interval: 100 })
    expect(await list('--show', 'capacity,offers,reputation')).toMatch(/memory.*disk.*speed.*price.*strikes/)
    expect(await list()).not.toMatch(/speed/)
    await expect(list('--show', 'colour')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('capacity') })
  })

  it('says that a node which was killed does not run, and what to do', async () => {
    await worker.stop('SIGKILL')
    const { exit, checks } = await doctor(worker.dataDir)
    expect(exit).toBe(1)
    expect(checks.find(({ code }) => code === 'NOT_RUNNING')).toMatchObject({ severity: 'broken', text: expect.stringContaining('crashed or was killed'), remedy: expect.any(String) })
    expect(severities(checks)).toMatchObject({ DATA_FOLDER: 'ok' })
  })
})
