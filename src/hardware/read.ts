import { statfs } from 'node:fs/promises'
import os from 'node:os'
import si from 'systeminformation'
import type { Gpu, Hardware } from '../model/hardware.ts'
import { quotaCores } from './cgroup.ts'

const MIB = 1024 * 1024

/** Figures for a probe that hangs or fails come from Node itself, after this long. Milliseconds. */
const PROBE_MS = 5_000

/**
 * Reads what this machine has, honouring the limits of a container. Never
 * fails and never takes much longer than `timeoutMs` (5 s by default).
 *
 * @param path a folder on the disk whose free space counts
 */
export async function readHardware (path = '.', timeoutMs = PROBE_MS): Promise<Hardware> {
  const [cpuModel, memoryAvailable, gpus, quota, diskFreeMiB] = await Promise.all([
    bounded(probeCpu(), fallbackCpu(), timeoutMs),
    bounded(si.mem().then((memory) => memory.available), os.freemem(), timeoutMs),
    bounded(probeGpus(), [], timeoutMs),
    bounded(quotaCores(), Infinity, timeoutMs),
    bounded(probeDisk(path), 0, timeoutMs)
  ])
  const limit = memoryLimit()
  return {
    cores: Math.max(1, Math.min(os.availableParallelism(), Math.floor(quota))),
    cpuModel: cpuModel === '' ? fallbackCpu() : cpuModel,
    arch: process.arch,
    platform: process.platform,
    memoryMiB: Math.floor(limit / MIB),
    memoryAvailableMiB: Math.floor(Math.min(limit, memoryAvailable, process.availableMemory()) / MIB),
    diskFreeMiB,
    gpus
  }
}

function memoryLimit (): number {
  const constrained = process.constrainedMemory()
  // no limit reads as 0 or as a number far beyond the machine
  return constrained > 0 ? Math.min(os.totalmem(), constrained) : os.totalmem()
}

async function probeCpu (): Promise<string> {
  const { manufacturer, brand } = await si.cpu()
  return `${manufacturer} ${brand}`.trim()
}

function fallbackCpu (): string {
  return os.cpus()[0]?.model.trim() ?? 'unknown'
}

async function probeGpus (): Promise<Gpu[]> {
  const { controllers } = await si.graphics()
  return controllers
    .filter(({ model }) => model !== '')
    .slice(0, 16)
    .map(({ model, vram, driverVersion }) => ({ model: model.slice(0, 128), vramMiB: vram ?? 0, ...driverVersion === undefined ? {} : { driver: driverVersion.slice(0, 64) } }))
}

async function probeDisk (path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path)
  return Math.floor(bavail * bsize / MIB)
}

async function bounded<T> (probe: Promise<T>, fallback: T, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => { timer = setTimeout(resolve, timeoutMs, fallback) })
  try {
    return await Promise.race([probe.catch(() => fallback), late])
  } finally {
    clearTimeout(timer)
  }
}
