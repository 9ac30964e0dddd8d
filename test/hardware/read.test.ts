import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quotaCores } from '../../src/hardware/cgroup.ts'
import { readHardware } from '../../src/hardware/index.ts'

describe('readHardware', () => {
  it('reads figures that fit this machine', async () => {
    const hardware = await readHardware(os.tmpdir())
    expect(hardware.cores).toBeGreaterThanOrEqual(1)
    expect(hardware.cores).toBeLessThanOrEqual(os.cpus().length)
    expect(hardware.memoryMiB).toBeGreaterThan(0)
    expect(hardware.memoryMiB).toBeLessThanOrEqual(os.totalmem() / 1024 / 1024)
    expect(hardware.memoryAvailableMiB).toBeGreaterThan(0)
    expect(hardware.memoryAvailableMiB).toBeLessThanOrEqual(hardware.memoryMiB)
    expect(hardware.diskFreeMiB).toBeGreaterThan(0)
    expect(hardware.arch).toBe(process.arch)
    expect(hardware.platform).toBe(process.platform)
    expect(hardware.cpuModel).not.toBe('')
    expect(JSON.stringify(hardware)).not.toContain(os.hostname())
  })

  it('answers in time with what Node knows when the probes are too slow', async () => {
    const hardware = await readHardware('/', 0)
    expect(hardware.cores).toBeGreaterThanOrEqual(1)
    expect(hardware.memoryMiB).toBeGreaterThan(0)
    expect(hardware.gpus).toEqual([])
  })

  it('reports no free disk for a path that does not exist', async () => {
    expect((await readHardware('/no/such/folder')).diskFreeMiB).toBe(0)
  })
})

describe('quotaCores', () => {
  let root: string
  beforeAll(async () => { root = await mkdtemp(join(os.tmpdir(), 'nightshift-test-')) })
  afterAll(async () => { await rm(root, { recursive: true }) })

  it.each([['150000 100000', 1.5], ['max 100000', Infinity], ['junk', Infinity]])('reads cgroup v2 %s as %s', async (text, cores) => {
    await writeFile(join(root, 'cpu.max'), text + '\n')
    expect(await quotaCores(root)).toBe(cores)
    await rm(join(root, 'cpu.max'))
  })

  it('reads cgroup v1', async () => {
    await mkdir(join(root, 'cpu'), { recursive: true })
    await writeFile(join(root, 'cpu/cpu.cfs_quota_us'), '400000\n')
    await writeFile(join(root, 'cpu/cpu.cfs_period_us'), '100000\n')
    expect(await quotaCores(root)).toBe(4)
    await writeFile(join(root, 'cpu/cpu.cfs_quota_us'), '-1\n')
    expect(await quotaCores(root)).toBe(Infinity)
  })

  it('knows no quota where there is no cgroup', async () => {
    expect(await quotaCores(join(root, 'absent'))).toBe(Infinity)
  })
})
