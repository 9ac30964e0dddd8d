import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Api, ended } from '../support/nodes.ts'
import { NOOP, compileWat, pushWasm } from '../support/wasm.ts'
import type { Figure } from './figure.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

interface Row { readonly peer: string, readonly accepted: number }

/** A job of many chunks on a local cluster of as many workers as one machine can be asked for, as "cluster up" starts it. */
export async function benchCrowd (workers = 100, chunks = 10_000): Promise<readonly Figure[]> {
  const dir = join(await mkdtemp(join(tmpdir(), 'nightshift-bench-')), 'cluster')
  const started = performance.now()
  try {
    await run(process.execPath, [MAIN, 'cluster', 'up', '--workers', String(workers), '--data', dir], { timeout: 300_000 })
    const upS = (performance.now() - started) / 1000
    const api = await Api.of(join(dir, 'coordinator'))
    const app = await pushWasm(api, 'noop', await compileWat(NOOP))
    const begun = performance.now()
    const { id } = await api.call('POST', '/v1/jobs', {
      name: `noop ${chunks}`, app, partitioner: 'replicate', assembler: 'passthrough',
      params: { partitioner: { n: chunks }, app: {}, assembler: {} }, config: { replicas: 1, estimate: 0.002, budget: '1000' }
    }) as { id: string }
    const job = await api.waitFor(id, ended, 900_000) as { state: string }
    if (job.state !== 'COMPLETED') throw new Error(`the job ended ${JSON.stringify(job)}`)
    const seconds = (performance.now() - begun) / 1000
    const { nodes } = await api.call('GET', '/v1/nodes') as { nodes: Row[] }
    const accepted = nodes.reduce((sum, node) => sum + node.accepted, 0)
    const busy = nodes.filter(node => node.accepted > 0).length
    const mib = await residentMib(dir)
    return [{
      name: `chunks of a job that ${workers} local workers finished in ${seconds.toFixed(1)} s (up in ${upS.toFixed(1)} s, ${busy} of them got work, ${mib.toFixed(0)} MiB resident in all)`,
      value: String(accepted), baseline: `${chunks} submitted`, ratio: accepted / chunks, goal: 1
    }]
  } finally {
    await run(process.execPath, [MAIN, 'cluster', 'down', '--data', dir], { timeout: 120_000 }).catch((error: unknown) => { console.error(error) })
    await rm(join(dir, '..'), { recursive: true, force: true })
  }
}

/** Memory of every process of this cluster, its sandboxes aside. */
async function residentMib (dir: string): Promise<number> {
  let kib = 0
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (!command.includes(`${dir}/`)) continue
    kib += Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1] ?? 0)
  }
  return kib / 1024
}
