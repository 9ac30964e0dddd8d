import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { IDLE_MS } from '../../src/composition/resting-executor.ts'
import { startNode } from '../support/nodes.ts'
import type { Figure } from './figure.ts'

const MEASURED_MS = 30_000
/** Sandboxes have this long to end once they are let go, milliseconds. */
const PATIENCE_MS = 60_000
const TICKS_PER_S = 100
const CPU_PERCENT = 1
const RSS_MIB = 150

/** What a worker takes that is connected and has no work: its process and all it started, after it has let its sandboxes go. */
export async function benchIdleWorker (): Promise<readonly Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-bench-idle-'))
  const coordinator = await startNode('coordinator', join(dir, 'c'), ['--no-containers'])
  try {
    const worker = await startNode('worker', join(dir, 'w'), ['--profile', 'always', ...coordinator.addresses.flatMap(address => ['--peer', address])])
    try {
      const pid = worker.process.pid as number
      const ready = await treeOf(pid)
      await untilAlone(pid)
      const [before, start] = [await treeOf(pid), performance.now()]
      await delay(MEASURED_MS)
      const [after, ms] = [await treeOf(pid), performance.now() - start]
      const percent = (after.cpuS - before.cpuS) / ms * 1000 * 100
      return [
        { name: `idle worker: processor time over ${MEASURED_MS / 1000} s`, value: `${percent.toFixed(2)} % of one core`, baseline: `goal ${CPU_PERCENT} %`, ratio: CPU_PERCENT / percent, goal: 1 },
        { name: 'idle worker: resident memory', value: `${after.rssMiB.toFixed(0)} MiB in ${after.processes} process (right after its start ${ready.rssMiB.toFixed(0)} MiB in ${ready.processes})`, baseline: `goal ${RSS_MIB} MiB`, ratio: RSS_MIB / after.rssMiB, goal: 1 }
      ]
    } finally {
      await worker.stop()
    }
  } finally {
    await coordinator.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

async function untilAlone (pid: number): Promise<void> {
  const end = performance.now() + IDLE_MS + PATIENCE_MS
  while ((await treeOf(pid)).processes > 1) {
    if (performance.now() > end) throw new Error('an idle worker keeps its sandboxes')
    await delay(1000)
  }
}

interface Taken { readonly processes: number, readonly rssMiB: number, readonly cpuS: number }

/** A process and all below it; what has ended counts with its parent. */
async function treeOf (root: number): Promise<Taken> {
  let [processes, rssMiB, cpuS] = [0, 0, 0]
  const left = [root]
  for (let pid = left.pop(); pid !== undefined; pid = left.pop()) {
    try {
      const [stat, status, children] = await Promise.all(['stat', 'status', `task/${pid}/children`].map(async file => await readFile(`/proc/${pid}/${file}`, 'utf8')))
      cpuS += (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ').slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) / TICKS_PER_S
      rssMiB += Number(/VmRSS:\s+(\d+) kB/.exec(status ?? '')?.[1] ?? 0) / 1024
      processes++
      left.push(...(children ?? '').split(' ').filter(child => child !== '').map(Number))
    } catch (error) {
      // it has ended since its parent named it
      if (pid === root) throw error
    }
  }
  return { processes, rssMiB, cpuS }
}
