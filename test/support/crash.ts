import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { CHUNK, EXPECTED, HASHER, INPUT } from './hasher.ts'
import { Api, ended, startNode } from './nodes.ts'
import type { StartedNode, UpAs } from './nodes.ts'
import { compileWat, pushWasm } from './wasm.ts'

/** Chunks of a crash test's job. */
export const CHUNKS = 12

/** Every step of a chunk's life at which a node is killed, before and after what it decided is on disk and has been said. */
export const COORDINATOR_POINTS = ['submit', 'chunks', 'partitioned', 'announce', 'lease', 'commit', 'revealRequest', 'reveal', 'results-stored', 'verdict', 'assemble', 'assembled', 'make-receipt', 'receipt-made'].flatMap(phases)
export const WORKER_POINTS = ['lease', 'run', 'task-done', 'revealRequest', 'reveal', 'verdict'].flatMap(phases)

function phases (what: string): string[] {
  return ['decided', 'written', 'spoken'].map(phase => `${what}:${phase}`)
}

export interface CrashRig {
  readonly dir: string
  readonly start: (role: 'coordinator' | 'worker', name: string, args?: readonly string[], crash?: string, expected?: UpAs) => Promise<StartedNode>
  /** Submits the job; undefined when the coordinator died before it could say that it has it. */
  readonly submit: (api: Api, chunks?: number) => Promise<string | undefined>
  /** Output, books, and attempts that were paid: all as they must be. */
  readonly expectRight: (api: Api, id: string, chunks?: number) => Promise<void>
  /** How often an app ran to its end, by worker and chunk, from the workers' own logs. */
  readonly runs: () => Map<string, number>
  /** the end of what each node last said, for whoever wonders why a test failed */
  readonly tails: () => string
  readonly close: () => Promise<void>
}

