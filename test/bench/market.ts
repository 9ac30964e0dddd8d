import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diceOf } from '../../src/cluster/chaos/plan.ts'
import { Link } from '../../src/cluster/proxy.ts'
import { Api, ended, startNode } from '../support/nodes.ts'
import type { StartedNode } from '../support/nodes.ts'
import { NOOP, compileWat, pushWasm } from '../support/wasm.ts'
import type { Figure } from './figure.ts'

const WORKERS = 8
const CHUNK_MS = 100
const CHUNKS = 400
const ONE_WAY_MS = 30

/** A coordinator and workers as processes, each behind a proxy of its own that makes every byte 30 ms late in each direction. Chunks wait at their worker instead of computing: eight machines' work does not fit on one. */
async function withCluster<T> (extraMs: readonly number[], work: (api: Api, workers: readonly Api[]) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-'))
  const nodes: StartedNode[] = []
  const links: Link[] = []
  try {
    const coordinator = await startNode('coordinator', join(dir, 'c'), ['--opening-balance', '1000000', '--log-level', 'warn'])
    nodes.push(coordinator)
    const port = Number(/\/tcp\/(\d+)/.exec(coordinator.addresses[0] ?? '')?.[1])
    const late = { latencyMs: ONE_WAY_MS, jitterMs: 0, bandwidth: 0 }
    for (const [i, ms] of extraMs.entries()) {
      const link = await Link.open(port, diceOf(1, `link ${i}`))
      links.push(link)
      link.set({ forth: late, back: late, resetsPerMinute: 0 })
      const peer = `/ip4/127.0.0.1/tcp/${link.port}/p2p/${coordinator.peerId}`
      nodes.push(await startNode('worker', join(dir, `w${i}`), ['--peer', peer, '--slots', '1', '--slow', String(ms), '--no-containers', '--credit-limit', '1000', '--log-level', 'warn']))
    }
    const api = await Api.of(coordinator.dataDir)
    while ((await api.call('GET', '/v1/nodes') as { nodes: { slots: number }[] }).nodes.filter(({ slots }) => slots === 1).length < extraMs.length) await new Promise(resolve => setTimeout(resolve, 50))
    return await work(api, await Promise.all(nodes.slice(1).map(async ({ dataDir }) => await Api.of(dataDir))))
  } finally {
    await Promise.all(nodes.map(async node => { await node.stop('SIGKILL') }))
    await Promise.all(links.map(async link => { await link.close() }))
    await rm(dir, { recursive: true, force: true })
  }
}

/** Runs a job and returns how long it was RUNNING, milliseconds. */
async function runJob (api: Api, chunks: number): Promise<{ readonly makespanMs: number }> {
  const app = await pushWasm(api, 'noop', await compileWat(NOOP))
  const { id } = await api.call('POST', '/v1/jobs', {
    name: `wait ${chunks}`, app, partitioner: 'replicate', assembler: 'passthrough', params: { partitioner: { n: chunks }, app: {}, assembler: {} },
    config: { replicas: 1, estimate: CHUNK_MS / 1000, budget: '1000' }
  }) as { id: string }
  const job = await api.waitFor(id, ended, 600_000)
  if (job.state !== 'COMPLETED') throw new Error(`the job ended ${JSON.stringify(job)}`)
  const { times } = await api.call('GET', `/v1/jobs/${id}/explain`) as { times: { RUNNING: number } }
  // three clusters take minutes on a small machine: what is known is said at once
  console.error(`${chunks} chunks in ${times.RUNNING} ms`)
  return { makespanMs: times.RUNNING }
}

/** Control frames the workers have sent and got so far, heartbeats and auctions included. */
async function framesOf (workers: readonly Api[]): Promise<number> {
  const pages = await Promise.all(workers.map(async worker => String((await worker.request('GET', '/metrics')).body)))
  return pages.reduce((sum, page) => sum + Number(/^nightshift_worker_control_frames (\d+)/m.exec(page)?.[1] ?? NaN), 0)
}

export async function benchMarket (): Promise<readonly Figure[]> {
  const usual = Array.from({ length: WORKERS }, () => CHUNK_MS)
  const { makespanMs, frames } = await withCluster(usual, async (api, workers) => {
    await runJob(api, WORKERS * 10)
    const before = await framesOf(workers)
    const job = await runJob(api, CHUNKS)
    return { makespanMs: job.makespanMs, frames: (await framesOf(workers) - before) / CHUNKS }
  })
  const idealMs = CHUNKS * CHUNK_MS / WORKERS
  console.error(`ideal ${idealMs} ms, ${frames.toFixed(2)} control frames per chunk`)
  const without = await withCluster(usual.slice(1), async api => {
    await runJob(api, WORKERS * 10)
    return (await runJob(api, CHUNKS)).makespanMs
  })
  const withSlow = await withCluster([10 * CHUNK_MS, ...usual.slice(1)], async api => {
    await runJob(api, WORKERS * 10)
    return (await runJob(api, CHUNKS)).makespanMs
  })
  const waits = `chunks wait ${CHUNK_MS} ms at their worker, ${2 * ONE_WAY_MS} ms RTT`
  return [
    { name: `use of ${WORKERS} workers, ${CHUNKS} chunks (${waits})`, value: `${makespanMs.toFixed(0)} ms`, baseline: `ideal ${idealMs.toFixed(0)} ms`, ratio: idealMs / makespanMs, goal: 0.85 },
    { name: 'control frames per chunk, both directions, all included (goal 3 at most)', value: frames.toFixed(2), baseline: '3', ratio: 3 / frames, goal: 1 },
    { name: `makespan with one of ${WORKERS} workers ten times slower (goal 1.25 times that of the others alone at most)`, value: `${withSlow.toFixed(0)} ms`, baseline: `${without.toFixed(0)} ms`, ratio: 1.25 * without / withSlow, goal: 1 }
  ]
}
