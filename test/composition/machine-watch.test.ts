import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MachineWatch, lendable } from '../../src/composition/machine-watch.ts'
import { machineFile, readMeasured } from '../../src/composition/machine-file.ts'
import { readHardware, speedKey } from '../../src/hardware/index.ts'
import type { Gpu } from '../../src/model/hardware.ts'
import { createLogger } from '../../src/observe/logger.ts'
import type { Machine } from '../../src/worker/machine.ts'
import { folder } from '../support/folder.ts'

const SOON = { timeout: 20_000, interval: 20 }
const SMI = '#!/bin/sh\necho "NVIDIA A100-SXM4-40GB, 40960, 550.54.15"\n'

describe('the watch over a machine', () => {
  let dir = ''
  let told: Partial<Machine>[] = []
  let gpus: (readonly Gpu[])[] = []
  let bandwidth = 0
  let watch: MachineWatch | undefined
  const path = process.env['PATH'] ?? ''

  beforeEach(async () => {
    dir = await folder()
    told = []
    gpus = []
    bandwidth = 0
  })
  afterEach(async () => {
    await watch?.close()
    watch = undefined
    process.env['PATH'] = path
  })

  async function start (): Promise<MachineWatch> {
    watch = await MachineWatch.start({
      dataDir: dir, hardware: await readHardware(dir), wanted: {}, bandwidth: () => bandwidth, log: createLogger('silent'), lookMs: 10,
      post: machine => { told.push(machine) }, onGpus: found => { gpus.push(found) }
    })
    return watch
  }

  it('measures the speed once, and knows it and the bandwidth at the next start', async () => {
    const first = await start()
    await vi.waitFor(() => { expect(told.some(({ speed }) => speed !== undefined)).toBe(true) }, SOON)
    const speed = told.find(machine => machine.speed !== undefined)?.speed
    bandwidth = 7_000_000
    await first.close()
    expect(await readMeasured(dir)).toMatchObject({ bandwidth: 7_000_000, speed: { score: speed } })
    told = []
    await start()
    expect(told[0]).toMatchObject({ speed })
  })

  it('measures anew what was measured by another Node, or long ago', async () => {
    const { cpuModel, arch } = await readHardware(dir)
    for (const speed of [{ key: 'another', score: 1, at: Date.now() }, { key: speedKey({ cpuModel, arch }), score: 1, at: Date.now() - 31 * 86_400_000 }]) {
      told = []
      await writeFile(machineFile(dir), JSON.stringify({ bandwidth: 0, speed }))
      const one = await start()
      await vi.waitFor(() => { expect(told.find(machine => machine.speed !== undefined)?.speed).toBeGreaterThan(1) }, SOON)
      await one.close()
    }
  })

  it.each(['', '{', 'null', '{"bandwidth":-1,"speed":{"key":1,"score":"x"}}'])('begins anew with a file that says %j', async text => {
    await writeFile(machineFile(dir), text)
    expect(await readMeasured(dir)).toEqual({ bandwidth: 0 })
  })

  it('notices that a GPU\'s driver is gone, and that it is back', async () => {
    const smi = join(dir, 'nvidia-smi')
    await writeFile(smi, SMI)
    await chmod(smi, 0o755)
    process.env['PATH'] = `${dir}:${path}`
    await start()
    expect(await readFile(smi, 'utf8')).toBe(SMI)
    await rm(smi)
    await vi.waitFor(() => { expect(gpus.at(-1)).toEqual([]) }, SOON)
    await vi.waitFor(() => { expect(told.findLast(machine => machine.numericClass !== undefined)?.numericClass).toMatch(/^(?!.*gpu=)/) }, SOON)
    await writeFile(smi, SMI)
    await chmod(smi, 0o755)
    await vi.waitFor(() => { expect(gpus.at(-1)).toEqual([{ model: 'NVIDIA A100-SXM4-40GB', vramMiB: 40_960, driver: '550.54.15' }]) }, SOON)
    await vi.waitFor(() => { expect(told.at(-1)?.hardware?.gpus).toHaveLength(1) }, SOON)
  })
})

it('no more is lent than there is', () => {
  expect(lendable({ cores: 64, memoryMiB: 1024 }, { cores: 2, memoryMiB: 4096 })).toEqual({ cores: 2, memoryMiB: 1024 })
  expect(lendable({}, { cores: 2, memoryMiB: 4096 })).toEqual({ cores: 2, memoryMiB: 4096 })
})
