import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
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
/** The hasher with so many rounds that a chunk takes seconds. */
const LONG = HASHER.replace('(i32.const 200))))', '(i32.const 3000000))))')
/** What takes effect within two seconds is given this long on a machine that is busy with other tests, milliseconds. */
const SOON = { timeout: 20_000, interval: 50 }

describe('a machine that belongs to somebody', () => {
  let dir = ''
  let nodes: StartedNode[] = []
  let coordinator: StartedNode
  let worker: StartedNode
  let jobs: Api
  let owner: Api

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightshift-e2e-'))
    nodes = []
    coordinator = await start('coordinator', 'c', [])
    await says('{}')
    await sees({})
    worker = await start('worker', 'w', [...coordinator.addresses.flatMap(address => ['--peer', address]), '--slots', '1', '--config', join(dir, 'owner.json'), '--simulate', join(dir, 'seen.json')])
    jobs = await Api.of(coordinator.dataDir)
    owner = await Api.of(worker.dataDir)
  })

  afterEach(async () => {
    await Promise.all(nodes.map(async node => { await node.stop('SIGKILL') }))
    await rm(dir, { recursive: true, force: true })
  })

  async function start (role: 'coordinator' | 'worker', name: string, args: readonly string[]): Promise<StartedNode> {
    const node = await startNode(role, join(dir, name), ['--log-level', 'info', ...args])
    nodes.push(node)
    return node
  }

  /** What is simulated of the machine: nobody is there, and it has nothing else to do, unless said otherwise. */
  const sees = async (seen: object): Promise<void> => { await replace('seen.json', JSON.stringify({ inputIdleMs: 10_000_000, otherLoad: 0, onBattery: false, ...seen })) }
  const says = async (settings: string): Promise<void> => { await replace('owner.json', settings) }
  async function replace (file: string, text: string): Promise<void> {
    await writeFile(join(dir, `${file}.new`), text)
    await rename(join(dir, `${file}.new`), join(dir, file))
  }

  async function submit (chunks: number): Promise<string> {
    const app = await pushWasm(jobs, 'long-hasher', await compileWat(LONG))
    const input = await jobs.upload(new Uint8Array(chunks * 1000))
    const { id } = await jobs.call('POST', '/v1/jobs', {
      name: 'hashes', app, partitioner: 'bytes', assembler: 'concat', source: [{ path: 'input.bin', ...input }],
      params: { partitioner: { size: 1000 }, app: {}, assembler: { output: 'hashes.bin' } }, config: { replicas: 1, estimate: 5, taskTimeout: 60 }
    }) as { id: string }
    return id
  }

  const state = async (): Promise<[string, string | undefined]> => {
    const status = await owner.call('GET', '/v1/status') as { state: string, reason?: { code: string } }
    return [status.state, status.reason?.code]
  }
  const begun = async (): Promise<void> => {
    await vi.waitFor(async () => { expect((await owner.call('GET', '/v1/status') as { running: unknown[] }).running).toHaveLength(1) }, SOON)
  }
  const explained = async (id: string): Promise<string> => JSON.stringify(await jobs.call('GET', `/v1/jobs/${id}/explain`))

  it('holds what runs while its owner pauses it, says so to both sides, and goes on where it was', async () => {
    const id = await submit(1)
    await vi.waitFor(() => { expect(computing(worker)).toBe(true) }, { timeout: 60_000, interval: 10 })
    await owner.call('POST', '/v1/owner/pause', { release: false })
    await vi.waitFor(() => { expect(stopped(worker)).toBeGreaterThan(0) }, SOON)
    expect(await state()).toEqual(['suspended', 'OWNER_PAUSED'])
    await vi.waitFor(async () => { expect(await explained(id)).toContain('paused by its owner') }, SOON)
    await owner.call('POST', '/v1/owner/resume')
    const job = await jobs.waitFor(id, ended, 60_000) as { state: string, executions: number }
    expect(job).toMatchObject({ state: 'COMPLETED', executions: 1 })
    expect(stopped(worker)).toBe(0)
  })

  it('gives memory back at once when asked to, and the chunk to others without blame', async () => {
    const other = await start('worker', 'other', [...coordinator.addresses.flatMap(address => ['--peer', address]), '--slots', '1', '--price-level', '1200'])
    const id = await submit(1)
    await begun()
    const { stdout } = await run(process.execPath, [MAIN, 'node', 'pause', '1h', '--release', '--data', worker.dataDir])
    expect(stdout).toMatch(/suspended, until .* \(in (59 min|1 h)/)
    const job = await jobs.waitFor(id, ended, 90_000) as { state: string }
    expect(job.state).toBe('COMPLETED')
    const { nodes: views } = await jobs.call('GET', '/v1/nodes') as { nodes: { peer: string, strikes: number, accepted: number }[] }
    expect(views.find(({ peer }) => peer === worker.peerId)).toMatchObject({ strikes: 0, accepted: 0 })
    expect(views.find(({ peer }) => peer === other.peerId)).toMatchObject({ accepted: 1 })
  })

  it('stays paused over a restart', async () => {
    await owner.call('POST', '/v1/owner/pause', { release: false })
    await worker.stop('SIGKILL')
    worker = await start('worker', 'w', [...coordinator.addresses.flatMap(address => ['--peer', address]), '--config', join(dir, 'owner.json')])
    owner = await Api.of(worker.dataDir)
    await vi.waitFor(async () => { expect(await state()).toEqual(['suspended', 'OWNER_PAUSED']) }, SOON)
  })

  it('follows the machine and its owner\'s settings while it runs, each time with the reason', async () => {
    const becomes = async (expected: [string, string | undefined]): Promise<void> => { await vi.waitFor(async () => { expect(await state()).toEqual(expected) }, SOON) }
    await becomes(['ready', undefined])
    await sees({ onBattery: true })
    await becomes(['suspended', 'ON_BATTERY'])
    await sees({ otherLoad: 90 })
    await becomes(['suspended', 'OTHER_LOAD'])
    await sees({})
    await becomes(['ready', undefined])
    await says('{ "whenInUse": "pause" }')
    await sees({ inputIdleMs: 1000 })
    await becomes(['suspended', 'MACHINE_IN_USE'])
    await says('{ "onBattery": "run", "traffic": { "gib": 1, "days": 7 } }')
    await sees({ onBattery: true, trafficBytes: 2 ** 31 })
    await becomes(['finishing', 'TRAFFIC_QUOTA'])
    await says('{ "inUse": { "cpu": 99 } }')
    await vi.waitFor(() => { expect(worker.log()).toMatch(/inUse\.cpu.*idle\.cpu.*contradict/) }, SOON)
    expect(await state()).toEqual(['finishing', 'TRAFFIC_QUOTA'])
    const yesterday = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].at((new Date().getUTCDay() + 5) % 7) ?? ''
    await says(JSON.stringify({ schedule: { timeZone: 'UTC', hours: { [yesterday]: ['08:00-09:00'] } } }))
    await becomes(['suspended', 'OUTSIDE_HOURS'])
    await says(JSON.stringify({ coordinators: { deny: [coordinator.peerId] } }))
    await sees({})
    await becomes(['ready', undefined])
    await vi.waitFor(async () => {
      const { coordinators } = await owner.call('GET', '/v1/status') as { coordinators: { refusal?: { code: string } }[] }
      expect(coordinators[0]?.refusal?.code).toBe('OWNER_DENIES')
    }, SOON)
  })

  it('has its settings checked before they are kept', async () => {
    const config = async (...args: readonly string[]): Promise<string> => (await run(process.execPath, [MAIN, 'config', ...args, '--data', worker.dataDir, '--config', join(dir, 'owner.json')])).stdout
    expect(await config('set', 'inUse.cpu', '25')).toMatch(/inUse {2}\{"cpu":25,"memory":50\} {2}\(set\)/)
    await expect(config('set', 'idle.cpu', '10')).rejects.toMatchObject({ stderr: expect.stringMatching(/NS_E_CONFIG.*"inUse\.cpu" \(25\) and "idle\.cpu" \(10\) contradict/) as string })
    expect(await config('list')).toMatch(/idle {2}\{"cpu":90/)
    expect(await config('unset', 'inUse.cpu')).toMatch(/inUse {2}\{"cpu":50/)
  })
})

/** Processes that a node has started, and that they have started. */
function descendants ({ process: { pid } }: StartedNode): readonly number[] {
  const children = (parent: number): number[] => {
    try {
      return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(child => child !== '').map(Number).flatMap(child => [child, ...children(child)])
    } catch {
      return []
    }
  }
  return children(pid ?? 0)
}

function about (pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** How many of them stand still. */
function stopped (node: StartedNode): number {
  return descendants(node).filter(pid => about(pid, 'stat').includes(') T ')).length
}

/** True once the app itself runs: a runner of WebAssembly has used a tenth of a second and more since it was ready. */
function computing (node: StartedNode): boolean {
  return descendants(node).some(pid => {
    const stat = about(pid, 'stat')
    return about(pid, 'cmdline').includes('wasm-runner.js') && !about(pid, 'cmdline').startsWith('bwrap') && / R /.test(stat) && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11]) > 60
  })
}
