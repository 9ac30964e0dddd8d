import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { NOOP, compileWat, pushWasm } from '../support/wasm.ts'
import type { Figure } from './figure.ts'

const run = promisify(execFile)

/** A coordinator and two workers as processes, with everything on; chunks of nothing. */
async function withCluster<T> (work: (api: Api, coordinator: StartedNode) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-'))
  const nodes: StartedNode[] = []
  try {
    const coordinator = await startNode('coordinator', join(dir, 'c'), ['--opening-balance', '1000000', '--log-level', 'warn'])
    nodes.push(coordinator)
    const peers = coordinator.addresses.flatMap(address => ['--peer', address])
    for (const name of ['w1', 'w2']) nodes.push(await startNode('worker', join(dir, name), [...peers, '--slots', '1', '--log-level', 'warn']))
    return await work(await Api.of(coordinator.dataDir), coordinator)
  } finally {
    await Promise.all(nodes.map(async node => { await node.stop() }))
    await rm(dir, { recursive: true, force: true })
  }
}

async function runNoop (api: Api, chunks: number): Promise<number> {
  const app = await pushWasm(api, 'noop', await compileWat(NOOP))
  const { id } = await api.call('POST', '/v1/jobs', {
    name: `noop ${chunks}`,
    app,
    partitioner: 'replicate',
    assembler: 'passthrough',
    params: { partitioner: { n: chunks }, app: {}, assembler: {} },
    config: { replicas: 1, estimate: 0.002, budget: '1000' }
  }) as { id: string }
  await api.waitFor(id, job => job.state !== 'PARTITIONING', 120_000)
  const start = performance.now()
  const job = await api.waitFor(id, ended, 600_000)
  if (job.state !== 'COMPLETED') throw new Error(`the job ended ${JSON.stringify(job)}`)
  return chunks / ((performance.now() - start) / 1000)
}

/** The same with Dask distributed, where it is installed. */
async function dask (tasks: number): Promise<number | undefined> {
  const script = fileURLToPath(new URL('dask-noop.py', import.meta.url))
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      const { stdout } = await run(python, [script, String(tasks)], { timeout: 300_000 })
      return Number(stdout.trim())
    } catch {
      // not installed for this interpreter
    }
  }
  return undefined
}

export async function benchNoop (): Promise<readonly Figure[]> {
  const chunks = 5000
  const ours = await withCluster(async api => {
    await runNoop(api, 500)
    return Math.max(await runNoop(api, chunks), await runNoop(api, chunks))
  })
  const theirs = await dask(chunks)
  return [
    { name: 'no-op chunks per second, 2 workers, all checks on', value: `${ours.toFixed(0)}/s`, baseline: 'goal 1,000/s', ratio: ours / 1000, goal: 1 },
    ...theirs === undefined ? [] : [{ name: 'the same against Dask distributed', value: `${ours.toFixed(0)}/s`, baseline: `${theirs.toFixed(0)}/s`, ratio: ours / theirs, goal: 1.5 }]
  ]
}

/** Peak memory of the coordinator process over a job of many chunks. */
export async function benchMemory (chunks = 100_000): Promise<readonly Figure[]> {
  return await withCluster(async (api, coordinator) => {
    const rate = await runNoop(api, chunks)
    const status = await readFile(`/proc/${coordinator.process.pid ?? 0}/status`, 'utf8')
    const peakMiB = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 'NaN') / 1024
    return [
      { name: `coordinator memory at its peak, ${chunks} chunks`, value: `${peakMiB.toFixed(0)} MiB`, baseline: 'limit 300 MiB', ratio: 300 / peakMiB, goal: 1 },
      { name: `no-op chunks per second over ${chunks}`, value: `${rate.toFixed(0)}/s`, baseline: 'goal 1,000/s', ratio: rate / 1000, goal: 1 }
    ]
  })
}
