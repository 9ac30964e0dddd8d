import os from 'node:os'
import { describe, expect, it } from 'vitest'
import { readHardware } from '../../src/hardware/index.ts'

describe('readHardware', () => {
  it('reads figures that fit this machine', async () => {
    const hardware = await readHardware(os.tmpdir())
    expect(hardware.cores).toBeGreaterThan(0)
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
