import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chaosRig, worker } from '../support/chaos.ts'
import type { ChaosRig } from '../support/chaos.ts'

describe('cluster chaos', () => {
  let rig: ChaosRig
  beforeEach(async () => { rig = await chaosRig() })
  afterEach(async () => { await rig.close() })

  it('gets the right output on real processes that lie, are killed and cut off, with books that balance, and leaves nothing behind', async () => {
    const { code, report, stderr } = await rig.run(40, '--workers', '4', '--liars', '1', '--killed', '1', '--partitioned', '1', '--kill-coordinator', '1', '--latency', '5', '--jitter', '5', '--seed', '5')
    expect(report.verdict, stderr).toEqual({ end: 'right', reasons: [] })
    expect(code).toBe(0)
    expect(report.job).toMatchObject({ state: 'COMPLETED', chunks: { total: 40, done: 40, failed: 0 } })
    expect(report.comparison).toEqual({ compared: 40, wrong: [], erratic: [], sameOutput: true })
    expect(report.books.problems).toEqual([])
    expect(report.coordinator).toMatchObject({ kills: 1, deaths: 0 })
    expect(worker(report, 'liar')).toMatchObject({ verified: 0, paid: '0' })
    expect(worker(report, 'killed').suffered.kills).toBeGreaterThan(0)
    expect(worker(report, 'partitioned').suffered.partitions).toBeGreaterThan(0)
    expect(report.workers.reduce((sum, { run }) => sum + run, report.coordinator.run)).toBeGreaterThanOrEqual(40)
    expect(await rig.processes()).toEqual([])
    expect(await rig.leftovers()).toEqual([])
  }, 170_000)

  it('lets workers reach the coordinator by their links only, after resets and another start of it too', async () => {
    const { HostileCluster } = await import(new URL('../../dist/cluster/chaos/hostile-cluster.js', import.meta.url).href) as typeof import('../../src/cluster/chaos/hostile-cluster.ts')
    const cast = { liar: 0, 'on-off': 0, secretive: 0, flaky: 0, slow: 0, partitioned: 0, killed: 0, frozen: 0 }
    const options = { seed: 1, workers: 2, cast, coordinatorKills: 0, latencyMs: 0, jitterMs: 0, bandwidth: 0, resetsPerMinute: 0, durationMs: 1000 }
    const cluster = await HostileCluster.open(join(rig.dir, 'cluster'), options, false, new AbortController().signal)
    try {
      const connected = async (): Promise<number> => (await (await cluster.api()).get<{ workers: number }>('/v1/status')).workers
      const links = (): readonly number[] => cluster.workers.flatMap(({ link }) => link.outgoing).sort()
      const onlyByLinks = async (): Promise<void> => {
        await expect.poll(connected, { timeout: 30_000 }).toBe(2)
        const port = Number(/\/tcp\/(\d+)/.exec(cluster.coordinator.addresses[0] ?? '')?.[1])
        await expect.poll(async () => await establishedWith(port)).toEqual(links())
        expect(links()).toHaveLength(2)
      }
      await onlyByLinks()
      for (const { link } of cluster.workers) expect(link.reset()).toBe(1)
      await expect.poll(() => cluster.workers.map(({ link }) => link.figures.connections), { timeout: 30_000 }).toEqual([2, 2])
      await onlyByLinks()
      await cluster.coordinator.kill()
      await cluster.restartCoordinator()
      await onlyByLinks()
    } finally {
      await cluster.close()
    }
  }, 120_000)
})

/** Ports on this machine that are connected to a port on it. */
async function establishedWith (port: number): Promise<readonly number[]> {
  const lines = (await readFile('/proc/net/tcp', 'utf8')).trim().split('\n').slice(1).map(line => line.trim().split(/\s+/))
  const portOf = (address = ''): number => parseInt(address.split(':')[1] ?? '', 16)
  return lines.filter(([, local, , state]) => state === '01' && portOf(local) === port).map(([, , remote]) => portOf(remote)).sort()
}