export async function crashRig (): Promise<CrashRig> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-crash-'))
  const nodes: { node: StartedNode, name: string }[] = []
  let port = '0'
  return {
    dir,
    start: async (role, name, args = [], crash, expected) => {
      const listen = role === 'coordinator' ? ['--listen', `/ip4/127.0.0.1/tcp/${port}`] : []
      const node = await startNode(role, join(dir, name), ['--no-containers', '--log-level', 'debug', ...listen, ...args], crash === undefined ? {} : { NIGHTSHIFT_CRASH: crash }, expected)
      nodes.push({ node, name })
      // it listens on a free port as well, as every node of a test does: the one that counts is that of its first start
      if (role === 'coordinator' && port === '0') port = /\/tcp\/(\d+)/.exec(node.addresses[0] ?? '')?.[1] ?? port
      return node
    },
    submit: async (api, chunks = CHUNKS) => {
      const app = await pushWasm(api, 'hasher', await compileWat(HASHER))
      const input = await api.upload(INPUT.subarray(0, chunks * CHUNK))
      const answer = await api.call('POST', '/v1/jobs', {
        name: 'hashes', app, partitioner: 'bytes', assembler: 'concat', params: { partitioner: { size: CHUNK }, app: {}, assembler: { output: 'hashes.bin' } },
        source: [{ path: 'input.bin', ...input }], config: { replicas: 2, estimate: 0.05, budget: '5', retries: 20 }
      }).catch(() => undefined) as { id: string } | undefined
      return answer?.id
    },
    expectRight: async (api, id, chunks = CHUNKS) => {
      const job = await api.waitFor(id, ended, 90_000)
      expect(job).toMatchObject({ state: 'COMPLETED', chunks: { total: chunks, done: chunks, failed: 0 } })
      const { files } = await api.call('GET', `/v1/jobs/${id}/outputs`) as { files: { path: string, sha256: string }[] }
      expect(files).toEqual([expect.objectContaining({ path: 'hashes.bin', sha256: createHash('sha256').update(EXPECTED.subarray(0, chunks * 8)).digest('hex') })])
      const receipt = await api.request('GET', `/v1/jobs/${id}/receipt`)
      expect(receipt).toMatchObject({ status: 200, body: { statement: { job: id, decided: chunks } } })
      const { accounts, books } = await api.call('GET', '/v1/wallet') as { accounts: { id: string, balance: string, pending: string }[], books: { balanced: boolean } }
      expect(books.balanced).toBe(true)
      const escrow = accounts.find(account => account.id === `escrow:${id}`)
      expect(escrow).toMatchObject({ balance: '0', pending: '0' })
      const { tasks } = await api.call('GET', `/v1/jobs/${id}/tasks?limit=10000`) as { tasks: { chunk: number, worker: string, state: string }[] }
      const paid = tasks.filter(task => task.state === 'SETTLED').map(task => `${task.worker} ${task.chunk}`)
      expect(new Set(paid).size, 'no worker is paid twice for a chunk').toBe(paid.length)
      // more than two when a late copy agreed
      for (let chunk = 0; chunk < chunks; chunk++) {
        expect(tasks.filter(task => task.state === 'SETTLED' && task.chunk === chunk).length, `chunk ${chunk} is paid`).toBeGreaterThanOrEqual(2)
      }
    },
    runs: () => {
      const runs = new Map<string, number>()
      for (const { node, name } of nodes) {
        for (const [, task, ok] of node.log().matchAll(/"task":"(t-[^"]+)".*?"ok":(true|false).*?"msg":"the app has run"/g)) {
          if (ok !== 'true') continue
          const chunk = `${name} ${task?.split('-').slice(0, 3).join('-') ?? ''}`
          runs.set(chunk, (runs.get(chunk) ?? 0) + 1)
        }
      }
      return runs
    },
    tails: () => [...new Map(nodes.map(({ node, name }) => [name, node]))]
      .map(([name, { process: { pid, exitCode, signalCode }, log }]) => `${name} (process ${pid ?? '?'}, exit ${exitCode ?? signalCode ?? 'none'}) said last:\n${log().split('\n').slice(-25).join('\n')}`).join('\n'),
    close: async () => {
      await Promise.all(nodes.map(async ({ node }) => { await node.stop('SIGKILL') }))
      await rm(dir, { recursive: true, force: true })
    }
  }
}

/** Runs a job during which a node dies at a point and is started again; everything must end as if nothing had happened. */
export async function crashAt (role: 'coordinator' | 'worker', point: string): Promise<void> {
  const rig = await crashRig()
  try {
    const first = await rig.start('coordinator', 'c', [], role === 'coordinator' ? point : undefined)
    const dial = first.addresses.flatMap(address => ['--peer', address])
    const w1 = await rig.start('worker', 'w1', [...dial, '--slots', '1'], role === 'worker' ? point : undefined)
    await rig.start('worker', 'w2', [...dial, '--slots', '1'])
    const api = await Api.of(first.dataDir)
    const victim = role === 'coordinator' ? first : w1
    const gone = once(victim.process, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    let id = await rig.submit(api)
    const [, signal] = await gone
    expect(signal, `${point} was reached`).toBe('SIGKILL')
    let again = api
    if (role === 'coordinator') {
      const second = await rig.start('coordinator', 'c')
      again = await Api.of(second.dataDir)
      const { jobs } = await again.call('GET', '/v1/jobs') as { jobs: { id: string }[] }
      if (id !== undefined) expect(jobs.map(job => job.id)).toContain(id)
      id ??= jobs[0]?.id ?? await rig.submit(again)
    } else await rig.start('worker', 'w1', [...dial, '--slots', '1'])
    if (id === undefined) throw new Error('the job could not be submitted')
    await rig.expectRight(again, id)
    if (role === 'coordinator') for (const [chunk, times] of rig.runs()) expect(times, `${chunk} ran once`).toBe(1)
  } finally {
    await rig.close()
  }
}
