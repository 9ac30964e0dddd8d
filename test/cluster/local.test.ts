import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clusterUp } from '../../src/cluster/local.ts'

describe('a cluster whose coordinator was killed', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'nightshift-test-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('keeps its jobs and books when it cannot be started again', async () => {
    const dataDir = join(dir, 'coordinator')
    await mkdir(join(dataDir, 'state'), { recursive: true })
    await writeFile(join(dataDir, 'state', 'CURRENT'), 'books')
    const coordinator = { pid: 2 ** 30, peerId: 'abc', addresses: ['/ip4/127.0.0.1/tcp/4001/p2p/abc'], dataDir }
    await writeFile(join(dir, 'cluster.json'), JSON.stringify({ dir, coordinator, workers: [] }))
    await expect(clusterUp({ dir, workers: 1, liars: 0, slow: 0 })).rejects.toMatchObject({ code: 'NS_E_CLUSTER' })
    expect(await readFile(join(dataDir, 'state', 'CURRENT'), 'utf8')).toBe('books')
  }, 60_000)
})
